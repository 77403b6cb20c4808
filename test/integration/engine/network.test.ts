import { describe, expect, it } from 'vitest';
import { endOf, MIB, World, type FaultRule, type LogLine, type TestFerry } from './harness';

const KEY = 'uploads/file.bin';

async function inWorld(judge: (world: World) => Promise<void>): Promise<void> {
  const world = await World.create();
  try {
    await judge(world);
  } finally {
    await world.stop();
  }
}

/** Parts that were received whole and answered with 200, by how often. */
function acknowledgedTimes(lines: readonly LogLine[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { operation, status, uploadId, partNumber } of lines) {
    if (operation !== 'UploadPart' || status !== 200) continue;
    const name = `${uploadId} ${partNumber}`;
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  return times;
}

/** What the engine said it waits for, in the order in which it said so. */
function waitsOf(ferry: TestFerry): string[] {
  const waits: string[] = [];
  ferry.ferry.runner.onChange(() => {
    const reason = ferry.ferry.waiting()?.reason ?? 'nothing';
    if (waits.at(-1) !== reason) waits.push(reason);
  });
  return waits;
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.concurrent('the network', () => {
  it('is gone for 20 seconds in the middle: told as waiting, ended by probing, nothing sent twice', () =>
    inWorld(async (world) => {
      await world.write('tree/large.bin', 40 * MIB);
      for (let number = 0; number < 30; number += 1) await world.write(`tree/small/${number}.txt`, 1000);
      await world.faults({ operation: 'UploadPart', fault: 'delay', ms: 150 });
      const ferry = await world.ferry({ connections: 4 });
      const waits = waitsOf(ferry);
      await ferry.add('tree');
      await ferry.until(() => ferry.acknowledged() >= 10);
      await world.stopCloud();
      await ferry.until(() => ferry.ferry.waiting()?.reason === 'offline');
      const before = ferry.acknowledged();
      expect(ferry.ferry.view.snapshot()).toMatchObject({ value: { causes: [{ kind: 'offline' }] } });
      await later(20_000);
      expect(ferry.ferry.waiting()?.reason).toBe('offline');
      expect(ferry.acknowledged()).toBe(before);
      await world.startCloud();
      const ended = await ferry.idle();
      expect([...ended.values()].map(endOf)).toEqual(Array.from({ length: 31 }, () => 'done'));
      expect(waits).toContain('offline');
      const lines = await world.requests();
      expect([...acknowledgedTimes(lines).values()].filter((times) => times > 1)).toEqual([]);
      expect(acknowledgedTimes(lines).size).toBe(40);
      const puts = lines.filter((line) => line.operation === 'PutObject' && line.status === 200);
      expect(new Set(puts.map((line) => line.key)).size).toBe(puts.length);
      expect(await world.uploads()).toEqual([]);
    }));

  const breakages: readonly (readonly [string, readonly FaultRule[]])[] = [
    [
      'resets connections inside of parts',
      [{ operation: 'UploadPart', fault: 'reset', afterBytes: 300_000, skip: 4, count: 9 }],
    ],
    ['drops requests unread', [{ operation: '*', fault: 'drop', skip: 6, count: 8 }]],
    ['has bursts of 503', [{ operation: '*', fault: 'throttle', skip: 5, count: 12 }]],
    ['answers with 500', [{ operation: 'UploadPart', fault: 'status', status: 500, skip: 2, count: 6 }]],
    ['cuts answers short', [{ operation: '*', fault: 'truncate', afterBytes: 20, skip: 3, count: 5 }]],
  ];
  for (const [name, rules] of breakages)
    it(`${name}: the file arrives`, () =>
      inWorld(async (world) => {
        const bytes = await world.write('file.bin', 24 * MIB + 1);
        const ferry = await world.ferry();
        await world.faults(...rules);
        expect(endOf((await ferry.upload('file.bin')).get(KEY))).toBe('done');
        expect((await world.read(KEY)).equals(bytes)).toBe(true);
        expect(await world.uploads()).toEqual([]);
      }));

  it('stalls: the silent requests alone are given up, and the file arrives', () =>
    inWorld(async (world) => {
      const bytes = await world.write('file.bin', 20 * MIB);
      await world.faults({ operation: 'UploadPart', fault: 'stall', afterBytes: 100_000, skip: 3, count: 2 });
      const ferry = await world.ferry({ stallMs: 1_000 });
      expect(endOf((await ferry.upload('file.bin')).get(KEY))).toBe('done');
      expect((await world.read(KEY)).equals(bytes)).toBe(true);
      const parts = await world.requests('UploadPart');
      expect(parts.filter((line) => line.status === 200)).toHaveLength(20);
      expect(await world.faultsLeft()).toEqual([]);
    }));

  it('brings a refusal for one file: only that one fails', () =>
    inWorld(async (world) => {
      await world.write('tree/a.txt', 10);
      await world.write('tree/b.txt', 10);
      await world.faults({
        operation: 'PutObject',
        fault: 'status',
        status: 403,
        code: 'AccessDenied',
        count: 1,
      });
      const ferry = await world.ferry({ connections: 1 });
      const ends = [...(await ferry.upload('tree')).values()].map(endOf).sort();
      expect(ends).toEqual(['done', 'failed no-permission']);
    }));
});
