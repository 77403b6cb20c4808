/** Time and chance of the simulated world: both come out of one seed. */
import type { ClockPort } from '../../src/engine/ports';

/** xorshift32: not the generator of the engine. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) | 0 || 1;
    for (let warm = 0; warm < 8; warm += 1) this.next();
  }

  /** In [0, 1). */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state | 0;
    return (this.#state >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  happens(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  }
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly ring: () => void;
  canceled: boolean;
}

const before = (left: Timer, right: Timer): boolean =>
  left.at < right.at || (left.at === right.at && left.order < right.order);

/** Stands still; `step` goes to the next timer and rings it. */
export class WorldClock implements ClockPort {
  #now = 1_700_000_000_000;
  #order = 0;
  readonly #heap: Timer[] = [];

  now(): number {
    return this.#now;
  }

  schedule(at: number, ring: () => void): () => void {
    const timer = { at: Math.max(at, this.#now), order: this.#order++, ring, canceled: false };
    this.#push(timer);
    return () => {
      timer.canceled = true;
    };
  }

  after(ms: number, ring: () => void): void {
    this.schedule(this.#now + ms, ring);
  }

  /** @returns false when there is nothing left to wait for */
  step(): boolean {
    for (;;) {
      const due = this.#pop();
      if (due === undefined) return false;
      if (due.canceled) continue;
      this.#now = due.at;
      due.ring();
      return true;
    }
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let hole = heap.push(timer) - 1;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !before(timer, above)) break;
      heap[hole] = above;
      hole = parent;
    }
    heap[hole] = timer;
  }

  #pop(): Timer | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && before(right, left)) child += 1;
      const smaller = right !== undefined && before(right, left) ? right : left;
      if (!before(smaller, last)) break;
      heap[hole] = smaller;
      hole = child;
    }
    heap[hole] = last;
    return first;
  }
}
