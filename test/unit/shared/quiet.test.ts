import { describe, expect, it } from 'vitest';
import { Quiet, QUIET_MS } from '../../../src/shared/quiet';

/** Timers that ring when the test says so. */
function timers() {
  const set: { delayMs: number; ring: () => void; isOff: boolean }[] = [];
  const after = (delayMs: number, ring: () => void): (() => void) => {
    const one = { delayMs, ring, isOff: false };
    set.push(one);
    return () => (one.isOff = true);
  };
  const open = () => set.filter(({ isOff }) => !isOff);
  return { after, open };
}

describe('a quiet', () => {
  it('rings a minute after the last that was heard, and not before anything was', () => {
    const { after, open } = timers();
    let rings = 0;
    const quiet = new Quiet(() => (rings += 1), after);
    expect(open()).toEqual([]);
    quiet.heard();
    quiet.heard();
    expect(open().map(({ delayMs }) => delayMs)).toEqual([QUIET_MS]);
    open()[0]?.ring();
    expect(rings).toBe(1);
  });

  it('rings again only after something more was heard', () => {
    const { after, open } = timers();
    const quiet = new Quiet(() => undefined, after);
    quiet.heard();
    open()[0]?.ring();
    quiet.heard();
    expect(open()).toHaveLength(2);
  });

  it('takes its timer away at its end', () => {
    const { after, open } = timers();
    const quiet = new Quiet(() => undefined, after);
    quiet.heard();
    quiet.end();
    expect(open()).toEqual([]);
  });
});
