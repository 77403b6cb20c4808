import type { Directory, RamUser, Role } from '../identity/directory';
import { parsePolicy, PolicyGrammarError, type Policy } from '../identity/policy';
import { isAllowed } from '../identity/policy-evaluation';
import type { Sessions } from '../identity/sessions';
import { trusts } from '../identity/trust';
import { Refusal } from '../wire/refusal';

/** Who calls, when, and what bounds the life of what is given out. */
export interface AssumeRoleCall {
  readonly user: RamUser;
  readonly sourceIp: string;
  readonly nowMs: number;
  /** `--token-seconds`: caps every token's life, below STS's own minimum too. */
  readonly tokenSeconds: number | null;
  /** The life that a short-token fault dictates. */
  readonly lifeMs: number | null;
}

const MIN_SECONDS = 900;
const DEFAULT_SECONDS = 3_600;
const MAX_POLICY_CHARACTERS = 2_048;

/**
 * AssumeRole: temporary credentials for a role, narrowed by the call's Policy, where the user's policy lets
 * them assume it and the role trusts them. Returns the body of the answer but for its RequestId.
 */
export function assumeRole(
  parameters: ReadonlyMap<string, string>,
  directory: Directory,
  sessions: Sessions,
  call: AssumeRoleCall,
): Record<string, unknown> {
  const { nowMs, lifeMs, tokenSeconds } = call;
  const roleSessionName = sessionNameOf(parameters);
  const role = roleOf(parameters.get('RoleArn'), directory);
  checkPermission(role, directory, call, parameters.get('ExternalId'));
  const seconds = Math.min(durationOf(parameters, role.maxSessionSeconds), tokenSeconds ?? Infinity);
  const policy = policyOf(parameters.get('Policy'));
  const expiresAt = nowMs + (lifeMs ?? seconds * 1_000);
  const session = sessions.issue({ roleName: role.name, roleSessionName, expiresAt, policy });
  return {
    AssumedRoleUser: {
      Arn: `${directory.roleArn(role)}/${roleSessionName}`,
      AssumedRoleId: `${role.roleId}:${roleSessionName}`,
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

function roleOf(roleArn: string | undefined, directory: Directory): Role {
  if (roleArn === undefined) throw mandatory('RoleArn');
  if (!/^acs:ram::\d+:role\/[A-Za-z0-9.@\-_]{1,64}$/.test(roleArn)) throw wronglyFormed('RoleArn');
  const role = directory.roleByArn(roleArn);
  if (role) return role;
  throw new Refusal(404, 'EntityNotExist.Role', 'The specified Role not exists.');
}

// Both sides must agree: the user's policy allows it, and the role's trust policy.
function checkPermission(
  role: Role,
  directory: Directory,
  call: AssumeRoleCall,
  externalId: string | undefined,
): void {
  if (externalId !== undefined && (externalId.length < 2 || externalId.length > 1_224)) {
    throw wronglyFormed('ExternalId');
  }
  const { user, sourceIp, nowMs } = call;
  const context = new Map([
    ['acs:sourceip', sourceIp],
    ['acs:securetransport', 'false'],
    ['acs:currenttime', new Date(nowMs).toISOString()],
  ]);
  const wanted = { action: 'sts:AssumeRole', resource: directory.roleArn(role), context };
  const isPermitted = isAllowed(directory.policiesOf({ kind: 'user', user }), wanted);
  const assumer = {
    userArn: directory.userArn(user),
    accountArn: `acs:ram::${directory.account.accountId}:root`,
    context: new Map([
      ...context,
      ...(externalId === undefined ? [] : [['sts:externalid', externalId] as const]),
    ]),
  };
  const isTrusted = role.trust === null || trusts(role.trust, assumer);
  const isKnown = role.externalId === null || role.externalId === externalId;
  if (!isPermitted || !isTrusted || !isKnown) throw noPermission();
}

/** STS's answer to a caller who may not do what it asks. */
export function noPermission(): Refusal {
  return new Refusal(
    403,
    'NoPermission',
    'You are not authorized to do this action. You should be authorized by RAM.',
  );
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
