/** Smoothed speed out of a growing byte count; half of what it knows is two seconds old. */
const HALF_LIFE_MS = 2_000;
/** Before this an estimate of the time left is a guess. */
const SETTLED_MS = 3_000;

export class Speed {
  #bytesPerSecond = 0;
  #at: number | null = null;
  #startedAt = 0;
  #bytes = 0;

  /** @param bytes a count that grows; a smaller one than before starts anew */
  note(bytes: number, now: number): number {
    if (this.#at === null || bytes < this.#bytes) {
      if (this.#at === null) this.#startedAt = now;
      this.#bytes = bytes;
      this.#at = now;
      return this.#bytesPerSecond;
    }
    const elapsed = now - this.#at;
    if (elapsed < 100) return this.#bytesPerSecond;
    const recent = ((bytes - this.#bytes) * 1000) / elapsed;
    const weight = 1 - 0.5 ** (elapsed / HALF_LIFE_MS);
    this.#bytesPerSecond =
      elapsed > 10 * HALF_LIFE_MS ? recent : this.#bytesPerSecond * (1 - weight) + recent * weight;
    this.#bytes = bytes;
    this.#at = now;
    return this.#bytesPerSecond < 1 ? 0 : this.#bytesPerSecond;
  }

  /** Null while nothing moves, and in the first seconds. */
  secondsLeft(bytes: number): number | null {
    const settled = this.#at !== null && this.#at - this.#startedAt >= SETTLED_MS;
    return settled && this.#bytesPerSecond >= 1 ? bytes / this.#bytesPerSecond : null;
  }
}
