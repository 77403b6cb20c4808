/** HeadObject for whoever compares with the bucket beside the engine: asked again for what mends itself, as the engine does. */
import { backoff } from '../../engine/random';
import type { Answer, CancelSignal, CredentialsNote, HeadResult } from '../../engine/ports';
import { Cancellation } from '../../engine/step-runner';
import { createObjectStore } from '../../oss/object/object-store';
import type { Grant } from '../../shared/credentials';
import { retryPolicyOf, success, type Outcome } from '../../shared/faults';
import type { DestinationId, ObjectKey } from '../../shared/ids';
import type { Profile } from '../../shared/profile';
import { systemClock } from '../time/clock';
import { CredentialsKeeper } from '../credentials/credentials-keeper';
import { rest, RENEWAL_PAUSE_MS } from '../time/rest';

const DESTINATION = 'compared' as DestinationId;
const MOST_ATTEMPTS = 8;

export interface BucketHeadsOptions {
  readonly profile: Profile;
  /** Asks for credentials, past every cache where `fresh`. */
  readonly ask: (fresh: boolean) => Promise<Outcome<Grant>>;
  /** Requests at once. */
  readonly connections: number;
  readonly cancel: CancelSignal;
}

export class BucketHeads {
  readonly #options: BucketHeadsOptions;
  readonly #keeper: CredentialsKeeper;
  readonly #objects: ReturnType<typeof createObjectStore>;
  /** One for each question: what listens to it goes with its answer. */
  readonly #open = new Set<Cancellation>();
  #generation = 0;
  #asking: Promise<Outcome<CredentialsNote>> | null = null;
  #isRenewed = false;
  #clockOffsetMs = 0;

  constructor(options: BucketHeadsOptions) {
    this.#options = options;
    this.#keeper = new CredentialsKeeper(
      (_, fresh) => options.ask(fresh),
      () => false,
    );
    this.#objects = createObjectStore({
      destination: () => options.profile,
      credentials: (id, generation) => this.#keeper.credentials(id, generation),
      now: () => systemClock.now(),
      connections: options.connections,
    });
    options.cancel.onCancel(() => this.#open.forEach((cancel) => cancel.cancel()));
  }

  /** What OSS says of an object. Faults as of HeadObject and of whoever gives credentials. */
  async head(key: ObjectKey): Promise<Outcome<HeadResult>> {
    const cancel = new Cancellation();
    if (this.#options.cancel.canceled) cancel.cancel();
    this.#open.add(cancel);
    try {
      return await this.#head(key, cancel);
    } finally {
      this.#open.delete(cancel);
    }
  }

  close(): void {
    this.#objects.close();
  }

  async #head(key: ObjectKey, cancel: CancelSignal): Promise<Outcome<HeadResult>> {
    for (let attempt = 1; ; attempt += 1) {
      const granted = this.#generation > 0 ? success(null) : await this.#ask(false, cancel);
      if (!granted.ok) return granted;
      const generation = this.#generation;
      const context = { destinationId: DESTINATION, generation, clockOffsetMs: this.#clockOffsetMs, cancel };
      const answer = await this.#objects.headObject({ ...context, onSent: () => undefined }, key);
      if (answer.clockOffsetMs !== null) this.#clockOffsetMs = answer.clockOffsetMs;
      if (answer.ok || attempt === MOST_ATTEMPTS) return answer;
      if (!(await this.#mends(answer, generation, attempt, cancel))) return answer;
    }
  }

  async #mends(
    { fault, clockOffsetMs }: Answer<unknown> & { readonly ok: false },
    generation: number,
    attempt: number,
    cancel: CancelSignal,
  ): Promise<boolean> {
    switch (retryPolicyOf(fault.code)) {
      case 'skew':
        return clockOffsetMs !== null;
      case 'credentials':
        // Somebody else may have got new ones already.
        if (this.#generation > generation) return true;
        return fault.code === 'token-expired' && (await this.#ask(true, cancel)).ok;
      case 'network':
      case 'throttle':
      case 'item':
        return rest(Math.max(fault.retryAfterMs ?? 0, backoff(attempt, Math.random())), cancel);
      case 'never':
        return false;
    }
  }

  /** One question however many wait for its answer. */
  #ask(fresh: boolean, cancel: CancelSignal): Promise<Outcome<CredentialsNote>> {
    this.#asking ??= this.#question(fresh, cancel).finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #question(fresh: boolean, cancel: CancelSignal): Promise<Outcome<CredentialsNote>> {
    if (fresh && this.#isRenewed) await rest(RENEWAL_PAUSE_MS, cancel);
    this.#isRenewed = fresh;
    const note = await this.#keeper.ask(DESTINATION, fresh);
    if (note.ok) this.#generation = note.value.generation;
    return note;
  }
}
