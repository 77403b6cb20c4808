import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { ClockPort, RandomPort } from '../../engine/ports';

/** setTimeout takes 31 bits; what is later is looked at again then. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** System time minus time since start; it only grows. */
let ahead = -Infinity;

/**
 * The system's time, except that it never goes back: when somebody sets the clock back by two hours, what was to be
 * tried again in a second is not due in two hours. Forward it follows, as after a sleep of the machine.
 */
function now(): number {
  const sinceStart = performance.now();
  ahead = Math.max(ahead, Date.now() - sinceStart);
  return Math.floor(sinceStart + ahead);
}

export const systemClock: ClockPort = {
  now,
  schedule(at, ring) {
    let timer: NodeJS.Timeout;
    const set = (): void => {
      timer = setTimeout(look, Math.min(Math.max(at - now(), 0), LONGEST_DELAY_MS));
    };
    // Node rings up to a millisecond early: then nothing would be due yet, and nobody would ring again.
    const look = (): void => {
      if (now() < at) set();
      else ring();
    };
    set();
    return () => clearTimeout(timer);
  },
};

export const systemRandom: RandomPort = { seed: () => randomInt(2 ** 32) };
