import { describe, expect, it } from 'vitest';
import { Speed } from '../../../../src/host/views/speed';

describe('speed', () => {
  it('settles on a steady pace, and then tells the time left', () => {
    const speed = new Speed();
    expect(speed.note(0, 0)).toBe(0);
    for (let second = 1; second <= 30; second += 1) speed.note(second * 1_000, second * 1_000);
    expect(speed.note(31_000, 31_000)).toBeCloseTo(1_000, -1);
    expect(speed.secondsLeft(10_000)).toBeCloseTo(10, 0);
  });

  it('guesses nothing in the first seconds, nor while nothing moves', () => {
    const speed = new Speed();
    speed.note(0, 0);
    speed.note(5_000, 1_000);
    expect(speed.secondsLeft(100)).toBeNull();
    for (let second = 2; second < 60; second += 1) speed.note(5_000, second * 1_000);
    expect(speed.note(5_000, 60_000)).toBe(0);
    expect(speed.secondsLeft(100)).toBeNull();
  });

  it('forgets half of what it knows in two seconds', () => {
    const speed = new Speed();
    speed.note(0, 0);
    for (let second = 1; second <= 60; second += 1) speed.note(second * 1_000, second * 1_000);
    expect(speed.note(60_000, 62_000)).toBeCloseTo(500, -1);
  });

  it('is never negative: a smaller count begins anew', () => {
    const speed = new Speed();
    speed.note(1_000_000, 0);
    speed.note(2_000_000, 1_000);
    expect(speed.note(0, 2_000)).toBeGreaterThan(0);
    expect(speed.note(100, 3_000)).toBeGreaterThan(0);
  });
});
