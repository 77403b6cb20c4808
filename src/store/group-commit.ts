import type { StoreRecord } from '../engine/queue-ports';
import { success, type Fault, type Outcome } from '../shared/faults';

/** The store promises the engine: on the disk within 50 ms, or 256 records. */
const COMMIT_AFTER_MS = 50;
const COMMIT_AFTER_RECORDS = 256;
/** How long a disk that refused a group is left alone. */
const TRY_AGAIN_AFTER_MS = 2_000;

export interface Clock {
  now(): number;
  schedule(at: number, ring: () => void): () => void;
}

/**
 * Gathers facts and has them written in groups, in their order. A group that cannot be written is kept and tried
 * again with all that came after it. Listeners are called in a microtask, never inside the call that caused it.
 */
export class GroupCommit {
  readonly #clock: Clock;
  readonly #apply: (records: readonly StoreRecord[]) => Outcome<void>;
  readonly #persistedListeners: ((seq: number) => void)[] = [];
  readonly #troubleListeners: ((fault: Fault | null) => void)[] = [];
  #pending: StoreRecord[] = [];
  #lastSeq = 0;
  #troubled = false;
  #closed = false;
  #disarm: (() => void) | null = null;

  /** `apply` writes a group in one transaction: all of it or nothing. */
  constructor(clock: Clock, apply: (records: readonly StoreRecord[]) => Outcome<void>) {
    this.#clock = clock;
    this.#apply = apply;
  }

  write(seq: number, record: StoreRecord): void {
    if (this.#closed) return;
    this.#pending.push(record);
    this.#lastSeq = seq;
    if (this.#troubled) return;
    if (this.#pending.length === 1) this.#arm(COMMIT_AFTER_MS);
    // Not at once: the engine is in the middle of its turn, and a listener must not be called from inside of it.
    else if (this.#pending.length === COMMIT_AFTER_RECORDS) this.#arm(0);
  }

  onPersisted(listener: (seq: number) => void): void {
    this.#persistedListeners.push(listener);
  }

  onTrouble(listener: (fault: Fault | null) => void): void {
    this.#troubleListeners.push(listener);
  }

  /** Writes what is pending now. */
  flush(): Outcome<void> {
    if (this.#pending.length === 0) return success(undefined);
    this.#disarm?.();
    this.#disarm = null;
    const outcome = this.#apply(this.#pending);
    if (!outcome.ok) {
      if (!this.#troubled) this.#tellTrouble(outcome.fault);
      this.#troubled = true;
      this.#arm(TRY_AGAIN_AFTER_MS);
      return outcome;
    }
    this.#pending = [];
    if (this.#troubled) this.#tellTrouble(null);
    this.#troubled = false;
    const seq = this.#lastSeq;
    queueMicrotask(() => {
      for (const listener of this.#persistedListeners) listener(seq);
    });
    return outcome;
  }

  /** Writes what is pending, for the last time. */
  close(): Outcome<void> {
    const outcome = this.flush();
    this.#closed = true;
    this.#disarm?.();
    this.#disarm = null;
    return outcome;
  }

  #arm(delayMs: number): void {
    this.#disarm?.();
    this.#disarm = this.#clock.schedule(this.#clock.now() + delayMs, () => {
      this.#disarm = null;
      this.flush();
    });
  }

  #tellTrouble(fault: Fault | null): void {
    queueMicrotask(() => {
      for (const listener of this.#troubleListeners) listener(fault);
    });
  }
}
