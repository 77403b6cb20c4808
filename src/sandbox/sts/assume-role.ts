import { roleArnOf, type Account } from '../identity/account';
import { parsePolicy, PolicyGrammarError, type Policy } from '../identity/policy';
import type { Sessions } from '../identity/sessions';
import { Refusal } from '../wire/refusal';

/** What the role demands, and how long its tokens may live. */
export interface RoleTerms {
  readonly account: Account;
  readonly maxSessionSeconds: number;
  /** `--token-seconds`: caps every token's life, below STS's own minimum too. */
  readonly tokenSeconds: number | null;
  readonly externalId: string | null;
}

const MIN_SECONDS = 900;
const DEFAULT_SECONDS = 3_600;
const MAX_POLICY_CHARACTERS = 2_048;

/**
 * AssumeRole: temporary credentials for the role, narrowed by the caller's Policy. `lifeMs` is the life
 * that a short-token fault dictates. Returns the body of the answer but for its RequestId.
 */
export function assumeRole(
  parameters: ReadonlyMap<string, string>,
  terms: RoleTerms,
  sessions: Sessions,
  nowMs: number,
  lifeMs: number | null,
): Record<string, unknown> {
  const roleSessionName = sessionNameOf(parameters);
  checkRole(parameters.get('RoleArn'), terms.account);
  checkExternalId(parameters.get('ExternalId'), terms.externalId);
  const seconds = Math.min(durationOf(parameters, terms.maxSessionSeconds), terms.tokenSeconds ?? Infinity);
  const policy = policyOf(parameters.get('Policy'));
  const expiresAt = nowMs + (lifeMs ?? seconds * 1_000);
  const session = sessions.issue({ roleSessionName, expiresAt, policy });
  return {
    AssumedRoleUser: {
      Arn: `${roleArnOf(terms.account)}/${roleSessionName}`,
      AssumedRoleId: `${terms.account.roleId}:${roleSessionName}`,
    },
    Credentials: {
      AccessKeyId: session.accessKeyId,
      AccessKeySecret: session.accessKeySecret,
      SecurityToken: session.securityToken,
      // STS writes whole seconds; cut, not rounded, so that no client trusts a token too long.
      Expiration: new Date(expiresAt).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    },
  };
}

function sessionNameOf(parameters: ReadonlyMap<string, string>): string {
  const name = parameters.get('RoleSessionName');
  if (name === undefined) throw mandatory('RoleSessionName');
  if (!/^[A-Za-z0-9.@\-_]{2,64}$/.test(name)) throw wronglyFormed('RoleSessionName');
  return name;
}

function checkRole(roleArn: string | undefined, account: Account): void {
  if (roleArn === undefined) throw mandatory('RoleArn');
  if (!/^acs:ram::\d+:role\/[A-Za-z0-9.@\-_]{1,64}$/.test(roleArn)) throw wronglyFormed('RoleArn');
  if (roleArn !== roleArnOf(account)) {
    throw new Refusal(404, 'EntityNotExist.Role', 'The specified Role not exists.');
  }
}

function checkExternalId(given: string | undefined, demanded: string | null): void {
  if (given !== undefined && (given.length < 2 || given.length > 1_224)) throw wronglyFormed('ExternalId');
  if (demanded !== null && given !== demanded) {
    throw new Refusal(
      403,
      'NoPermission',
      'You are not authorized to do this action. You should be authorized by RAM.',
    );
  }
}

function durationOf(parameters: ReadonlyMap<string, string>, maxSeconds: number): number {
  const text = parameters.get('DurationSeconds');
  if (text === undefined) return Math.min(DEFAULT_SECONDS, maxSeconds);
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (seconds >= MIN_SECONDS && seconds <= maxSeconds) return seconds;
  throw new Refusal(
    400,
    'InvalidParameter.DurationSeconds',
    `The Min/Max value of DurationSeconds is ${MIN_SECONDS}/${maxSeconds} seconds.`,
  );
}

function policyOf(text: string | undefined): Policy | null {
  if (text === undefined) return null;
  if (text.length < 1 || text.length > MAX_POLICY_CHARACTERS) {
    throw new Refusal(
      400,
      'InvalidParameter.PolicySize',
      'The size of Policy must be from 1 to 2048 characters.',
    );
  }
  try {
    return parsePolicy(text);
  } catch (error) {
    if (!(error instanceof PolicyGrammarError)) throw error;
    throw new Refusal(
      400,
      'InvalidParameter.PolicyGrammar',
      `The parameter Policy has not passed grammar check: ${error.message}.`,
    );
  }
}

function mandatory(name: string): Refusal {
  return new Refusal(400, `Missing${name}`, `${name} is mandatory for this action.`);
}

function wronglyFormed(name: string): Refusal {
  return new Refusal(400, `InvalidParameter.${name}`, `The parameter ${name} is wrongly formed.`);
}
