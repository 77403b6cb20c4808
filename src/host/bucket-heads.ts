/** HeadObject for whoever compares with the bucket beside the engine: asked again for what mends itself, as the engine does. */
import type { Answer, CancelSignal, HeadResult, RequestContext } from '../engine/ports';
import { createObjectStore } from '../oss/object-store';
import type { Grant } from '../shared/credentials';
import { remedyOf, type Fault, type Outcome } from '../shared/faults';
import type { DestinationId, ObjectKey } from '../shared/ids';
import type { Profile } from '../shared/profile';
import { systemClock } from './clock';

const DESTINATION = 'compared' as DestinationId;
const MOST_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** An application server asks STS anew every two seconds at most, and gives the dead token once more until then. */
const RENEWAL_PAUSE_MS = 2_500;

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
  readonly #objects: ReturnType<typeof createObjectStore>;
  #grants: readonly Grant[] = [];
  #asking: Promise<Outcome<Grant>> | null = null;
  #clockOffsetMs = 0;
  #isRenewed = false;

  constructor(options: BucketHeadsOptions) {
    this.#options = options;
    this.#objects = createObjectStore({
      destination: () => options.profile,
      credentials: (_, generation) => this.#grants[generation - 1] ?? null,
      now: () => systemClock.now(),
      connections: options.connections,
    });
  }

  /** What OSS says of an object. Faults as of HeadObject and of whoever gives credentials. */
  async head(key: ObjectKey): Promise<Outcome<HeadResult>> {
    for (let attempt = 1; ; attempt += 1) {
      const granted = await this.#granted();
      if (!granted.ok) return granted;
      const generation = this.#grants.length;
      const answer = await this.#objects.headObject(this.#context(generation), key);
      if (answer.clockOffsetMs !== null) this.#clockOffsetMs = answer.clockOffsetMs;
      if (answer.ok) return answer;
      if (attempt === MOST_ATTEMPTS || !(await this.#mends(answer, generation, attempt))) return answer;
    }
  }

  close(): void {
    this.#objects.close();
  }

  async #mends(
    { fault, clockOffsetMs }: Answer<unknown> & { readonly ok: false },
    generation: number,
    attempt: number,
  ): Promise<boolean> {
    if (this.#options.cancel.canceled) return false;
    switch (remedyOf(fault.code)) {
      case 'skew':
        return clockOffsetMs !== null;
      case 'credentials':
        return fault.code === 'token-expired' && (await this.#renewed(generation)).ok;
      case 'network':
      case 'throttle':
      case 'item':
        await this.#wait(pauseMs(fault, attempt));
        return true;
      case 'never':
        return false;
    }
  }

  #granted(): Promise<Outcome<unknown>> {
    return this.#grants.length > 0 ? Promise.resolve({ ok: true, value: null }) : this.#ask(false);
  }

  /** New ones for those of a generation, unless somebody has got them already. */
  #renewed(generation: number): Promise<Outcome<unknown>> {
    return this.#grants.length > generation ? Promise.resolve({ ok: true, value: null }) : this.#ask(true);
  }

  /** One question however many wait for its answer. */
  #ask(fresh: boolean): Promise<Outcome<Grant>> {
    this.#asking ??= this.#question(fresh).then((answer) => {
      this.#asking = null;
      if (answer.ok) this.#grants = [...this.#grants, answer.value];
      return answer;
    });
    return this.#asking;
  }

  /** From the second renewal on it is asked after the while in which a server repeats its last answer. */
  async #question(fresh: boolean): Promise<Outcome<Grant>> {
    if (fresh && this.#isRenewed) await this.#wait(RENEWAL_PAUSE_MS);
    this.#isRenewed = fresh;
    return this.#options.ask(fresh);
  }

  /** Ends at once when the run is stopped. */
  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.#options.cancel.onCancel(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #context(generation: number): RequestContext {
    return {
      destinationId: DESTINATION,
      generation,
      clockOffsetMs: this.#clockOffsetMs,
      cancel: this.#options.cancel,
      onSent: () => undefined,
    };
  }
}

const pauseMs = ({ retryAfterMs }: Fault, attempt: number): number =>
  Math.min(retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
