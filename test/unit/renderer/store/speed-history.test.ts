import { describe, expect, it } from 'vitest';
import {
  SPEED_WINDOW_MS,
  speedPath,
  withSpeed,
  type SpeedSample,
} from '../../../../src/renderer/store/speed-history';

const record = (until: number): readonly SpeedSample[] => {
  let history: readonly SpeedSample[] = [];
  for (let at = 0; at <= until; at += 100) history = withSpeed(history, at, at);
  return history;
};

describe('the last four minutes of speed', () => {
  it('keeps one point in two seconds, the newest', () => {
    expect(record(4_100)).toEqual([
      { at: 0, bytesPerSecond: 1_900 },
      { at: 2_000, bytesPerSecond: 3_900 },
      { at: 4_000, bytesPerSecond: 4_100 },
    ]);
  });

  it('stays bounded however long it runs', () => {
    const history = record(1_000_000);
    expect(history).toHaveLength(SPEED_WINDOW_MS / 2_000);
    expect(history.at(-1)?.at).toBe(1_000_000);
  });

  it('draws from the right edge, highest at the top, within its box', () => {
    const path = speedPath(record(240_000), 240_000, 168, 30);
    const points = [...(path?.line ?? '').matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [
      Number(x),
      Number(y),
    ]);
    expect(points.at(-1)?.[0]).toBe(168);
    expect(points.at(-1)?.[1]).toBe(4);
    for (const [x = -1, y = -1] of points) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(30);
    }
  });

  it('draws nothing of a single point', () => {
    expect(speedPath(record(0), 0, 168, 30)).toBeNull();
  });
});
