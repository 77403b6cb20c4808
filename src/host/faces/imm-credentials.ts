import type { TemporaryCredentials } from '../../shared/credentials';
import { success, type Outcome } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';

/** The documents' rule: credentials are expired when this little of server time remains. */
const EXPIRY_MARGIN_MS = 60_000;

interface Sources {
  /** Those that uploads use now, if there are any. */
  readonly newest: (destinationId: DestinationId) => TemporaryCredentials | null;
  readonly ask: (destinationId: DestinationId, fresh: boolean) => Promise<Outcome<TemporaryCredentials>>;
  /** By the server's clock. */
  readonly serverNow: (destinationId: DestinationId) => number;
}

/**
 * Credentials to ask IMM with: those of the uploads while they are good, else its own. Uploads are not disturbed:
 * theirs are neither renewed nor replaced from here.
 */
export class ImmCredentials {
  readonly #sources: Sources;
  readonly #own = new Map<DestinationId, TemporaryCredentials>();
  readonly #refused = new WeakSet<TemporaryCredentials>();
  readonly #asking = new Map<DestinationId, Promise<Outcome<TemporaryCredentials>>>();
  /** The last that were given were refused: the next are asked for past every cache. */
  readonly #wantsFresh = new Set<DestinationId>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  usable(destinationId: DestinationId): Promise<Outcome<TemporaryCredentials>> {
    const now = this.#sources.serverNow(destinationId);
    for (const known of [this.#sources.newest(destinationId), this.#own.get(destinationId)])
      if (known && !this.#refused.has(known) && !isExpired(known, now))
        return Promise.resolve(success(known));
    const asking = this.#asking.get(destinationId) ?? this.#ask(destinationId);
    this.#asking.set(destinationId, asking);
    return asking;
  }

  /** IMM does not take these (any more). */
  refuse(destinationId: DestinationId, credentials: TemporaryCredentials): void {
    this.#refused.add(credentials);
    this.#wantsFresh.add(destinationId);
  }

  async #ask(destinationId: DestinationId): Promise<Outcome<TemporaryCredentials>> {
    const fresh = this.#wantsFresh.has(destinationId);
    const answer = await this.#sources.ask(destinationId, fresh).finally(() => {
      this.#asking.delete(destinationId);
    });
    if (!answer.ok) return answer;
    this.#wantsFresh.delete(destinationId);
    this.#own.set(destinationId, answer.value);
    return answer;
  }
}

const isExpired = ({ expiresAtServer }: TemporaryCredentials, serverNow: number): boolean =>
  expiresAtServer !== null && expiresAtServer - serverNow <= EXPIRY_MARGIN_MS;
