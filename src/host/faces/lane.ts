/**
 * One line of questions about pictures: those of a destination to IMM, or those to the detector on this device. The
 * questions stay on the disk until they are answered; in memory are only those that are being asked now.
 */
import type { ClockPort } from '../../engine/ports';
import { retryPolicyOf, type Fault, type Outcome } from '../../shared/faults';
import type { FacesSource } from '../../shared/faces';
import type { DestinationId, ItemId } from '../../shared/ids';
import type { FaceQuestion, FacesNote, FacesStore } from '../../store/faces/faces-types';

const BACKOFF_FLOOR_MS = 500;
const BACKOFF_CEILING_MS = 60_000;
/** How long a disk that took no answer is left alone. */
const STORE_AGAIN_MS = 2_000;
/** In memory at once, whatever the destination asks for. */
export const MOST_AT_ONCE = 32;

export type FoundAnswer = Extract<FacesNote['answer'], { kind: 'found' }>;

/** What a question came to before or after it was put. */
export type Asked =
  | { readonly kind: 'answered'; readonly outcome: Outcome<FoundAnswer>; readonly project: string | null }
  /** Nobody wants to know any more. */
  | { readonly kind: 'dropped' }
  /** It cannot be asked now: no destination, no credentials. Nothing was sent. */
  | { readonly kind: 'not-now'; readonly fault: Fault };

export interface LaneOptions {
  readonly source: FacesSource;
  /** Of IMM; any for this device. */
  readonly destinationId: DestinationId;
  readonly clock: ClockPort;
  /** In [0, 1). */
  readonly random: () => number;
  readonly store: FacesStore;
  /** Questions begun in a second; null: as fast as they are answered. */
  readonly perSecond: () => number | null;
  readonly atOnce: () => number;
  /** After so many refusals (remedy `item`) it is given up. */
  readonly mostRefusals: number;
  readonly ask: (question: FaceQuestion) => Promise<Asked>;
  /** Keeps what came of it; false: the disk did not take it, and it is asked again. */
  readonly settle: (question: FaceQuestion, asked: Extract<Asked, { kind: 'answered' }>) => boolean;
  /** `trouble` is another one now. */
  readonly onTrouble: () => void;
}

export class Lane {
  readonly #options: LaneOptions;
  readonly #busy = new Set<ItemId>();
  #disarm: (() => void) | null = null;
  #pausedUntil = 0;
  /** What the other side asked for: news of network and credentials are none of it, so a nudge leaves it. */
  #quietUntil = 0;
  /** By the rate. */
  #nextAt = 0;
  /** In a row, of the whole line. */
  #failures = 0;
  #trouble: Fault | null = null;
  #closed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** What all of the line waits for; null where questions are answered. */
  get trouble(): Fault | null {
    return this.#trouble;
  }

  /** Asks as much as may be asked now. */
  wake(): void {
    this.#disarm?.();
    this.#disarm = null;
    if (!this.#closed) this.#pump();
  }

  /** What was waited for may be there: asks without waiting out a pause, but for one that the other side asked for. */
  nudge(): void {
    this.#pausedUntil = 0;
    this.#failures = 0;
    this.wake();
  }

  /** Nothing more is asked; what is being asked is not waited for and stays a question. */
  close(): void {
    this.#closed = true;
    this.#disarm?.();
    this.#disarm = null;
  }

  #pump(): void {
    const { clock, perSecond, atOnce } = this.#options;
    while (this.#busy.size < Math.min(atOnce(), MOST_AT_ONCE)) {
      const now = clock.now();
      const earliest = Math.max(this.#pausedUntil, this.#quietUntil, this.#nextAt);
      const question = this.#first(now);
      if (question === null) return;
      if (earliest > now) {
        this.#arm(earliest);
        return;
      }
      const rate = perSecond();
      this.#nextAt = rate === null ? now : now + 1_000 / rate;
      this.#busy.add(question.itemId);
      void this.#put(question);
    }
  }

  /** The first question that is due and not being asked; null: rings again when there may be one. */
  #first(now: number): FaceQuestion | null {
    const { store, source, destinationId } = this.#options;
    const due = store.due(source, destinationId, now, this.#busy.size + 1);
    const question = due.ok ? due.value.find(({ itemId }) => !this.#busy.has(itemId)) : undefined;
    if (question !== undefined) return question;
    const next = due.ok ? store.nextDueAt(source, destinationId) : due;
    if (!next.ok) this.#arm(now + STORE_AGAIN_MS);
    else if (next.value !== null && next.value > now) this.#arm(next.value);
    return null;
  }

  #arm(at: number): void {
    this.#disarm?.();
    this.#disarm = this.#options.clock.schedule(at, () => {
      this.#disarm = null;
      if (!this.#closed) this.#pump();
    });
  }

