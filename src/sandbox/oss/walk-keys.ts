import { compareKeys, type SortedKeys } from '../storage/sorted-keys';

/** What one page of a listing shows, in OSS's order. */
export type Walked =
  { readonly kind: 'key'; readonly key: string } | { readonly kind: 'prefix'; readonly prefix: string };

/** Which keys a listing wants. */
export interface Walk {
  readonly prefix: string;
  readonly delimiter: string;
  /** Only what comes after this key or common prefix. */
  readonly after: string;
  readonly limit: number;
}

const LAST_CHARACTER = '\u{10ffff}';

/** One page of keys and common prefixes, and whether more would follow. */
export function walkKeys(
  keys: SortedKeys,
  walk: Walk,
): { readonly items: Walked[]; readonly isTruncated: boolean } {
  const { prefix, delimiter, after, limit } = walk;
  const items: Walked[] = [];
  const all = keys.all();
  const startsInside = compareKeys(after, prefix) >= 0 && after !== '';
  let index = startsInside ? keys.indexAfter(after, false) : keys.indexAfter(prefix, true);
  for (;;) {
    const key = all[index];
    if (key?.startsWith(prefix) !== true) return { items, isTruncated: false };
    const common = commonPrefix(key, prefix, delimiter);
    // A page that ended with a common prefix goes on behind everything that it stands for.
    const isSeen = common !== null && after.startsWith(common);
    if (!isSeen) {
      if (items.length >= limit) return { items, isTruncated: limit > 0 };
      items.push(common === null ? { kind: 'key', key } : { kind: 'prefix', prefix: common });
    }
    index = common === null ? index + 1 : keys.indexAfter(common + LAST_CHARACTER, true);
  }
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | null {
  if (delimiter === '') return null;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? null : key.slice(0, at + delimiter.length);
}
