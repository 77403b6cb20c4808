import { afterEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../../../src/host/time/clock';

afterEach(() => {
  vi.restoreAllMocks();
});

it('never rings before its time, not even by a millisecond', async () => {
  const rings = Array.from({ length: 300 }, (_, index) => {
    const at = systemClock.now() + 1 + (index % 37);
    return new Promise<number>((resolve) => {
      systemClock.schedule(at, () => resolve(systemClock.now() - at));
    });
  });
  expect(Math.min(...(await Promise.all(rings)))).toBeGreaterThanOrEqual(0);
});

it('does not go back when the clock of the system does, and a timer rings all the same', async () => {
  const before = systemClock.now();
  const rung = new Promise<void>((resolve) => {
    systemClock.schedule(before + 20, resolve);
  });
  const real = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => real - 7_200_000);
  expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  await rung;
});

it('takes a timer away', async () => {
  let rung = false;
  systemClock.schedule(systemClock.now() + 5, () => (rung = true))();
  await new Promise<void>((resolve) => {
    systemClock.schedule(systemClock.now() + 30, resolve);
  });
  expect(rung).toBe(false);
});
