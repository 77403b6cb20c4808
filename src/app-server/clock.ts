/** The two clocks of this machine. Neither is ever compared with a time that the cloud wrote. */
export interface Clock {
  /** Milliseconds since an arbitrary moment; never steps, but stands still while the machine sleeps. */
  monotonicMs(): number;
  /** Milliseconds since 1970 as this machine believes; may be hours off and may step. */
  wallMs(): number;
}

export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
};

export function momentOf(clock: Clock): Moment {
  return { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
}

/**
 * Milliseconds since `start`: what either clock says has passed, whichever is more. Monotonic time alone would
 * keep a token "young" through a night's sleep of the machine; a wall clock that steps forward only costs one
 * token more, and one that steps back is ignored.
 */
export function elapsedMs(clock: Clock, start: Moment): number {
  return Math.max(clock.monotonicMs() - start.monotonicMs, clock.wallMs() - start.wallMs);
}
