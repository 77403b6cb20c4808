import { z } from 'zod';
import { failure, fault, success, type Outcome } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';
import type { CredentialsView } from '../../shared/ipc/contract';
import { accessKeySchema, bearerSchema, hintOf } from '../../shared/secrets';
import type { KeychainAnswer } from './keychain';
import type { KeptSecret } from '../settings/settings';

/** A secret that should last. `origin`: the only server that a bearer may be sent to. */
const lastingSchema = z.discriminatedUnion('kind', [
  accessKeySchema,
  bearerSchema.extend({ origin: z.string() }),
]);
export type LastingSecret = Readonly<z.infer<typeof lastingSchema>>;
type Kind = LastingSecret['kind'];

/** The system's keychain; `isThere: false` when it cannot be asked. */
export interface KeychainPort {
  get(account: string): Promise<KeychainAnswer>;
  set(account: string, value: string): Promise<KeychainAnswer>;
  delete(account: string): Promise<KeychainAnswer>;
}

/** Remembers between runs what the keychain holds, without the secrets. */
export interface SecretNotes {
  keptSecrets(): readonly KeptSecret[];
  noteSecrets(notes: readonly KeptSecret[]): void;
}

const accountOf = (destinationId: DestinationId, kind: Kind): string => `${destinationId} ${kind}`;

const noteOf = (destinationId: DestinationId, secret: LastingSecret): KeptSecret => ({
  destinationId,
  kind: secret.kind,
  hint: secret.kind === 'access-key' ? hintOf(secret.accessKeyId) : null,
  origin: secret.kind === 'bearer' ? secret.origin : null,
  isForgotten: false,
});

/**
 * AccessKey pairs and bearer tokens: in the keychain, and in memory for the run once they were handed in or read (a
 * keychain that locks itself overnight must not end an upload). Without a keychain in memory alone.
 */
export class Secrets {
  readonly #keychain: KeychainPort;
  readonly #notes: SecretNotes;
  readonly #memory = new Map<
    string,
    { readonly destinationId: DestinationId; readonly secret: LastingSecret }
  >();

  constructor(keychain: KeychainPort, notes: SecretNotes) {
    this.#keychain = keychain;
    this.#notes = notes;
  }

  /** What may be told of a secret, without asking the keychain; null: there is none. */
  known(destinationId: DestinationId, kind: Kind): (KeptSecret & Pick<CredentialsView, 'keptIn'>) | null {
    const note = this.#note(destinationId, kind);
    if (note !== undefined) return { ...note, keptIn: 'keychain' };
    const held = this.#memory.get(accountOf(destinationId, kind));
    return held === undefined ? null : { ...noteOf(destinationId, held.secret), keptIn: 'memory' };
  }

  /** Replaces the one before. Resolves once the keychain has it or is known not to take it. */
  async set(destinationId: DestinationId, secret: LastingSecret): Promise<void> {
    this.#memory.set(accountOf(destinationId, secret.kind), { destinationId, secret });
    await this.#store(destinationId, secret);
  }

  /** Null: there is none. Fault `credentials-missing`: the keychain has it and cannot be opened. */
  async get(destinationId: DestinationId, kind: Kind): Promise<Outcome<LastingSecret | null>> {
    const account = accountOf(destinationId, kind);
    const held = this.#memory.get(account);
    if (held !== undefined) return success(held.secret);
    if (this.#note(destinationId, kind) === undefined) return success(null);
    const answer = await this.#keychain.get(account);
    if (!answer.isThere)
      return failure(
        fault(
          'credentials-missing',
          'The keychain of this computer cannot be opened; unlock it and try again, or enter the secret anew.',
        ),
      );
    const secret = answer.value === null ? null : parseSecret(answer.value);
    // It was taken out of the keychain by someone else.
    if (secret === null) this.#drop(destinationId, kind);
    else if (!this.#memory.has(account)) this.#memory.set(account, { destinationId, secret });
    return success(secret);
  }

  /** Forgets all secrets of a destination; what a locked keychain still holds is deleted when it opens. */
  async forget(destinationId: DestinationId): Promise<void> {
    for (const [account, held] of this.#memory)
      if (held.destinationId === destinationId) this.#memory.delete(account);
    this.#change((note) => (note.destinationId === destinationId ? { ...note, isForgotten: true } : note));
    await this.#deleteForgotten();
  }

  /** The destination lives on under another id (it was led to another place by hand). */
  async move(from: DestinationId, to: DestinationId): Promise<void> {
    for (const kind of ['access-key', 'bearer'] as const) {
      const secret = await this.get(from, kind);
      // A new one may have been handed in by now.
      const isFree = this.known(to, kind) === null;
      if (secret.ok && secret.value !== null && isFree) await this.set(to, secret.value);
    }
    await this.forget(from);
  }

  /** The keychain opened: it gets what was kept in memory for want of it, and loses what was forgotten. */
  async settle(): Promise<void> {
    for (const { destinationId, secret } of [...this.#memory.values()])
      if (this.#note(destinationId, secret.kind) === undefined) await this.#store(destinationId, secret);
    await this.#deleteForgotten();
  }

  /** Whether an earlier run left something for `settle` to delete. */
  hasForgotten(): boolean {
    return this.#notes.keptSecrets().some((note) => note.isForgotten);
  }

  async #store(destinationId: DestinationId, secret: LastingSecret): Promise<void> {
    const account = accountOf(destinationId, secret.kind);
    const answer = await this.#keychain.set(account, JSON.stringify(secret));
    // While the keychain thought about it the secret may have been replaced or forgotten.
    if (this.#memory.get(account)?.secret !== secret) {
      if (answer.isThere && !this.#memory.has(account)) await this.#keychain.delete(account);
      return;
    }
    if (answer.isThere) {
      this.#drop(destinationId, secret.kind);
      this.#notes.noteSecrets([...this.#notes.keptSecrets(), noteOf(destinationId, secret)]);
      return;
    }
    // What the keychain still has is the secret before.
    this.#change((note) =>
      note.destinationId === destinationId && note.kind === secret.kind
        ? { ...note, isForgotten: true }
        : note,
    );
  }

  async #deleteForgotten(): Promise<void> {
    const isDue = (note: KeptSecret): boolean =>
      // A new one is on its way to the same account, over the one that was forgotten.
      note.isForgotten && !this.#memory.has(accountOf(note.destinationId, note.kind));
    for (;;) {
      const due = this.#notes.keptSecrets().find(isDue);
      if (due === undefined) return;
      const answer = await this.#keychain.delete(accountOf(due.destinationId, due.kind));
      if (!answer.isThere) return;
      this.#change((note) => (note === due ? null : note));
    }
  }

  #note(destinationId: DestinationId, kind: Kind): KeptSecret | undefined {
    return this.#notes
      .keptSecrets()
      .find((note) => note.destinationId === destinationId && note.kind === kind && !note.isForgotten);
  }

  #drop(destinationId: DestinationId, kind: Kind): void {
    this.#change((note) => (note.destinationId === destinationId && note.kind === kind ? null : note));
  }

  #change(change: (note: KeptSecret) => KeptSecret | null): void {
    const before = this.#notes.keptSecrets();
    const after = before.map(change).filter((note) => note !== null);
    if (after.length !== before.length || after.some((note, index) => note !== before[index]))
      this.#notes.noteSecrets(after);
  }
}

/** The parser's own error would quote the text. */
function parseSecret(text: string): LastingSecret | null {
  try {
    const parsed = lastingSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
