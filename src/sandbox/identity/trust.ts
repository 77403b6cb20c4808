import { asObject, parsePolicy, PolicyGrammarError, type Policy } from './policy';
import { isAllowed, matchesPattern } from './policy-evaluation';

/** Who may assume a role: its trust policy, in the form it is evaluated in. */
export interface Trust {
  readonly statements: readonly { readonly principals: readonly string[]; readonly policy: Policy }[];
}

/** Who wants to assume a role. */
export interface Assumer {
  /** `acs:ram::1234567890123456:user/alice`. */
  readonly userArn: string;
  /** `acs:ram::1234567890123456:root`, which stands for everybody of the account. */
  readonly accountArn: string;
  /** Condition keys in lower case, such as `sts:externalid`. */
  readonly context: ReadonlyMap<string, string>;
}

/**
 * Reads a trust policy: a RAM policy whose statements have a Principal where others have a Resource. Principals
 * may have wildcards, since the account's number is not known to who writes the file. Throws PolicyGrammarError.
 */
export function parseTrust(document: unknown): Trust {
  const { Statement: statements, ...head } = Object.fromEntries(asObject(document, 'the trust policy'));
  if (!Array.isArray(statements)) throw new PolicyGrammarError('Statement must be an array');
  return {
    statements: statements.map((value: unknown) => {
      const { Principal: principal, ...statement } = Object.fromEntries(asObject(value, 'a statement'));
      if ('Resource' in statement || 'NotResource' in statement) {
        throw new PolicyGrammarError('a statement of a trust policy has a Principal, not a Resource');
      }
      const policy = parsePolicy(JSON.stringify({ ...head, Statement: [{ ...statement, Resource: '*' }] }));
      return { principals: principalsOf(principal), policy };
    }),
  };
}

/** True where the trust policy lets them assume the role. */
export function trusts(trust: Trust, assumer: Assumer): boolean {
  const matching = trust.statements.filter(({ principals }) =>
    principals.some((pattern) =>
      [assumer.userArn, assumer.accountArn].some((arn) => matchesPattern(pattern, arn)),
    ),
  );
  const policy = { statements: matching.flatMap((statement) => statement.policy.statements) };
  return isAllowed([policy], { action: 'sts:AssumeRole', resource: '*', context: assumer.context });
}

// Services and identity providers are trusted too in the real world; nobody here is one.
function principalsOf(value: unknown): string[] {
  const ram = asObject(value, 'Principal').get('RAM') ?? [];
  const list: unknown[] = Array.isArray(ram) ? ram : [ram];
  if (list.every((item): item is string => typeof item === 'string')) return list;
  throw new PolicyGrammarError('Principal.RAM must be a string or an array of strings');
}
