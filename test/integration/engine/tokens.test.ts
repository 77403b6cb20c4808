import { describe, expect, it } from 'vitest';
import { endOf, MIB, World } from './harness';

const KEY = 'uploads/file.bin';
const HOUR = 3_600_000;

async function inWorld(judge: (world: World) => Promise<void>, discard = false): Promise<void> {
  const world = await World.create({ discard });
  try {
    await judge(world);
  } finally {
    await world.stop();
  }
}

describe.concurrent('temporary credentials', () => {
  it('that live 4 seconds carry 200 MB over in half a minute, with one request for a token per renewal', () =>
    inWorld(async (world) => {
      const LIFE = 4_000;
      await world.writeSparse('file.bin', 200_000_000);
      await world.faults(
        { operation: 'AssumeRole', fault: 'delay', ms: 300 },
        { operation: 'AssumeRole', fault: 'short-token', ms: LIFE },
        { operation: 'UploadPart', fault: 'delay', ms: 1_100 },
      );
      const ferry = await world.ferry({ connections: 8 });
      const startedAt = Date.now();
      expect(endOf((await ferry.upload('file.bin')).get(KEY))).toBe('done');
      const elapsed = Date.now() - startedAt;
      expect(elapsed).toBeGreaterThan(20_000);
      const tokens = (await world.requests('AssumeRole')).length;
      // The application server would forgive more questions; the engine asks one at a time.
      expect(ferry.asked.length).toBeLessThanOrEqual(tokens + 1);
      expect(Math.max(...ferry.asked.map(({ atOnce }) => atOnce))).toBe(1);
      expect(tokens).toBeGreaterThanOrEqual(Math.floor(elapsed / LIFE));
      // Renewed at three fifths of its life; expirations have whole seconds only.
      expect(tokens).toBeLessThanOrEqual(Math.ceil(elapsed / (LIFE * 0.6 - 1_000)) + 1);
      const parts = await world.requests('UploadPart');
      expect(parts.filter((line) => line.status === 200)).toHaveLength(191);
      expect(await world.uploads()).toEqual([]);
    }, true));

  it('that expire in the middle are renewed once, and the parts in flight are kept', () =>
    inWorld(async (world) => {
      const bytes = await world.write('file.bin', 24 * MIB);
      // Within two seconds the application server would give out the token again that has just been refused.
      await world.faults(
        { operation: 'UploadPart', fault: 'delay', ms: 2_200, count: 8 },
        { operation: 'UploadPart', fault: 'expire-token', skip: 12, count: 1 },
      );
      const ferry = await world.ferry();
      expect(endOf((await ferry.upload('file.bin')).get(KEY))).toBe('done');
      expect((await world.read(KEY)).equals(bytes)).toBe(true);
      expect(await world.requests('AssumeRole')).toHaveLength(2);
      expect(ferry.asked.map(({ fresh }) => fresh)).toEqual([false, true]);
    }));

  it('that are refused again and again hold the queue back, and it goes on with good ones', () =>
    inWorld(async (world) => {
      const bytes = await world.write('file.bin', 20 * MIB);
      await world.faults({ operation: 'UploadPart', fault: 'expire-token', count: 30 });
      const ferry = await world.ferry();
      await ferry.add('file.bin');
      await ferry.until(() => ferry.ferry.waiting()?.reason === 'credentials');
      await world.faults();
      expect(endOf((await ferry.idle()).get(KEY))).toBe('done');
      expect((await world.read(KEY)).equals(bytes)).toBe(true);
    }));

  for (const hours of [2, -2]) {
    const words = hours > 0 ? 'ahead' : 'behind';
    it(`do not mind a server whose clock is two hours ${words} from the start`, () =>
      inWorld(async (world) => {
        const bytes = await world.write('file.bin', 20 * MIB);
        await world.faults({ operation: '*', fault: 'clock-offset', ms: hours * HOUR });
        const ferry = await world.ferry();
        expect(endOf((await ferry.upload('file.bin')).get(KEY))).toBe('done');
        expect((await world.requests('UploadPart')).filter((line) => line.status === 200)).toHaveLength(20);
        await world.faults();
        expect((await world.read(KEY)).equals(bytes)).toBe(true);
      }));

    it(`do not mind a clock that jumps two hours ${words} in the middle`, () =>
      inWorld(async (world) => {
        const bytes = await world.write('file.bin', 24 * MIB);
        await world.faults({ operation: 'UploadPart', fault: 'delay', ms: 100 });
        const ferry = await world.ferry({ connections: 4 });
        await ferry.add('file.bin');
        await ferry.until(() => ferry.acknowledged() >= 6);
        await world.faults({ operation: '*', fault: 'clock-offset', ms: hours * HOUR });
        expect(endOf((await ferry.idle()).get(KEY))).toBe('done');
        await world.faults();
        expect((await world.read(KEY)).equals(bytes)).toBe(true);
        expect((await world.requests('UploadPart')).filter((line) => line.status === 200)).toHaveLength(24);
      }));
  }
});
