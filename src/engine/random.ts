import { BACKOFF_CEILING, BACKOFF_FLOOR } from './limits';

/** A number in [0, 1) and the state for the next one (mulberry32): chance as a value, so that a seed repeats a run. */
export function draw(state: number): { readonly value: number; readonly state: number } {
  const next = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(next ^ (next >>> 15), 1 | next);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return { value: ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32, state: next };
}

/**
 * Full jitter: anything up to 500 ms × 2^attempt, at most a minute. `attempt` counts from 0.
 * @param chance in [0, 1)
 */
export function backoff(attempt: number, chance: number, ceiling = BACKOFF_CEILING): number {
  return Math.round(chance * Math.min(ceiling, BACKOFF_FLOOR * 2 ** Math.min(attempt, 20)));
}
