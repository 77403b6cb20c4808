/** Operators of a Condition block that the sandbox evaluates. */
const CONDITION_OPERATORS = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
  'Bool',
  'IpAddress',
  'NotIpAddress',
  'DateLessThan',
  'DateLessThanEquals',
  'DateGreaterThan',
  'DateGreaterThanEquals',
] as const;
type ConditionOperator = (typeof CONDITION_OPERATORS)[number];

/** One test: the key's value in the request against any of the values. */
export interface Condition {
  readonly operator: ConditionOperator;
  /** Lower case; condition keys are not case-sensitive. */
  readonly key: string;
  readonly values: readonly string[];
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: { readonly kind: 'only' | 'all-but'; readonly patterns: readonly string[] };
  readonly resources: { readonly kind: 'only' | 'all-but'; readonly patterns: readonly string[] };
  readonly conditions: readonly Condition[];
}

/** A RAM policy, version 1, in the form it is evaluated in. */
export interface Policy {
  readonly statements: readonly Statement[];
}

/** A policy that RAM's grammar refuses; the message says why. */
export class PolicyGrammarError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PolicyGrammarError';
  }
}

const STATEMENT_FIELDS = ['Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition', 'Sid'];

/** Reads a policy document; throws PolicyGrammarError on anything RAM's grammar does not know. */
export function parsePolicy(text: string): Policy {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new PolicyGrammarError('the policy is not JSON');
  }
  const fields = asObject(document, 'the policy');
  if (fields.get('Version') !== '1') throw new PolicyGrammarError('Version must be "1"');
  const statements = fields.get('Statement');
  if (!Array.isArray(statements)) throw new PolicyGrammarError('Statement must be an array');
  return { statements: statements.map(parseStatement) };
}

function parseStatement(value: unknown): Statement {
  const fields = asObject(value, 'a statement');
  for (const name of fields.keys()) {
    if (!STATEMENT_FIELDS.includes(name)) throw new PolicyGrammarError(`a statement has no field "${name}"`);
  }
  const effect = fields.get('Effect');
  if (effect !== 'Allow' && effect !== 'Deny') throw new PolicyGrammarError('Effect must be Allow or Deny');
  return {
    effect,
    actions: eitherOf(fields, 'Action', 'NotAction'),
    resources: eitherOf(fields, 'Resource', 'NotResource'),
    conditions: fields.has('Condition') ? parseConditions(fields.get('Condition')) : [],
  };
}

function eitherOf(fields: ReadonlyMap<string, unknown>, only: string, allBut: string): Statement['actions'] {
  if (fields.has(only) === fields.has(allBut)) {
    throw new PolicyGrammarError(`a statement needs one of ${only} and ${allBut}`);
  }
  return fields.has(only)
    ? { kind: 'only', patterns: strings(fields.get(only), only) }
    : { kind: 'all-but', patterns: strings(fields.get(allBut), allBut) };
}

function parseConditions(value: unknown): Condition[] {
  const conditions: Condition[] = [];
  for (const [name, tests] of asObject(value, 'Condition')) {
    const operator = CONDITION_OPERATORS.find((candidate) => candidate === name);
    if (!operator) throw new PolicyGrammarError(`the condition operator "${name}" is not known`);
    for (const [key, values] of asObject(tests, name)) {
      conditions.push({ operator, key: key.toLowerCase(), values: strings(values, key) });
    }
  }
  return conditions;
}

function strings(value: unknown, name: string): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.map((item) => (typeof item === 'boolean' ? String(item) : item));
  if (texts.length === 0 || !texts.every((item): item is string => typeof item === 'string')) {
    throw new PolicyGrammarError(`${name} must be a string or an array of strings`);
  }
  return texts;
}

/** The fields of a JSON object; throws PolicyGrammarError for anything else. */
export function asObject(value: unknown, name: string): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PolicyGrammarError(`${name} must be an object`);
  }
  return new Map<string, unknown>(Object.entries(value));
}
