/** The keychain's end of the link to main. It runs in a process of its own, because a locked keychain blocks it. */
import type { Link } from '../../shared/engine-link';

/** Under this name entries stand in the system's keychain. */
const SERVICE = 'OSS Ferry';
const PROBE = 'probe';

/** What is asked of the keychain. `value` is a secret. */
export type KeychainQuestion =
  /** Writes, reads and deletes an entry of its own. */
  | { readonly kind: 'probe' }
  | { readonly kind: 'get'; readonly account: string }
  | { readonly kind: 'set'; readonly account: string; readonly value: string }
  | { readonly kind: 'delete'; readonly account: string };

export type ToKeychain = KeychainQuestion & { readonly id: number };
export type FromKeychain =
  | { readonly id: number; readonly ok: true; readonly value: string | null }
  /** `reason` is the system's own sentence, told of the probe alone: it handles no secret. */
  | { readonly id: number; readonly ok: false; readonly reason: string };

/** What is used of keytar. */
export interface SystemKeychain {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

/** Answers each question once, in their order; where the keychain cannot be loaded or opened, with `ok: false`. */
export function serveKeychain(
  link: Link<ToKeychain, FromKeychain>,
  load: () => Promise<SystemKeychain>,
): void {
  // One after the other: keytar works in threads, and a deletion must not overtake what is written after it.
  let last = Promise.resolve();
  link.onMessage((question) => {
    last = last
      .then(load)
      .then((keychain) => answer(keychain, question))
      .then(
        (value) => link.send({ id: question.id, ok: true, value }),
        (error: unknown) => link.send({ id: question.id, ok: false, reason: reasonOf(question, error) }),
      );
  });
}

async function answer(keychain: SystemKeychain, question: KeychainQuestion): Promise<string | null> {
  switch (question.kind) {
    case 'get':
      return keychain.getPassword(SERVICE, question.account);
    case 'set':
      await keychain.setPassword(SERVICE, question.account, question.value);
      return null;
    case 'delete':
      await keychain.deletePassword(SERVICE, question.account);
      return null;
    case 'probe': {
      await keychain.setPassword(SERVICE, PROBE, PROBE);
      const read = await keychain.getPassword(SERVICE, PROBE);
      await keychain.deletePassword(SERVICE, PROBE);
      if (read !== PROBE) throw new Error('the keychain does not give back what it was given');
      return null;
    }
  }
}

function reasonOf(question: KeychainQuestion, error: unknown): string {
  return question.kind === 'probe' && error instanceof Error ? error.message : 'refused';
}
