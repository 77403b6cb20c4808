import type { TemporaryCredentials } from '../shared/credentials';
import type { Destination } from '../shared/engine-link';
import { failure, fault, type Outcome } from '../shared/faults';
import type { DestinationId } from '../shared/ids';
import { UrlServer } from '../oss/url-server';
import type { UploadUrlAnswer, UploadUrlQuestion } from '../shared/upload-urls';
import type { DestinationView } from '../shared/ipc/contract';

/** One question to the server that a destination names. */
export type AskTokenServer = (question: {
  readonly url: string;
  /** Goes past every cache. */
  readonly fresh: boolean;
  readonly allowInsecure: boolean;
}) => Promise<Outcome<TemporaryCredentials>>;

type Note = DestinationView['credentials'];

/** Shows which key is in use without telling it: the last four characters. */
function hintOf(accessKeyId: string): string | null {
  return accessKeyId.length < 12 ? null : `…${accessKeyId.slice(-4)}`;
}

/** Where main gets temporary credentials for the engine. It keeps what may be told about them, never them. */
export class Credentials {
  readonly #ask: AskTokenServer;
  readonly #onChange: () => void;
  readonly #urlServers = new Map<DestinationId, { readonly url: string; readonly server: UrlServer }>();
  readonly #notes = new Map<DestinationId, Note>();

  constructor(ask: AskTokenServer, onChange: () => void) {
    this.#ask = ask;
    this.#onChange = onChange;
  }

  /** Asks once, by the way that the destination names. */
  async ask(destination: Destination | undefined, fresh: boolean): Promise<Outcome<TemporaryCredentials>> {
    if (destination === undefined)
      return failure(
        fault('credentials-missing', 'This destination was removed; its files wait until it is back.'),
      );
    const { authorization, name, allowInsecure } = destination.profile;
    if (authorization.kind !== 'token-server')
      return failure(
        fault(
          'credentials-missing',
          `${name} is authorized by ${authorization.kind}, which this version cannot do yet.`,
        ),
      );
    const outcome = await this.#ask({ url: authorization.url, fresh, allowInsecure });
    if (outcome.ok) this.#remember(destination.destinationId, outcome.value);
    return outcome;
  }

  /** Has requests signed by the server of a `signed-url` destination. */
  uploadUrls(
    destination: Destination | undefined,
    question: UploadUrlQuestion,
    fresh: boolean,
  ): Promise<Outcome<UploadUrlAnswer>> {
    if (destination?.profile.authorization.kind !== 'signed-url')
      return Promise.resolve(failure(fault('credentials-missing', 'No server signs for this destination.')));
    return this.#urlServer(destination).ask(question, fresh);
  }

  #urlServer({ destinationId, profile }: Destination): UrlServer {
    const url = 'url' in profile.authorization ? profile.authorization.url : '';
    const known = this.#urlServers.get(destinationId);
    if (known?.url === url) return known.server;
    const server = new UrlServer({
      url,
      bearer: () => null,
      now: () => Date.now(),
      allowInsecure: profile.allowInsecure,
    });
    this.#urlServers.set(destinationId, { url, server });
    return server;
  }

  #remember(destinationId: DestinationId, credentials: TemporaryCredentials): void {
    this.#notes.set(destinationId, {
      configured: true,
      expiresAt: credentials.expiresAtServer,
      accessKeyIdHint: hintOf(credentials.accessKeyId),
    });
    this.#onChange();
  }

  /** What the window may know. A token server needs nothing from the user, so it counts as configured. */
  view(destination: Destination): DestinationView {
    const unasked: Note = {
      configured: destination.profile.authorization.kind === 'token-server',
      expiresAt: null,
      accessKeyIdHint: null,
    };
    return { ...destination, credentials: this.#notes.get(destination.destinationId) ?? unasked };
  }
}
