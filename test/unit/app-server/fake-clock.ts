import type { Clock } from '../../../src/app-server/clock';

export interface FakeClock extends Clock {
  /** Lets time pass on both clocks. */
  pass(ms: number): void;
  /** Sets the wall clock alone: a step, or a sleep that monotonic time did not see. */
  stepWall(ms: number): void;
}

export function fakeClock(): FakeClock {
  let monotonic = 5;
  let wall = Date.parse('2001-01-01T00:00:00Z');
  return {
    monotonicMs: () => monotonic,
    wallMs: () => wall,
    pass(ms) {
      monotonic += ms;
      wall += ms;
    },
    stepWall(ms) {
      wall += ms;
    },
  };
}
