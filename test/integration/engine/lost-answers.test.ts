import { describe, expect, it } from 'vitest';
import type { ConflictPolicy } from '../../../src/shared/profile';
import { endOf, MIB, World, type FaultRule } from './harness';

const SIZE = 20 * MIB + 5;
const KEY = 'uploads/file.bin';

/** One file of this size in a world with these faults. */
async function inWorld(
  sizeBytes: number,
  rules: readonly FaultRule[],
  judge: (world: World, bytes: Buffer) => Promise<void>,
): Promise<void> {
  const world = await World.create();
  try {
    const bytes = await world.write('file.bin', sizeBytes);
    await world.faults(...rules);
    await judge(world, bytes);
  } finally {
    await world.stop();
  }
}

const countOf = async (world: World, operation: string): Promise<number> =>
  (await world.requests(operation)).length;

describe('an answer that is lost', () => {
  it('of a part: the part is sent again, nothing else', async () => {
    const lost = { operation: 'UploadPart', fault: 'lose-answer', skip: 3, count: 2 };
    await inWorld(SIZE, [lost], async (world, bytes) => {
      const ferry = await world.ferry();
      expect(endOf((await ferry.upload('file.bin')).get(KEY))).toBe('done');
      expect((await world.read(KEY)).equals(bytes)).toBe(true);
      expect(await countOf(world, 'UploadPart')).toBe(21 + 2);
      expect(await world.uploads()).toEqual([]);
    });
  });

  it('of Complete: HeadObject proves that it is ours, and no part is sent again', async () => {
    const lost = { operation: 'CompleteMultipartUpload', fault: 'lose-answer', count: 1 };
    await inWorld(SIZE, [lost], async (world, bytes) => {
      const ferry = await world.ferry();
      expect(endOf((await ferry.upload('file.bin')).get(KEY))).toBe('done');
      expect((await world.read(KEY)).equals(bytes)).toBe(true);
      expect(await countOf(world, 'UploadPart')).toBe(21);
      expect(await countOf(world, 'HeadObject')).toBe(1);
      expect(await world.uploads()).toEqual([]);
    });
  });

  for (const conflict of [
    'never-overwrite',
    'overwrite',
    'skip-identical',
  ] as const satisfies ConflictPolicy[])
    it(`of PutObject under ${conflict}: done, and proven`, async () => {
      const lost = { operation: 'PutObject', fault: 'lose-answer', count: 1 };
      await inWorld(MIB, [lost], async (world, bytes) => {
        const ferry = await world.ferry();
        expect(endOf((await ferry.upload('file.bin', { conflict })).get(KEY))).toBe('done');
        expect((await world.read(KEY)).equals(bytes)).toBe(true);
        expect(await countOf(world, 'PutObject')).toBe(2);
      });
    });

  it('of PutObject, and somebody else was there first: failed, theirs stays', async () => {
    const drop = { operation: 'PutObject', fault: 'drop', count: 1 };
    await inWorld(MIB, [], async (world) => {
      await world.put(KEY, Buffer.from('theirs'));
      await world.faults(drop);
      const ferry = await world.ferry();
      expect(endOf((await ferry.upload('file.bin')).get(KEY))).toBe('failed object-exists');
      expect((await world.read(KEY)).toString()).toBe('theirs');
    });
  });

  it('of Initiate: the upload that came of it is found and aborted', async () => {
    const lost = { operation: 'InitiateMultipartUpload', fault: 'lose-answer', count: 2 };
    await inWorld(SIZE, [lost], async (world, bytes) => {
      const ferry = await world.ferry();
      expect(endOf((await ferry.upload('file.bin')).get(KEY))).toBe('done');
      expect((await world.read(KEY)).equals(bytes)).toBe(true);
      expect(await countOf(world, 'InitiateMultipartUpload')).toBe(3);
      expect(await countOf(world, 'AbortMultipartUpload')).toBe(2);
      expect(await world.uploads()).toEqual([]);
    });
  });

  it('of Initiate, and the file is canceled before it is known: no orphan stays', async () => {
    const slow = { operation: 'InitiateMultipartUpload', fault: 'delay', ms: 300, count: 1 };
    await inWorld(SIZE, [slow], async (world) => {
      const ferry = await world.ferry();
      await ferry.add('file.bin');
      await ferry.until(() =>
        [...ferry.ferry.runner.state.items.values()].some(
          (item) => item.todo.kind === 'initiate' && item.inFlight.size > 0,
        ),
      );
      await ferry.ferry.runner.command('cancel', { kind: 'all' });
      expect(endOf((await ferry.idle()).get(KEY))).toBe('canceled');
      expect(await countOf(world, 'InitiateMultipartUpload')).toBe(1);
      expect(await world.uploads()).toEqual([]);
    });
  });
});

