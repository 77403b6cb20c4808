import { BlockList, isIP } from 'node:net';
import type { Condition, Policy, Statement } from './policy';

/** What somebody wants to do. */
export interface AccessRequest {
  /** As in a policy, such as `oss:PutObject`. */
  readonly action: string;
  /** The full name, such as `acs:oss:oss-cn-hangzhou:1234567890123456:bucket/key`. */
  readonly resource: string;
  /** Condition keys in lower case; a key that does not apply to the request is absent. */
  readonly context: ReadonlyMap<string, string>;
}

/**
 * True where every policy allows the request and none denies it: a session may do what the role AND the
 * session policy allow. Within one policy an explicit Deny wins, and what is not allowed is denied.
 */
export function isAllowed(policies: readonly Policy[], request: AccessRequest): boolean {
  return policies.every((policy) => {
    const matching = policy.statements.filter((statement) => applies(statement, request));
    return matching.length > 0 && matching.every((statement) => statement.effect === 'Allow');
  });
}

function applies(statement: Statement, request: AccessRequest): boolean {
  const isAction = statement.actions.patterns.some((pattern) =>
    matchesPattern(pattern.toLowerCase(), request.action.toLowerCase()),
  );
  if (isAction !== (statement.actions.kind === 'only')) return false;
  const isResource = statement.resources.patterns.some((pattern) =>
    matchesResource(pattern, request.resource),
  );
  if (isResource !== (statement.resources.kind === 'only')) return false;
  return statement.conditions.every((condition) => holds(condition, request.context));
}

/** Wildcard match over the whole text: `*` stands for any run of characters, `?` for one. */
export function matchesPattern(pattern: string, text: string): boolean {
  let patternAt = 0;
  let textAt = 0;
  let starAt = -1;
  let resumeAt = 0;
  while (textAt < text.length) {
    const wanted = pattern[patternAt];
    if (wanted === '*') {
      starAt = patternAt;
      resumeAt = textAt;
      patternAt += 1;
    } else if (wanted === '?' || wanted === text[textAt]) {
      patternAt += 1;
      textAt += 1;
    } else if (starAt >= 0) {
      resumeAt += 1;
      textAt = resumeAt;
      patternAt = starAt + 1;
    } else return false;
  }
  while (pattern[patternAt] === '*') patternAt += 1;
  return patternAt === pattern.length;
}

// Field by field: the star of a region must not reach over the colon into the account.
function matchesResource(pattern: string, resource: string): boolean {
  if (pattern === '*') return true;
  const wanted = splitName(pattern);
  const given = splitName(resource);
  return (
    wanted.length === given.length && wanted.every((part, index) => matchesField(part, given[index], index))
  );
}

function matchesField(pattern: string, text: string | undefined, index: number): boolean {
  if (text === undefined) return false;
  if (matchesPattern(pattern, text)) return true;
  // OSS's own name of a region is `oss-cn-hangzhou`; documents also write `cn-hangzhou`.
  return index === 2 && text.startsWith('oss-') && matchesPattern(pattern, text.slice(4));
}

function splitName(name: string): string[] {
  const parts = name.split(':');
  return [...parts.slice(0, 4), parts.slice(4).join(':')];
}

/** A condition over several values holds if one of them does; a negated one only if none of them matches. */
function holds(condition: Condition, context: ReadonlyMap<string, string>): boolean {
  const actual = context.get(condition.key);
  const test = tests[condition.operator];
  if (actual === undefined) return test.isNegated;
  return condition.values.some((value) => test.matches(value, actual)) !== test.isNegated;
}

interface ConditionTest {
  readonly isNegated: boolean;
  readonly matches: (wanted: string, actual: string) => boolean;
}

const positive = (matches: ConditionTest['matches']): ConditionTest => ({ isNegated: false, matches });
const negative = (matches: ConditionTest['matches']): ConditionTest => ({ isNegated: true, matches });
const equals = (wanted: string, actual: string): boolean => wanted === actual;
const equalsIgnoringCase = (wanted: string, actual: string): boolean =>
  wanted.toLowerCase() === actual.toLowerCase();
const byDate =
  (compare: (actual: number, wanted: number) => boolean): ConditionTest['matches'] =>
  (wanted, actual) =>
    compare(Date.parse(actual), Date.parse(wanted));

const tests: Record<Condition['operator'], ConditionTest> = {
  StringEquals: positive(equals),
  StringNotEquals: negative(equals),
  StringEqualsIgnoreCase: positive(equalsIgnoringCase),
  StringNotEqualsIgnoreCase: negative(equalsIgnoringCase),
  StringLike: positive(matchesPattern),
  StringNotLike: negative(matchesPattern),
  Bool: positive(equalsIgnoringCase),
  IpAddress: positive(isInNetwork),
  NotIpAddress: negative(isInNetwork),
  DateLessThan: positive(byDate((actual, wanted) => actual < wanted)),
  DateLessThanEquals: positive(byDate((actual, wanted) => actual <= wanted)),
  DateGreaterThan: positive(byDate((actual, wanted) => actual > wanted)),
  DateGreaterThanEquals: positive(byDate((actual, wanted) => actual >= wanted)),
};

function isInNetwork(network: string, address: string): boolean {
  const [base = '', bits] = network.split('/');
  const family = isIP(base);
  if (family === 0 || isIP(address) !== family) return false;
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  const length = bits === undefined ? NaN : Number(bits);
  if (Number.isInteger(length) && length >= 0 && length <= (family === 4 ? 32 : 128)) {
    list.addSubnet(base, length, kind);
  } else if (bits === undefined) list.addAddress(base, kind);
  return list.check(address, kind);
}
