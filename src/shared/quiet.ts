/** Calls back once after `delayMs`; the answer takes the timer away. */
export type After = (delayMs: number, ring: () => void) => () => void;

/** How long nothing must have happened before a process lets go of what is only quick to have again. */
export const QUIET_MS = 60_000;

/** Rings when nothing was heard for a minute: once, and again only after something more was heard. */
export class Quiet {
  readonly #ring: () => void;
  readonly #after: After;
  #cancel: (() => void) | null = null;

  constructor(ring: () => void, after: After) {
    this.#ring = ring;
    this.#after = after;
  }

  /** Something happens: the minute begins again. */
  heard(): void {
    this.#cancel?.();
    this.#cancel = this.#after(QUIET_MS, () => {
      this.#cancel = null;
      this.#ring();
    });
  }

  /** Takes the timer away. */
  end(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
