import { FAULTS, OPERATIONS, type FaultName, type FaultRule, type Operation } from './fault-rules';

const FIELDS = ['operation', 'fault', 'ms', 'status', 'code', 'afterBytes', 'skip', 'count'];
const NEEDS_MS: readonly FaultName[] = ['delay', 'short-token', 'clock-offset'];

/** Either the rules, or one sentence that says what is wrong with them. */
export type ParsedFaults =
  | { readonly kind: 'rules'; readonly rules: readonly FaultRule[] }
  | { readonly kind: 'bad'; readonly sentence: string };

class BadRule extends Error {}

/** Reads the body of `POST /faults`. */
export function parseFaults(text: string): ParsedFaults {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'bad', sentence: 'The body must be a JSON array of fault rules; it is not JSON.' };
  }
  if (!Array.isArray(value))
    return { kind: 'bad', sentence: 'The body must be a JSON array of fault rules.' };
  try {
    return { kind: 'rules', rules: value.map((item, index) => parseRule(item, `Rule ${index + 1}`)) };
  } catch (error) {
    if (error instanceof BadRule) return { kind: 'bad', sentence: error.message };
    throw error;
  }
}

function parseRule(item: unknown, name: string): FaultRule {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new BadRule(`${name} must be an object.`);
  }
  const fields = new Map<string, unknown>(Object.entries(item));
  const unknownField = [...fields.keys()].find((field) => !FIELDS.includes(field));
  if (unknownField !== undefined) throw new BadRule(`${name} has an unknown field "${unknownField}".`);
  const fault = oneOf(fields.get('fault'), FAULTS, `${name}: "fault"`);
  const operation: Operation | '*' = oneOf(
    fields.get('operation'),
    ['*', ...OPERATIONS],
    `${name}: "operation"`,
  );
  if (NEEDS_MS.includes(fault) && !fields.has('ms')) throw new BadRule(`${name}: "${fault}" needs "ms".`);
  if (fault === 'short-token' && operation !== 'AssumeRole') {
    throw new BadRule(`${name}: "short-token" works on the operation "AssumeRole" alone.`);
  }
  if (fault === 'status' && !fields.has('status')) throw new BadRule(`${name}: "status" needs "status".`);
  const code = fields.get('code') ?? null;
  if (code !== null && (typeof code !== 'string' || !/^[A-Za-z][A-Za-z0-9.]*$/.test(code))) {
    throw new BadRule(`${name}: "code" must be an error code such as "InternalError".`);
  }
  const number = (field: string, least: number, most: number, absent: number): number =>
    integer(fields.has(field) ? fields.get(field) : absent, least, most, `${name}: "${field}"`);
  return {
    operation,
    fault,
    ms: number('ms', fault === 'clock-offset' ? -Number.MAX_SAFE_INTEGER : 0, Number.MAX_SAFE_INTEGER, 0),
    status: number('status', 300, 599, 500),
    code,
    afterBytes: number('afterBytes', 0, Number.MAX_SAFE_INTEGER, 0),
    skip: number('skip', 0, Number.MAX_SAFE_INTEGER, 0),
    count: fields.has('count') ? number('count', 1, Number.MAX_SAFE_INTEGER, 1) : null,
  };
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[], name: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new BadRule(`${name} must be one of ${allowed.join(', ')}.`);
  return found;
}

function integer(value: unknown, least: number, most: number, name: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most)
    return value;
  const bounds = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new BadRule(`${name} must be a whole number${least < -1e9 ? '' : ` ${bounds}`}.`);
}

/** A rule as `GET /faults` shows it: only the fields that mean something for its fault. */
export function showRule(rule: FaultRule): Record<string, unknown> {
  return {
    operation: rule.operation,
    fault: rule.fault,
    ...(NEEDS_MS.includes(rule.fault) ? { ms: rule.ms } : {}),
    ...(rule.fault === 'status' ? { status: rule.status } : {}),
    ...(rule.code === null ? {} : { code: rule.code }),
    ...(['reset', 'truncate', 'stall'].includes(rule.fault) ? { afterBytes: rule.afterBytes } : {}),
    skip: rule.skip,
    ...(rule.count === null ? {} : { count: rule.count }),
  };
}
