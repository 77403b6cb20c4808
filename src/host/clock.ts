import { randomInt } from 'node:crypto';
import type { ClockPort, RandomPort } from '../engine/ports';

/** setTimeout takes 31 bits; what is later is looked at again then. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

export const systemClock: ClockPort = {
  now: () => Date.now(),
  schedule(at, ring) {
    let timer: NodeJS.Timeout;
    const set = (): void => {
      const delay = at - Date.now();
      timer = setTimeout(
        delay > LONGEST_DELAY_MS ? set : ring,
        Math.min(Math.max(delay, 0), LONGEST_DELAY_MS),
      );
    };
    set();
    return () => clearTimeout(timer);
  },
};

export const systemRandom: RandomPort = { seed: () => randomInt(2 ** 32) };
