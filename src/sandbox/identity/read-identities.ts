import { createHash } from 'node:crypto';
import type { RamUser, Role } from './directory';
import { asObject, parsePolicy, PolicyGrammarError } from './policy';
import { parseTrust } from './trust';

/** A users or roles file that cannot be used; the message is one sentence and holds no secret. */
export class IdentityError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'IdentityError';
  }
}

const MIN_SESSION_SECONDS = 3_600;
const MAX_SESSION_SECONDS = 43_200;
const NAME = /^[A-Za-z0-9.@\-_]{1,64}$/;

/** Reads `[{"name","accessKeyId","accessKeySecret","policy"}]`; throws IdentityError. */
export function readUsers(text: string): RamUser[] {
  const users = readList(
    text,
    'users',
    ['name', 'accessKeyId', 'accessKeySecret', 'policy'],
    (fields, label) => ({
      name: textField(fields, 'name', NAME, label),
      accessKeyId: textField(fields, 'accessKeyId', /^[A-Za-z0-9.]{4,128}$/, label),
      accessKeySecret: textField(fields, 'accessKeySecret', /^[!-~]{8,128}$/, label),
      policy: inGrammar(`${label}: its policy`, () =>
        parsePolicy(JSON.stringify(fields.get('policy') ?? null)),
      ),
    }),
  );
  refuseTwins(
    users.map((user) => user.name),
    'The users file has two users of the name',
  );
  refuseTwins(
    users.map((user) => user.accessKeyId),
    'The users file has two users of the accessKeyId',
  );
  return users;
}

/**
 * Reads `[{"name","trust"?,"policy","maxSessionSeconds"?}]`; throws IdentityError. Without a trust policy
 * everybody of the account is trusted; a session lasts an hour at most, as a role's does that nobody changed.
 */
export function readRoles(text: string): Role[] {
  const roles = readList(
    text,
    'roles',
    ['name', 'trust', 'policy', 'maxSessionSeconds'],
    (fields, label): Role => {
      const name = textField(fields, 'name', NAME, label);
      const trust = fields.get('trust');
      return {
        name,
        roleId: `3${BigInt(`0x${createHash('sha256').update(name).digest('hex')}`)
          .toString()
          .slice(0, 17)}`,
        policy: inGrammar(`${label}: its policy`, () =>
          parsePolicy(JSON.stringify(fields.get('policy') ?? null)),
        ),
        trust: trust === undefined ? null : inGrammar(`${label}: its trust policy`, () => parseTrust(trust)),
        maxSessionSeconds: maxSession(fields.get('maxSessionSeconds') ?? MIN_SESSION_SECONDS, label),
        externalId: null,
      };
    },
  );
  refuseTwins(
    roles.map((role) => role.name),
    'The roles file has two roles of the name',
  );
  return roles;
}

function readList<T>(
  text: string,
  what: 'users' | 'roles',
  known: readonly string[],
  read: (fields: ReadonlyMap<string, unknown>, label: string) => T,
): T[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new IdentityError(`The ${what} file is not JSON.`);
  }
  if (!Array.isArray(value)) throw new IdentityError(`The ${what} file must hold a JSON array.`);
  return value.map((item: unknown, index) => {
    const label = `${what === 'users' ? 'User' : 'Role'} ${index + 1}`;
    const fields = inGrammar(label, () => asObject(item, 'it'));
    const stranger = [...fields.keys()].find((field) => !known.includes(field));
    if (stranger !== undefined) throw new IdentityError(`${label} has an unknown field "${stranger}".`);
    return read(fields, label);
  });
}

function textField(fields: ReadonlyMap<string, unknown>, name: string, form: RegExp, label: string): string {
  const value = fields.get(name);
  if (typeof value === 'string' && form.test(value)) return value;
  throw new IdentityError(`${label}: "${name}" is missing or wrongly formed.`);
}

function maxSession(value: unknown, label: string): number {
  const isGood =
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= MIN_SESSION_SECONDS &&
    value <= MAX_SESSION_SECONDS;
  if (isGood) return value;
  throw new IdentityError(
    `${label}: "maxSessionSeconds" must be a whole number from ${MIN_SESSION_SECONDS} to ${MAX_SESSION_SECONDS}.`,
  );
}

function inGrammar<T>(label: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PolicyGrammarError)) throw error;
    throw new IdentityError(`${label} cannot be used: ${error.message}.`);
  }
}

function refuseTwins(names: readonly string[], sentence: string): void {
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) throw new IdentityError(`${sentence} "${twin}".`);
}