  async #put(question: FaceQuestion): Promise<void> {
    const asked = await this.#options.ask(question);
    this.#busy.delete(question.itemId);
    if (this.#closed) return;
    this.#take(question, asked);
    this.wake();
  }

  #take(question: FaceQuestion, asked: Asked): void {
    const { store, source } = this.#options;
    if (asked.kind === 'dropped') {
      // Nothing was sent: thousands that nobody wants any more do not go at the rate of questions.
      this.#nextAt = 0;
      this.#pauseUnless(store.drop(question.itemId, source).ok);
    } else if (asked.kind === 'not-now') this.#pause(asked.fault);
    else if (asked.outcome.ok) {
      this.#failures = 0;
      this.#troubled(null);
      this.#pauseUnless(this.#options.settle(question, asked));
    } else this.#afterFault(question, asked, asked.outcome.fault);
  }

  #afterFault(question: FaceQuestion, asked: Extract<Asked, { kind: 'answered' }>, why: Fault): void {
    const { store, source, clock, mostRefusals } = this.#options;
    const remedy = retryPolicyOf(why.code);
    // It was this question that was answered: the line itself goes.
    if (remedy === 'item' || remedy === 'skew' || remedy === 'never') this.#troubled(null);
    switch (remedy) {
      case 'network':
      case 'throttle':
      case 'credentials':
        this.#pause(why);
        return;
      case 'item': {
        const attempts = question.attempts + 1;
        if (attempts < mostRefusals) {
          const at = clock.now() + this.#backoff(attempts);
          this.#pauseUnless(store.postpone(question.itemId, source, attempts, at).ok);
          return;
        }
        break;
      }
      // A clock that is wrong is wrong for all of them, and time alone does not mend it: said at once.
      case 'skew':
      case 'never':
    }
    this.#pauseUnless(this.#options.settle(question, asked));
  }

  /** All of the line waits: nobody there, asked to slow down, no credentials. */
  #pause(why: Fault): void {
    const { retryAfterMs = 0 } = why;
    this.#troubled(why);
    const now = this.#options.clock.now();
    // Questions that were on their way together have met one and the same trouble.
    if (this.#pausedUntil <= now) this.#failures += 1;
    const until = now + Math.max(retryAfterMs, this.#backoff(this.#failures));
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
    if (retryPolicyOf(why.code) === 'throttle')
      this.#quietUntil = Math.max(this.#quietUntil, now + retryAfterMs);
  }

  #troubled(why: Fault | null): void {
    const before = this.#trouble;
    this.#trouble = why;
    if (before?.code !== why?.code) this.#options.onTrouble();
  }

  #pauseUnless(kept: boolean): void {
    if (!kept) this.#pausedUntil = Math.max(this.#pausedUntil, this.#options.clock.now() + STORE_AGAIN_MS);
  }

  /** Doubles with each failure; half of it by chance, so that lines do not come back together. */
  #backoff(failures: number): number {
    const most = Math.min(BACKOFF_CEILING_MS, BACKOFF_FLOOR_MS * 2 ** failures);
    return Math.round((most / 2) * (1 + this.#options.random()));
  }
}
