import type { ClockPort } from '../../src/engine/ports';

/** Time that stands still until it is told to move. */
export class VirtualClock implements ClockPort {
  #now = 1_700_000_000_000;
  #timers: { readonly at: number; readonly ring: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  schedule(at: number, ring: () => void): () => void {
    const timer = { at, ring };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  /** Rings what falls due on the way, in order; then lets listeners that were told in microtasks run. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      const [next] = this.#timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.ring();
      await Promise.resolve();
    }
    this.#now = until;
    await Promise.resolve();
  }
}