describe('an upload that the server no longer has', () => {
  it('when it is resumed: is begun anew', async () => {
    const slow = { operation: 'UploadPart', fault: 'delay', ms: 300 };
    await inWorld(SIZE, [slow], async (world, bytes) => {
      const first = await world.ferry();
      await first.add('file.bin');
      await first.until(() => first.acknowledged() >= 8);
      await first.close();
      const [upload] = await world.uploads();
      expect(upload).toMatchObject({ key: KEY });
      await world.abort(KEY, String(upload?.['uploadId']));
      await world.faults();
      const second = await world.ferry();
      expect(endOf((await second.idle()).get(KEY))).toBe('done');
      expect((await world.read(KEY)).equals(bytes)).toBe(true);
      expect(await world.uploads()).toEqual([]);
      expect(first.ended).toEqual([]);
    });
  });

  it('while its parts are sent: is begun anew', async () => {
    const slow = { operation: 'UploadPart', fault: 'delay', ms: 100 };
    await inWorld(SIZE, [slow], async (world, bytes) => {
      const ferry = await world.ferry();
      await ferry.add('file.bin');
      await ferry.until(() => ferry.acknowledged() >= 4);
      const [upload] = await world.uploads();
      await world.abort(KEY, String(upload?.['uploadId']));
      expect(endOf((await ferry.idle()).get(KEY))).toBe('done');
      expect((await world.read(KEY)).equals(bytes)).toBe(true);
      expect(await world.uploads()).toEqual([]);
    });
  });
});

describe('a CRC-64 in the answer that is not ours', () => {
  for (const [operation, sizeBytes] of [
    ['UploadPart', SIZE],
    ['CompleteMultipartUpload', SIZE],
    ['PutObject', MIB],
  ] as const)
    it(`of ${operation}, for good: fails by that name and is never done`, async () => {
      await inWorld(sizeBytes, [{ operation, fault: 'wrong-crc' }], async (world) => {
        const ferry = await world.ferry();
        const ended = (await ferry.upload('file.bin')).get(KEY);
        expect(endOf(ended)).toBe('failed crc-mismatch');
        expect(ended?.end.kind === 'failed' && ended.end.fault.message).toContain('CRC-64');
        expect(await countOf(world, 'DeleteObject')).toBe(0);
      });
    });

  it('of one part, once: the part is sent again', async () => {
    await inWorld(SIZE, [{ operation: 'UploadPart', fault: 'wrong-crc', count: 1 }], async (world, bytes) => {
      const ferry = await world.ferry();
      expect(endOf((await ferry.upload('file.bin')).get(KEY))).toBe('done');
      expect((await world.read(KEY)).equals(bytes)).toBe(true);
      expect(await countOf(world, 'UploadPart')).toBe(22);
    });
  });

  it('of Complete: sent again by the user, the object itself is asked and proves to be ours', async () => {
    const wrong = { operation: 'CompleteMultipartUpload', fault: 'wrong-crc', count: 1 };
    await inWorld(SIZE, [wrong], async (world) => {
      const ferry = await world.ferry();
      expect(endOf((await ferry.upload('file.bin')).get(KEY))).toBe('failed crc-mismatch');
      await ferry.ferry.runner.command('retry', { kind: 'all' });
      expect(endOf((await ferry.idle()).get(KEY))).toBe('done');
      expect(await countOf(world, 'UploadPart')).toBe(21);
    });
  });
});
