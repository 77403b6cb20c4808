import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { AppendFile } from '../storage/append-file';
import { randomText } from './account';
import type { Policy } from './policy';

/** Temporary credentials that AssumeRole gave out. */
export interface Session {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Opaque to clients; all that it means is kept here. */
  readonly securityToken: string;
  readonly roleSessionName: string;
  /** The role that was assumed; absent in what older sandboxes kept, and then the account's own. */
  readonly roleName?: string;
  readonly expiresAt: number;
  /** What the caller narrowed the session to; null leaves the role's whole policy. */
  readonly policy: Policy | null;
}

type SessionRecord = { readonly session: Session } | { readonly dead: string };

const KEPT_AFTER_EXPIRY_MS = 24 * 3_600_000;
const TOKEN_BYTES = 480;

/** The sessions that were issued, on disk from the moment they are answered. */
export class Sessions {
  readonly #byKeyId = new Map<string, Session>();
  readonly #byToken = new Map<string, Session>();
  readonly #dead = new Set<string>();
  readonly #file: AppendFile;

  constructor(folder: string) {
    this.#file = AppendFile.open(join(folder, 'tokens.jsonl'), (text) => {
      const record = JSON.parse(text) as SessionRecord;
      if ('dead' in record) this.#dead.add(record.dead);
      else this.#remember(record.session);
    });
    this.#forgetOld();
  }

  issue(session: Pick<Session, 'roleName' | 'roleSessionName' | 'expiresAt' | 'policy'>): Session {
    const issued: Session = {
      ...session,
      accessKeyId: `STS.N${randomText(24)}`,
      accessKeySecret: randomText(44),
      securityToken: `CAIS${randomBytes(TOKEN_BYTES).toString('base64')}`,
    };
    this.#file.append(`${JSON.stringify({ session: issued })}\n`);
    this.#remember(issued);
    return issued;
  }

  byAccessKeyId(accessKeyId: string): Session | null {
    return this.#byKeyId.get(accessKeyId) ?? null;
  }

  byToken(securityToken: string): Session | null {
    return this.#byToken.get(securityToken) ?? null;
  }

  /** Ends a token before its time (expire-token); an unknown one is none of our business. */
  kill(securityToken: string): void {
    const session = this.#byToken.get(securityToken);
    if (!session || this.#dead.has(session.accessKeyId)) return;
    this.#file.append(`${JSON.stringify({ dead: session.accessKeyId })}\n`);
    this.#dead.add(session.accessKeyId);
  }

  isExpired(session: Session, nowMs: number): boolean {
    return nowMs >= session.expiresAt || this.#dead.has(session.accessKeyId);
  }

  close(): void {
    this.#file.close();
  }

  #remember(session: Session): void {
    this.#byKeyId.set(session.accessKeyId, session);
    this.#byToken.set(session.securityToken, session);
  }

  // An expired token is still known for a day: it must be refused as expired, not as never seen.
  #forgetOld(): void {
    const before = this.#byKeyId.size;
    for (const session of this.#byKeyId.values()) {
      if (session.expiresAt + KEPT_AFTER_EXPIRY_MS > Date.now()) continue;
      this.#byKeyId.delete(session.accessKeyId);
      this.#byToken.delete(session.securityToken);
      this.#dead.delete(session.accessKeyId);
    }
    if (this.#byKeyId.size === before) return;
    const sessions = [...this.#byKeyId.values()].map((session) => `${JSON.stringify({ session })}\n`);
    const dead = [...this.#dead].map((keyId) => `${JSON.stringify({ dead: keyId })}\n`);
    this.#file.replace([...sessions, ...dead]);
  }
}
