import { roleArnOf, type Account } from './account';
import type { Policy } from './policy';
import type { Session } from './sessions';
import type { Trust } from './trust';

/** A RAM user with its AccessKey pair. */
export interface RamUser {
  readonly name: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Null for the user that the sandbox begins with, who may do everything. */
  readonly policy: Policy | null;
}

/** A role, and on which terms it can be assumed. */
export interface Role {
  readonly name: string;
  readonly roleId: string;
  readonly policy: Policy;
  /** Null where everybody of the account is trusted. */
  readonly trust: Trust | null;
  readonly maxSessionSeconds: number;
  /** The ExternalId that it demands beside its trust policy. */
  readonly externalId: string | null;
}

/** Who a request comes from, proven. */
export type Caller =
  { readonly kind: 'user'; readonly user: RamUser } | { readonly kind: 'session'; readonly session: Session };

/** The name of the user that the sandbox begins with. */
export const OWN_USER = 'sandbox';
const NOTHING: Policy = { statements: [] };

/** Users and roles of the account. */
export class Directory {
  readonly account: Account;
  readonly #users: ReadonlyMap<string, RamUser>;
  readonly #roles: ReadonlyMap<string, Role>;

  /** `users` and `roles` stand beside the account's own user and role; `roles` must have the latter's. */
  constructor(account: Account, users: readonly RamUser[] = [], roles: readonly Role[] = []) {
    const { accessKeyId, accessKeySecret } = account;
    const own: RamUser = { name: OWN_USER, accessKeyId, accessKeySecret, policy: null };
    this.account = account;
    this.#users = new Map([own, ...users].map((user) => [user.accessKeyId, user]));
    this.#roles = new Map(roles.map((role) => [role.name, role]));
  }

  /** The user of a long-term AccessKey pair. */
  userByKey(accessKeyId: string): RamUser | null {
    return this.#users.get(accessKeyId) ?? null;
  }

  roleByArn(arn: string): Role | null {
    return [...this.#roles.values()].find((role) => this.roleArn(role) === arn) ?? null;
  }

  roleArn(role: Pick<Role, 'name'>): string {
    return roleArnOf(this.account, role.name);
  }

  userArn(user: RamUser): string {
    return `acs:ram::${this.account.accountId}:user/${user.name}`;
  }

  /**
   * The policies that must all allow what a caller wants: of a user its own, of a session its role's and the
   * one it was narrowed to. None at all lets everything pass. A role that is gone allows nothing.
   */
  policiesOf(caller: Caller): readonly Policy[] {
    if (caller.kind === 'user') return caller.user.policy ? [caller.user.policy] : [];
    const { roleName, policy } = caller.session;
    const rolePolicy = this.#roles.get(roleName ?? this.account.roleName)?.policy ?? NOTHING;
    return policy ? [rolePolicy, policy] : [rolePolicy];
  }
}
