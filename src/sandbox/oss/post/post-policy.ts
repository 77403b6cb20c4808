import { Refusal } from '../../wire/refusal';

/** The policy of a PostObject form: until when, and what the form and its file must be. */
export interface PostPolicy {
  readonly expiresAt: number;
  readonly conditions: readonly FieldCondition[];
  /** The size that the file may have, in bytes, both ends included. */
  readonly leastBytes: number;
  readonly mostBytes: number;
}

/** One test of a form field. */
export interface FieldCondition {
  readonly kind: 'eq' | 'starts-with' | 'in' | 'not-in';
  /** In lower case and without `$`. */
  readonly field: string;
  readonly values: readonly string[];
  /** As the policy writes it, for the refusal. */
  readonly text: string;
}

/**
 * Reads a policy field: JSON in Base64. Throws InvalidPolicyDocument on whatever is none, with the EC that
 * OSS's pages on 0006-00000201 to 0006-00000224 give to each mistake.
 */
export function parsePostPolicy(base64: string): PostPolicy {
  const document = asRecord(parseJson(base64));
  if (!document) throw invalidPolicy('Invalid JSON: unexpected value.', '0006-00000201');
  const { expiration, conditions } = document;
  if (expiration === undefined && conditions === undefined) {
    throw invalidPolicy('Missing expiration and conditions.', '0006-00000209');
  }
  if (conditions === undefined) throw invalidPolicy('Missing conditions.', '0006-00000207');
  if (expiration === undefined) throw invalidPolicy('Missing expiration.', '0006-00000208');
  if (!Array.isArray(conditions)) throw invalidPolicy('conditions must be a list.', '0006-00000214');
  if (conditions.length === 0) throw invalidPolicy('conditions must not be empty.', '0006-00000215');
  const parsed = conditions.map(parseCondition);
  const ranges = parsed.flatMap((condition) => ('field' in condition ? [] : [condition]));
  return {
    expiresAt: parseExpiration(expiration),
    conditions: parsed.flatMap((condition) => ('field' in condition ? [condition] : [])),
    leastBytes: Math.max(0, ...ranges.map((range) => range.leastBytes)),
    mostBytes: Math.min(Infinity, ...ranges.map((range) => range.mostBytes)),
  };
}

/** Refuses a form that came too late or breaks a condition; `valueOf` gives a field's value, `''` for none. */
export function checkPostPolicy(policy: PostPolicy, nowMs: number, valueOf: (field: string) => string): void {
  if (nowMs >= policy.expiresAt) throw denied('Policy expired.', '0006-00000213');
  for (const condition of policy.conditions) {
    if (!holds(condition, valueOf(condition.field))) {
      throw denied(`Policy Condition failed: ${condition.text}`, '0006-00000227');
    }
  }
}

/** Refuses a file whose size is known to be over what the policy, or OSS itself, allows. */
export function checkNotTooLarge(policy: PostPolicy, sizeBytes: number, limitBytes: number): void {
  if (sizeBytes <= Math.min(policy.mostBytes, limitBytes)) return;
  throw new Refusal(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size.', {
    ec: '0006-00000003',
    fields: { MaxSizeAllowed: String(Math.min(policy.mostBytes, limitBytes)) },
  });
}

/** Refuses a file that has ended below what the policy demands. */
export function checkNotTooSmall(policy: PostPolicy, sizeBytes: number): void {
  if (sizeBytes >= policy.leastBytes) return;
  throw new Refusal(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size.', {
    ec: '0006-00000004',
    fields: { MinSizeAllowed: String(policy.leastBytes), ProposedSize: String(sizeBytes) },
  });
}

/** OSS's answer to a policy that is none. */
export function invalidPolicy(message: string, ec: string): Refusal {
  return new Refusal(400, 'InvalidPolicyDocument', `Invalid Policy: ${message}`, { ec });
}

function denied(message: string, ec: string): Refusal {
  return new Refusal(403, 'AccessDenied', `Invalid according to Policy: ${message}`, { ec });
}

function parseJson(base64: string): unknown {
  const bytes = Buffer.from(base64, 'base64');
  try {
    // Base64 that is none decodes to something shorter, and says nothing.
    if (bytes.toString('base64').replace(/=+$/, '') !== base64.replace(/=+$/, '')) return null;
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
}

function parseExpiration(value: unknown): number {
  if (typeof value !== 'string') throw invalidPolicy('expiration must be a string.', '0006-00000210');
  if (value === '') throw invalidPolicy('expiration must not be empty.', '0006-00000211');
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(time)) throw invalidPolicy('expiration must be a date in ISO 8601 GMT.', '0006-00000212');
  return time;
}

interface SizeRange {
  readonly leastBytes: number;
  readonly mostBytes: number;
}

function parseCondition(value: unknown): FieldCondition | SizeRange {
  if (Array.isArray(value)) return parseList(value);
  const record = asRecord(value);
  if (!record) throw invalidPolicy('A condition must be a list or a map.', '0006-00000222');
  const [[field, wanted] = [], ...rest] = Object.entries(record);
  if (field === undefined || rest.length > 0) {
    throw invalidPolicy(
      'Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.',
      '0006-00000223',
    );
  }
  if (typeof wanted !== 'string') throw wrongType();
  return fieldCondition('eq', field, [wanted]);
}

function parseList(list: readonly unknown[]): FieldCondition | SizeRange {
  const [kind, field, wanted, ...rest] = list;
  if (list.length < 3) throw invalidPolicy('A condition has no matching mode.', '0006-00000216');
  if (rest.length > 0) throw invalidPolicy('A condition has too many values.', '0006-00000218');
  switch (kind) {
    case 'content-length-range':
      return sizeRange(field, wanted);
    case 'eq':
    case 'starts-with':
      if (typeof field !== 'string' || typeof wanted !== 'string') throw wrongType();
      return fieldCondition(kind, field, [wanted]);
    case 'in':
    case 'not-in':
      if (typeof field !== 'string' || !isStrings(wanted)) throw wrongType();
      return fieldCondition(kind, field, wanted);
    default:
      throw invalidPolicy('A condition has an unknown matching mode.', '0006-00000216');
  }
}

function fieldCondition(
  kind: FieldCondition['kind'],
  field: string,
  values: readonly string[],
): FieldCondition {
  const name = field.replace(/^\$/, '');
  const shown = kind === 'eq' || kind === 'starts-with' ? values[0] : values;
  return { kind, field: name.toLowerCase(), values, text: JSON.stringify([kind, `$${name}`, shown]) };
}

function sizeRange(least: unknown, most: unknown): SizeRange {
  const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
  if (!isSize(least) || !isSize(most)) throw wrongType();
  return { leastBytes: least, mostBytes: most };
}

function holds({ kind, values }: FieldCondition, value: string): boolean {
  switch (kind) {
    case 'eq':
    case 'in':
      return values.includes(value);
    case 'not-in':
      return !values.includes(value);
    case 'starts-with':
      return value.startsWith(values[0] ?? '');
  }
}

function wrongType(): Refusal {
  return invalidPolicy('A condition has a value of a wrong type.', '0006-00000224');
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function asRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}
