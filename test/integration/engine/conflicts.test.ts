import { describe, expect, it } from 'vitest';
import type { ConflictPolicy } from '../../../src/shared/profile';
import { MINIMAL_ROLE } from '../../fakes/roles';
import { endOf, MIB, World } from './harness';

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

describe.concurrent('keep-both', () => {
  for (const sizeBytes of [1000, 17 * MIB])
    it(`stores ${sizeBytes} bytes under the next free name`, () =>
      inWorld(async (world) => {
        const ours = await world.write('file.bin', sizeBytes);
        await world.put(KEY, Buffer.from('theirs'));
        await world.put('uploads/file (2).bin', Buffer.from('theirs, too'));
        const ferry = await world.ferry();
        const ends = await ferry.upload('file.bin', { conflict: 'keep-both' });
        expect(endOf(ends.get('uploads/file (3).bin'))).toBe('done');
        expect((await world.read('uploads/file (3).bin')).equals(ours)).toBe(true);
        expect((await world.read(KEY)).toString()).toBe('theirs');
        expect(await world.uploads()).toEqual([]);
      }));
});

describe.concurrent('a conflict that asks', () => {
  for (const [verb, end, key] of [
    ['overwrite', 'done', KEY],
    ['keep-both', 'done', 'uploads/file (2).bin'],
  ] as const)
    it(`${verb}: goes on as the user decides`, () =>
      inWorld(async (world) => {
        const ours = await world.write('file.bin', 1000);
        await world.put(KEY, Buffer.from('theirs'));
        const ferry = await world.ferry();
        expect(endOf((await ferry.upload('file.bin', { conflict: 'ask' })).get(KEY))).toBe(
          'conflict object-exists',
        );
        await ferry.ferry.runner.command(verb, { kind: 'all' });
        expect(endOf((await ferry.idle()).get(key))).toBe(end);
        expect((await world.read(key)).equals(ours)).toBe(true);
      }));
});

describe('two clients race for one key with never-overwrite', () => {
  it('exactly one wins, 200 times', () =>
    inWorld(async (world) => {
      // Both requests are there before either is looked at.
      await world.faults({ operation: 'PutObject', fault: 'delay', ms: 10 });
      const clients = [await world.ferry({ queue: 'one' }), await world.ferry({ queue: 'other' })] as const;
      const wins = [0, 0];
      for (let round = 0; round < 200; round += 1) {
        const name = `file-${round}`;
        await world.write(name, 100);
        // Who is asked first has a head start of some microseconds: they take turns.
        const inTurn = round % 2 === 0 ? clients : ([clients[1], clients[0]] as const);
        await Promise.all(inTurn.map((client) => client.upload(name)));
        const ends = clients.map(({ ended }) => endOf(ended.find(({ key }) => key === `uploads/${name}`)));
        expect([...ends].sort()).toEqual(['done', 'failed object-exists']);
        wins[ends.indexOf('done')] = (wins[ends.indexOf('done')] ?? 0) + 1;
      }
      expect(Math.min(...wins)).toBeGreaterThan(0);
    }));
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
