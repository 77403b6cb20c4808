/** Prefixes that hold a place for what is known only when files are handed in: `uploads/{user}/{date}/`. */

export const PLACEHOLDERS = ['user', 'date', 'batch'] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];
export type PrefixValues = Readonly<Partial<Record<Placeholder, string>>>;

const HOLE = /\{(user|date|batch)\}/g;

/** True where nothing in braces stands for something else than a placeholder. */
export function isPrefixTemplate(prefix: string): boolean {
  return !/[{}]/.test(prefix.replace(HOLE, ''));
}

/** Puts in what is given; a placeholder without a value stays. */
export function fillPrefix(prefix: string, values: PrefixValues): string {
  return prefix.replace(HOLE, (hole, name: Placeholder) => values[name] ?? hole);
}

/** What all keys of a template begin with, as far as it is known: what credentials can be narrowed to. */
export function fixedPrefix(prefix: string): string {
  return prefix.split('{', 1)[0] ?? '';
}

/** Whether a prefix is one that the template gives. */
export function isOfTemplate(template: string, prefix: string): boolean {
  const literal = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
  const parts = template.split(HOLE).filter((_, index) => index % 2 === 0);
  return new RegExp(`^${parts.map(literal).join('[^/]+')}$`, 'u').test(prefix);
}
