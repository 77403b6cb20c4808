import type { CorsRule } from '../wire/cors';

/** Either the rules, or one sentence that says what is wrong with them. */
export type ParsedCors =
  | { readonly kind: 'rules'; readonly rules: readonly CorsRule[] }
  | { readonly kind: 'bad'; readonly sentence: string };

class BadRule extends Error {}

const FIELDS = ['allowedOrigins', 'allowedMethods', 'allowedHeaders', 'exposeHeaders', 'maxAgeSeconds'];
const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'];
// OSS: at most ten rules to a bucket.
const MAX_RULES = 10;
const MAX_AGE_SECONDS = 999_999_999;

/** Reads the body of `PUT /cors`. */
export function parseCors(text: string): ParsedCors {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'bad', sentence: 'The body must be a JSON array of CORS rules; it is not JSON.' };
  }
  if (!Array.isArray(value) || value.length > MAX_RULES) {
    return { kind: 'bad', sentence: `The body must be a JSON array of at most ${MAX_RULES} CORS rules.` };
  }
  try {
    return { kind: 'rules', rules: value.map((item, index) => parseRule(item, `Rule ${index + 1}`)) };
  } catch (error) {
    if (error instanceof BadRule) return { kind: 'bad', sentence: error.message };
    throw error;
  }
}

/** True for an origin that a rule may name: `*`, or scheme, host and port with at most one `*` in them. */
export function isOriginPattern(text: string): boolean {
  return text === '*' || (/^https?:\/\/[^\s/]+$/.test(text) && text.split('*').length <= 2);
}

/** The rule of `--cors`: everything, from those origins. */
export function openCorsRule(allowedOrigins: readonly string[]): CorsRule {
  return {
    allowedOrigins,
    allowedMethods: METHODS,
    allowedHeaders: ['*'],
    exposeHeaders: ['ETag', 'x-oss-request-id', 'x-oss-hash-crc64ecma', 'x-oss-server-time', 'x-oss-ec'],
    maxAgeSeconds: null,
  };
}

function parseRule(item: unknown, name: string): CorsRule {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new BadRule(`${name} must be an object.`);
  }
  const fields = new Map<string, unknown>(Object.entries(item));
  const unknownField = [...fields.keys()].find((field) => !FIELDS.includes(field));
  if (unknownField !== undefined) throw new BadRule(`${name} has an unknown field "${unknownField}".`);
  const texts = (field: string, what: string, isGood: (text: string) => boolean): string[] => {
    const value = fields.get(field) ?? [];
    if (
      Array.isArray(value) &&
      value.every((text): text is string => typeof text === 'string' && isGood(text))
    ) {
      return value;
    }
    throw new BadRule(`${name}: "${field}" must be an array of ${what}.`);
  };
  const rule: CorsRule = {
    allowedOrigins: texts('allowedOrigins', 'origins with at most one "*"', isOriginPattern),
    allowedMethods: texts('allowedMethods', METHODS.join(', '), (text) => METHODS.includes(text)),
    allowedHeaders: texts('allowedHeaders', 'header names with at most one "*"', isHeaderPattern).map(
      (header) => header.toLowerCase(),
    ),
    // OSS: no wildcards here.
    exposeHeaders: texts('exposeHeaders', 'header names without "*"', (text) => /^[\w-]+$/.test(text)),
    maxAgeSeconds: maxAge(fields.get('maxAgeSeconds') ?? null, name),
  };
  if (rule.allowedOrigins.length === 0 || rule.allowedMethods.length === 0) {
    throw new BadRule(`${name} needs "allowedOrigins" and "allowedMethods".`);
  }
  return rule;
}

function isHeaderPattern(text: string): boolean {
  return /^[\w-]*\*?[\w-]*$/.test(text) && text !== '';
}

function maxAge(value: unknown, name: string): number | null {
  if (value === null) return null;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_AGE_SECONDS)
    return value;
  throw new BadRule(`${name}: "maxAgeSeconds" must be a whole number from 0 to ${MAX_AGE_SECONDS}.`);
}
