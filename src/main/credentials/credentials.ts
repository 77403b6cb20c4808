import type { AccessKeyPair } from '../../oss/grants/assume-role';
import { assertNever } from '../../shared/brand';
import { callbackReplayBearer, type CallbackReplayRequest } from '../../oss/grants/callback-replay';
import { UrlServer } from '../../oss/grants/url-server';
import type { Grant, TemporaryCredentials } from '../../shared/credentials';
import type { Destination } from '../../shared/engine-link';
import { failure, fault, success, type Fault, type Outcome } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';
import type { CredentialsView, DestinationView } from '../../shared/ipc/contract';
import type { CallbackReplay } from '../../shared/callback-replay';
import { parsePasted, PASTE_SENTENCES } from '../../shared/pasted-credentials';
import type { Profile } from '../../shared/profile';
import { hintOf, needsSecret, WAYS, type Secret } from '../../shared/secrets';
import type { UploadUrlAnswer, UploadUrlQuestion } from '../../shared/upload-urls';
import type { LastingSecret, Secrets } from './secrets';

/** One question to the server that a destination names. */
export type AskTokenServer = (question: {
  readonly url: string;
  /** A secret. */
  readonly bearer: string | null;
  /** Goes past every cache. */
  readonly fresh: boolean;
  readonly allowInsecure: boolean;
}) => Promise<Outcome<TemporaryCredentials>>;

/** How the world is asked for credentials. */
export interface CredentialSources {
  readonly askTokenServer: AskTokenServer;
  readonly askPostPolicy: (question: Parameters<AskTokenServer>[0]) => Promise<Outcome<Grant>>;
  sendNotice(question: Omit<CallbackReplayRequest, 'now'>): Promise<Outcome<void>>;
  assumeRole(profile: Profile, caller: AccessKeyPair): Promise<Outcome<TemporaryCredentials>>;
  /** The AccessKey pair of a profile of the aliyun CLI. */
  aliyunProfile(name: string): Promise<Outcome<AccessKeyPair>>;
}

/** What was given out last; it tells the window a hint and the expiry. */
interface Given {
  readonly expiresAt: number | null;
  readonly accessKeyIdHint: string | null;
}

interface Pasted {
  readonly credentials: TemporaryCredentials;
  /** OSS had its chance with them: who asks past every cache then, has seen them refused. */
  wasGiven: boolean;
}

const missing = (sentence: string): { readonly ok: false; readonly fault: Fault } =>
  failure(fault('credentials-missing', sentence));

/** The origin that a bearer is tied to; null where the way asks no server. */
export function serverOrigin({ authorization }: Profile): string | null {
  return 'url' in authorization ? new URL(authorization.url).origin : null;
}

/**
 * Where main gets temporary credentials for the engine, by the way that a destination names. Long-term keys and
 * bearers are in `Secrets`, pasted credentials here in memory; the engine gets temporary credentials alone.
 */
export class Credentials {
  readonly #sources: CredentialSources;
  readonly #secrets: Secrets;
  readonly #onChange: () => void;
  readonly #urlServers = new Map<DestinationId, { readonly url: string; readonly server: UrlServer }>();
  readonly #given = new Map<DestinationId, Given>();
  readonly #pasted = new Map<DestinationId, Pasted>();

  constructor(sources: CredentialSources, secrets: Secrets, onChange: () => void) {
    this.#sources = sources;
    this.#secrets = secrets;
    this.#onChange = onChange;
  }

  /** Asks once, by the way that the destination names. */
  async ask(destination: Destination | undefined, fresh: boolean): Promise<Outcome<Grant>> {
    if (destination === undefined)
      return missing('This destination was removed; its files wait until it is back.');
    const outcome = await this.#askBy(destination, fresh);
    if (outcome.ok) this.#remember(destination, outcome.value);
    return outcome;
  }

