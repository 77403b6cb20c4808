import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoff, draw } from '../../../src/engine/random';

describe('backoff', () => {
  it('is anything up to 500 ms times two to the attempt, and never over a minute', () => {
    expect(backoff(0, 0.999999)).toBe(500);
    expect(backoff(3, 0.999999)).toBe(4_000);
    expect(backoff(7, 0.999999)).toBe(60_000);
    expect(backoff(1_000_000, 0.999999)).toBe(60_000);
    expect(backoff(5, 0)).toBe(0);
    expect(backoff(5, 0.999999, 1_000)).toBe(1_000);
  });

  it('grows with the attempt for the same chance', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, chance) => {
        expect(backoff(attempt + 1, chance)).toBeGreaterThanOrEqual(backoff(attempt, chance));
      }),
    );
  });
});

describe('chance', () => {
  it('repeats for a seed, stays in [0, 1) and spreads over it', () => {
    let state = 42;
    let again = 42;
    const tenths = new Set<number>();
    for (let count = 0; count < 500; count += 1) {
      const one = draw(state);
      const other = draw(again);
      expect(one).toEqual(other);
      expect(one.value).toBeGreaterThanOrEqual(0);
      expect(one.value).toBeLessThan(1);
      tenths.add(Math.floor(one.value * 10));
      state = one.state;
      again = other.state;
    }
    expect(tenths.size).toBe(10);
  });
});
