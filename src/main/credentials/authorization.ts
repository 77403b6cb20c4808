/** Credentials, secrets and keychain of the app, joined. */
import { sessionPrefix } from '../../host/disk/batch-prefix';
import { sendCallbackReplay } from '../../oss/grants/callback-replay';
import { askPostPolicy } from '../../oss/grants/post-policy';
import { askTokenServer } from '../../oss/grants/token-server';
import type { Destination } from '../../shared/engine-link';
import type { DestinationId } from '../../shared/ids';
import type { StreamName, StreamValue } from '../../shared/ipc/contract';
import { Credentials, type CredentialSources } from './credentials';
import { Keychain, type KeychainPorts } from './keychain';
import { Secrets, type SecretNotes } from './secrets';

/** The SDK of STS is large and few need it: it is loaded when it is asked for. */
const SOURCES: CredentialSources = {
  askTokenServer: (question) => askTokenServer({ ...question, now: () => Date.now() }),
  askPostPolicy: (question) => askPostPolicy({ ...question, now: () => Date.now() }),
  sendNotice: (question) => sendCallbackReplay({ ...question, now: () => Date.now() }),
  assumeRole: async (profile, caller) => {
    const { assumeRole } = await import('../../oss/grants/assume-role');
    return assumeRole({ profile, caller, prefix: sessionPrefix(profile), now: () => Date.now() });
  },
  aliyunProfile: async (name) => {
    const { aliyunProfileCaller } = await import('../../oss/grants/aliyun-profile');
    return aliyunProfileCaller(name);
  },
};

export interface AuthorizationPorts extends Pick<KeychainPorts, 'fork' | 'after' | 'log'> {
  readonly notes: SecretNotes;
  destinations(): readonly Destination[];
  publish<S extends StreamName>(stream: S, value: StreamValue<S>): void;
  /** New credentials can be had: the engine asks again. */
  credentialsChanged(destinationId: DestinationId): void;
  readonly sources?: CredentialSources;
}

export interface Authorization {
  readonly credentials: Credentials;
  readonly keychain: Keychain;
  /** Tells the window how all destinations stand. */
  readonly tellDestinations: () => void;
}

export function joinAuthorization(ports: AuthorizationPorts): Authorization {
  const keychain = new Keychain(ports);
  const secrets = new Secrets(keychain, ports.notes);
  const tellDestinations = (): void =>
    ports.publish(
      'destinations.changed',
      ports.destinations().map((known) => credentials.view(known)),
    );
  const credentials = new Credentials(ports.sources ?? SOURCES, secrets, tellDestinations);
  let wasMissed = false;
  keychain.onStatus((status) => {
    ports.publish('keychain.changed', { keychain: status });
    if (status === 'memory') wasMissed = true;
    if (status !== 'available') return;
    const isNews = wasMissed;
    wasMissed = false;
    void secrets.settle().then(() => {
      tellDestinations();
      // Who waited for the keychain need not wait longer; nobody else is asked anew.
      for (const known of isNews ? ports.destinations() : [])
        if (credentials.view(known).credentials.keptIn === 'keychain')
          ports.credentialsChanged(known.destinationId);
    });
  });
  if (secrets.hasForgotten()) void keychain.look();
  return { credentials, keychain, tellDestinations };
}