  async #askBy({ destinationId, profile }: Destination, fresh: boolean): Promise<Outcome<Grant>> {
    const { authorization, allowInsecure } = profile;
    switch (authorization.kind) {
      case 'token-server':
      case 'post-policy': {
        const bearer = await this.bearer({ destinationId, profile });
        if (!bearer.ok) return bearer;
        const question = { url: authorization.url, bearer: bearer.value, fresh, allowInsecure };
        return authorization.kind === 'token-server'
          ? this.#sources.askTokenServer(question)
          : this.#sources.askPostPolicy(question);
      }
      case 'assume-role': {
        const caller = await this.#caller(destinationId, authorization.aliyunProfile);
        return caller.ok ? this.#sources.assumeRole(profile, caller.value) : caller;
      }
      case 'temporary':
        return this.#givePasted(destinationId, fresh);
      case 'signed-url':
        return this.#urlServer({ destinationId, profile }).grant(fresh);
      default:
        return assertNever(authorization);
    }
  }

  /**
   * The bearer for the server of a destination; null: none was given, or it was given for another server than the
   * address names now, which must not get it. Fault: the keychain has it and is locked.
   */
  async bearer({ destinationId, profile }: Destination): Promise<Outcome<string | null>> {
    const kept = await this.#secrets.get(destinationId, 'bearer');
    if (!kept.ok) return kept;
    if (kept.value?.kind !== 'bearer' || kept.value.origin !== serverOrigin(profile)) return success(null);
    return success(kept.value.bearer);
  }

  async #caller(
    destinationId: DestinationId,
    aliyunProfile: string | undefined,
  ): Promise<Outcome<AccessKeyPair>> {
    if (aliyunProfile !== undefined) return this.#sources.aliyunProfile(aliyunProfile);
    const kept = await this.#secrets.get(destinationId, 'access-key');
    if (!kept.ok) return kept;
    if (kept.value?.kind !== 'access-key')
      return missing('There is no AccessKey pair for this destination; enter it at the destination.');
    const { accessKeyId, accessKeySecret } = kept.value;
    return success({ accessKeyId, accessKeySecret });
  }

  #givePasted(destinationId: DestinationId, fresh: boolean): Outcome<TemporaryCredentials> {
    const pasted = this.#pasted.get(destinationId);
    if (pasted === undefined)
      return missing(
        'There are no temporary credentials for this destination; paste them at the destination.',
      );
    // Our own clock is no judge of whether they live: OSS is.
    if (fresh && pasted.wasGiven)
      return failure(
        fault('token-expired', 'OSS does not take the pasted credentials any more; paste new ones.'),
      );
    pasted.wasGiven = true;
    return success(pasted.credentials);
  }

  /** Takes a secret in. Fault `invalid-input`: it is not what the destination's way takes, or cannot be read. */
  async set({ destinationId, profile }: Destination, secret: Secret): Promise<Outcome<CredentialsView>> {
    if (WAYS[profile.authorization.kind].secret !== secret.kind)
      return failure(fault('invalid-input', `${profile.name} is authorized in another way.`));
    if (secret.kind === 'temporary') {
      const parsed = parsePasted(secret.text);
      if (parsed.kind === 'problem') return failure(fault('invalid-input', PASTE_SENTENCES[parsed.problem]));
      this.#pasted.set(destinationId, { credentials: parsed.credentials, wasGiven: false });
      this.#given.delete(destinationId);
    } else {
      const origin = serverOrigin(profile) ?? '';
      const lasting: LastingSecret = secret.kind === 'bearer' ? { ...secret, origin } : secret;
      this.#given.delete(destinationId);
      await this.#secrets.set(destinationId, lasting);
    }
    this.#onChange();
    return success(this.#view({ destinationId, profile }));
  }

  async forget(destinationId: DestinationId): Promise<void> {
    this.#pasted.delete(destinationId);
    this.#given.delete(destinationId);
    await this.#secrets.forget(destinationId);
    this.#onChange();
  }

  /**
   * The destination was changed by hand, perhaps to another id. What was handed in goes with it, unless it is authorized
   * in another way now, or by another server, which must not get the bearer of the first.
   */
  async follow(before: Destination, saved: Destination): Promise<void> {
    const from = before.destinationId;
    const to = saved.destinationId;
    const wayOf = ({ profile }: Destination): unknown => [
      WAYS[profile.authorization.kind].secret,
      serverOrigin(profile),
    ];
    this.#given.delete(from);
    if (JSON.stringify(wayOf(before)) !== JSON.stringify(wayOf(saved))) await this.forget(from);
    else if (from !== to) {
      const pasted = this.#pasted.get(from);
      if (pasted !== undefined) this.#pasted.set(to, pasted);
      await this.#secrets.move(from, to);
      await this.forget(from);
    }
  }

  /** Has a request signed by the server of a `signed-url` destination: the engine holds no bearer. */
  async uploadUrls(
    destination: Destination | undefined,
    question: UploadUrlQuestion,
    fresh: boolean,
  ): Promise<Outcome<UploadUrlAnswer>> {
    if (destination?.profile.authorization.kind !== 'signed-url')
      return missing('No server signs for this destination.');
    return this.#urlServer(destination).ask(question, fresh);
  }

  /** Tells the server that a destination names of an object: the engine holds no bearer. */
  async sendNotice(destination: Destination | undefined, notice: CallbackReplay): Promise<Outcome<void>> {
    const url = destination?.profile.callback?.noticeUrl;
    if (destination === undefined || url === undefined)
      return failure(fault('invalid-input', 'This destination names no address for notices.'));
    const { profile } = destination;
    const bearer = await this.bearer(destination);
    if (!bearer.ok) return bearer;
    return this.#sources.sendNotice({
      url,
      bearer: callbackReplayBearer(profile, bearer.value),
      notice,
      allowInsecure: profile.allowInsecure,
    });
  }

  #urlServer({ destinationId, profile }: Destination): UrlServer {
    const url = 'url' in profile.authorization ? profile.authorization.url : '';
    const known = this.#urlServers.get(destinationId);
    if (known?.url === url) return known.server;
    const server = new UrlServer({
      url,
      bearer: () => this.bearer({ destinationId, profile }),
      now: () => Date.now(),
      allowInsecure: profile.allowInsecure,
    });
    this.#urlServers.set(destinationId, { url, server });
    return server;
  }

  #remember({ destinationId }: Destination, grant: Grant): void {
    const accessKeyIdHint = 'accessKeyId' in grant ? hintOf(grant.accessKeyId) : null;
    this.#given.set(destinationId, { expiresAt: grant.expiresAtServer, accessKeyIdHint });
    this.#onChange();
  }

  /** What the window may know of a destination. */
  view(destination: Destination): DestinationView {
    return { ...destination, credentials: this.#view(destination) };
  }

  #view({ destinationId, profile }: Destination): CredentialsView {
    const given = this.#given.get(destinationId) ?? { expiresAt: null, accessKeyIdHint: null };
    const { secret } = WAYS[profile.authorization.kind];
    if (secret === 'temporary') {
      const pasted = this.#pasted.get(destinationId)?.credentials;
      if (pasted === undefined)
        return { configured: false, expiresAt: null, accessKeyIdHint: null, keptIn: 'nowhere' };
      const { accessKeyId, expiresAtServer } = pasted;
      const accessKeyIdHint = hintOf(accessKeyId);
      return { configured: true, expiresAt: expiresAtServer, accessKeyIdHint, keptIn: 'memory' };
    }
    const known = this.#secrets.known(destinationId, secret);
    const isOfServer = secret !== 'bearer' || known?.origin === serverOrigin(profile);
    const kept = known !== null && isOfServer ? known : null;
    return {
      configured: kept !== null || !needsSecret(profile),
      expiresAt: given.expiresAt,
      // A long-term key is the one that was entered; that of its sessions changes by the hour.
      accessKeyIdHint: kept?.hint ?? given.accessKeyIdHint,
      keptIn: kept?.keptIn ?? 'nowhere',
    };
  }
}
