import type { Destination } from '../../shared/engine-link';
import { failure, fault, success } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';
import type { Handlers } from '../../shared/ipc/contract';
import type { Credentials } from '../credentials/credentials';
import type { Keychain } from '../credentials/keychain';

export interface CredentialsDependencies {
  readonly credentials: Credentials;
  readonly keychain: Pick<Keychain, 'status' | 'look' | 'retry'>;
  readonly find: (destinationId: DestinationId) => Destination | undefined;
  /** New credentials can be had, or what was used shall not be used any more: the engine asks again. */
  readonly credentialsChanged: (destinationId: DestinationId) => void;
}

type Served = Extract<keyof Handlers, `credentials.${string}` | `keychain.${string}`>;

const GONE = failure(fault('invalid-input', 'This destination no longer exists.'));

/** The one way in for secrets, and what may be told of the keychain. */
export function credentialsHandlers({
  credentials,
  keychain,
  find,
  credentialsChanged,
}: CredentialsDependencies): Pick<Handlers, Served> {
  const status = () => Promise.resolve(success({ keychain: keychain.status() }));
  return {
    'credentials.set': async ({ destinationId, secret }) => {
      const destination = find(destinationId);
      if (destination === undefined) return GONE;
      const set = await credentials.set(destination, secret);
      if (set.ok) credentialsChanged(destinationId);
      return set;
    },
    'credentials.forget': async ({ destinationId }) => {
      const destination = find(destinationId);
      if (destination === undefined) return GONE;
      await credentials.forget(destinationId);
      credentialsChanged(destinationId);
      return success(credentials.view(destination).credentials);
    },
    'keychain.status': () => {
      void keychain.look();
      return status();
    },
    'keychain.retry': () => {
      void keychain.retry();
      return status();
    },
  };
}
