import { describe, expect, it } from 'vitest';
import type { ConflictPolicy } from '../../../src/shared/profile';
import { endOf, MIB, MINIMAL_ROLE, World } from './harness';

const KEY = 'uploads/file.bin';

async function inWorld(judge: (world: World) => Promise<void>, rolePolicy?: string): Promise<void> {
  const world = await World.create(rolePolicy === undefined ? {} : { rolePolicy });
  try {
    await judge(world);
  } finally {
    await world.stop();
  }
}

/** Ends of a file whose key is taken by another object, and by the very same bytes. */
const POLICIES: readonly (readonly [ConflictPolicy, different: string, identical: string])[] = [
  ['overwrite', 'done', 'done'],
  ['never-overwrite', 'failed object-exists', 'failed object-exists'],
  ['skip-identical', 'done', 'skipped'],
  ['ask', 'conflict object-exists', 'skipped'],
];
/** The same where the role may not read: nothing is replaced unasked. */
const BLIND: readonly (readonly [ConflictPolicy, different: string, identical: string])[] = [
  ['overwrite', 'done', 'done'],
  ['never-overwrite', 'failed object-exists', 'failed object-exists'],
  ['skip-identical', 'failed object-exists', 'failed object-exists'],
  ['ask', 'conflict object-exists', 'conflict object-exists'],
];

describe.concurrent('an object of that key is there', () => {
  for (const sizeBytes of [1000, 17 * MIB])
    for (const [reads, policies] of [
      [true, POLICIES],
      [false, BLIND],
    ] as const)
      for (const [conflict, different, identical] of policies)
        it(`${conflict}, ${sizeBytes} bytes, ${reads ? 'may read' : 'may not read'}`, () =>
          inWorld(
            async (world) => {
              const ours = await world.write('file.bin', sizeBytes);
              const theirs = Buffer.alloc(sizeBytes, 'theirs');
              const ferry = await world.ferry();
              await world.put(KEY, theirs);
              expect(endOf((await ferry.upload('file.bin', { conflict })).get(KEY))).toBe(different);
              const replaced = different === 'done';
              expect((await world.read(KEY)).equals(replaced ? ours : theirs)).toBe(true);
              await world.put(KEY, ours);
              expect(endOf((await ferry.upload('file.bin', { conflict })).get(KEY))).toBe(identical);
              expect((await world.read(KEY)).equals(ours)).toBe(true);
              if (reads) expect(await world.uploads()).toEqual([]);
            },
            reads ? undefined : MINIMAL_ROLE,
          ));

  it('says why it could not compare', () =>
    inWorld(async (world) => {
      await world.write('file.bin', 10);
      await world.put(KEY, Buffer.from('theirs'));
      const ferry = await world.ferry();
      const end = (await ferry.upload('file.bin', { conflict: 'skip-identical' })).get(KEY)?.end;
      expect(end?.kind === 'failed' && end.fault.message).toContain('may not read it');
    }, MINIMAL_ROLE));
});

describe.concurrent('no object of that key is there', () => {
  for (const conflict of ['overwrite', 'never-overwrite', 'skip-identical', 'ask'] as const)
    it(`${conflict}: it is sent, and another that comes meanwhile is treated by the policy`, () =>
      inWorld(async (world) => {
        const ours = await world.write('file.bin', 18 * MIB);
        await world.faults({ operation: 'UploadPart', fault: 'delay', ms: 100 });
        const ferry = await world.ferry();
        await ferry.add('file.bin', { conflict });
        await ferry.until(() => ferry.acknowledged() >= 4);
        await world.put(KEY, Buffer.from('came meanwhile'));
        const end = endOf((await ferry.idle()).get(KEY));
        const replaced = conflict === 'overwrite' || conflict === 'skip-identical';
        expect(end).toBe(
          replaced ? 'done' : conflict === 'ask' ? 'conflict object-exists' : 'failed object-exists',
        );
        const there = await world.read(KEY);
        expect(there.equals(replaced ? ours : Buffer.from('came meanwhile'))).toBe(true);
      }));
});
