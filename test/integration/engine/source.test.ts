import {
  appendFile,
  copyFile,
  mkdir,
  open,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
} from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Ended } from '../../../src/host/upload-engine';
import { endOf, MIB, World, type TestFerry } from './harness';

async function inWorld(judge: (world: World) => Promise<void>): Promise<void> {
  const world = await World.create();
  try {
    await judge(world);
  } finally {
    await world.stop();
  }
}

type Change = readonly [name: string, change: (path: string) => Promise<void>, ends: string, words: RegExp];

const CHANGES: readonly Change[] = [
  ['changed', (path) => overwriteStart(path), 'source-changed source-changed', /was changed/],
  ['truncated', (path) => truncate(path, 10), 'source-changed source-changed', /was cut/],
  ['grown', (path) => appendFile(path, 'more'), 'source-changed source-changed', /grew/],
  ['deleted', (path) => rm(path), 'failed source-missing', /no longer there/],
  [
    'replaced by a folder',
    async (path) => {
      // A link takes the file's place at once: with a folder itself there is a moment without anything.
      await mkdir(`${path}.folder`);
      await symlink(`${path}.folder`, `${path}.link`);
      await rename(`${path}.link`, path);
    },
    'failed source-unreadable',
    /not a file|EISDIR/,
  ],
  [
    'replaced by another of the same size and date',
    async (path) => {
      const before = await stat(path);
      await copyFile(path, `${path}.new`);
      await utimes(`${path}.new`, before.atime, before.mtime);
      await rename(`${path}.new`, path);
    },
    'source-changed source-changed',
    /was changed/,
  ],
];

async function overwriteStart(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(Buffer.from('changed'), 0, null, 0);
  await file.close();
}

/** Nothing of it is in the bucket, its end is named, and no upload is left that nobody goes on with. */
async function judge(world: World, ended: Ended | undefined, [, , ends, words]: Change): Promise<void> {
  expect(endOf(ended)).toBe(ends);
  expect(ended !== undefined && 'fault' in ended.end && ended.end.fault.message).toMatch(words);
  expect([...(await world.objects()).keys()]).toEqual([]);
  if (ends.startsWith('source-changed')) expect(await world.uploads()).toEqual([]);
}

const paused = async (ferry: TestFerry): Promise<void> => {
  await ferry.ferry.runner.command('pause', { kind: 'all' });
  await ferry.idle();
};

describe.concurrent('a file that is', () => {
  for (const change of CHANGES) {
    const [name, act] = change;
    for (const sizeBytes of [1000, 20 * MIB])
      it(`${name} between scan and upload (${sizeBytes} bytes)`, () =>
        inWorld(async (world) => {
          await world.write('file.bin', sizeBytes);
          await world.faults({ operation: 'AssumeRole', fault: 'delay', ms: 1500 });
          const ferry = await world.ferry();
          await ferry.add('file.bin');
          await ferry.until(() => ferry.ferry.runner.state.items.size > 0);
          await act(world.path('file.bin'));
          const ended = await ferry.idle();
          await judge(world, ended.get('uploads/file.bin'), change);
        }));

    it(`${name} during the upload`, () =>
      inWorld(async (world) => {
        await world.write('file.bin', 20 * MIB);
        await world.faults({ operation: 'UploadPart', fault: 'delay', ms: 100 });
        const ferry = await world.ferry({ connections: 4 });
        await ferry.add('file.bin');
        await ferry.until(() => ferry.acknowledged() >= 5);
        await act(world.path('file.bin'));
        const ended = await ferry.idle();
        await judge(world, ended.get('uploads/file.bin'), change);
      }));

    it(`${name} before the last step, Complete`, () =>
      inWorld(async (world) => {
        await world.write('file.bin', 20 * MIB);
        const ferry = await world.ferry();
        await world.faults({ operation: 'CompleteMultipartUpload', fault: 'throttle' });
        await ferry.add('file.bin');
        await ferry.until(() => ferry.acknowledged() === 20);
        await ferry.until(() =>
          [...ferry.ferry.runner.state.items.values()].some((item) => item.trouble !== null),
        );
        await act(world.path('file.bin'));
        await world.faults();
        const ended = await ferry.idle();
        await judge(world, ended.get('uploads/file.bin'), change);
      }));
  }

  it('changed while the queue is closed: the old parts do not get into the new object', () =>
    inWorld(async (world) => {
      await world.write('file.bin', 20 * MIB);
      await world.faults({ operation: 'UploadPart', fault: 'delay', ms: 100 });
      const first = await world.ferry({ connections: 4 });
      await first.add('file.bin');
      await first.until(() => first.acknowledged() >= 5);
      await first.close();
      await world.faults();
      const bytes = await world.write('file.bin', 20 * MIB);
      const second = await world.ferry();
      expect(endOf((await second.idle()).get('uploads/file.bin'))).toBe('source-changed source-changed');
      expect(await world.uploads()).toEqual([]);
      await second.ferry.runner.command('retry', { kind: 'all' });
      expect(endOf((await second.idle()).get('uploads/file.bin'))).toBe('done');
      expect((await world.read('uploads/file.bin')).equals(bytes)).toBe(true);
    }));

  it('missing, fails, comes back changed and is sent again: the parts of the old one are thrown away', () =>
    inWorld(async (world) => {
      await world.write('file.bin', 20 * MIB);
      await world.faults({ operation: 'UploadPart', fault: 'delay', ms: 100 });
      const ferry = await world.ferry({ connections: 4 });
      await ferry.add('file.bin');
      await ferry.until(() => ferry.acknowledged() >= 5);
      await rm(world.path('file.bin'));
      expect(endOf((await ferry.idle()).get('uploads/file.bin'))).toBe('failed source-missing');
      const bytes = await world.write('file.bin', 20 * MIB);
      await world.faults();
      await ferry.ferry.runner.command('retry', { kind: 'all' });
      expect(endOf((await ferry.idle()).get('uploads/file.bin'))).toBe('done');
      expect((await world.read('uploads/file.bin')).equals(bytes)).toBe(true);
      expect(await world.uploads()).toEqual([]);
    }));

  it('missing, comes back changed, and a crash falls between the new look and the abort: nothing is mixed', () =>
    inWorld(async (world) => {
      await world.write('file.bin', 20 * MIB);
      await world.faults({ operation: 'UploadPart', fault: 'delay', ms: 100 });
      const first = await world.ferry({ connections: 4 });
      await first.add('file.bin');
      await first.until(() => first.acknowledged() >= 5);
      await rm(world.path('file.bin'));
      await first.idle();
      const bytes = await world.write('file.bin', 20 * MIB);
      await world.faults({ operation: 'AbortMultipartUpload', fault: 'stall', afterBytes: 0 });
      await first.ferry.runner.command('retry', { kind: 'all' });
      await first.until(() =>
        [...first.ferry.runner.state.items.values()].some(
          (item) => item.todo.kind === 'abort' && item.inFlight.size > 0,
        ),
      );
      await first.close();
      await world.faults();
      const second = await world.ferry();
      expect(endOf((await second.idle()).get('uploads/file.bin'))).toBe('done');
      expect((await world.read('uploads/file.bin')).equals(bytes)).toBe(true);
      expect(await world.uploads()).toEqual([]);
    }));

  it('one of many: the others are sent', () =>
    inWorld(async (world) => {
      for (const name of ['a', 'b', 'c']) await world.write(`tree/${name}.txt`, 100);
      const ferry = await world.ferry();
      await world.faults({ operation: 'AssumeRole', fault: 'delay', ms: 300 });
      await ferry.add('tree');
      await ferry.until(() => ferry.ferry.runner.state.items.size === 3);
      await rm(world.path('tree/b.txt'));
      const ended = await ferry.idle();
      expect([...ended.keys()].sort().map((key) => endOf(ended.get(key)))).toEqual([
        'done',
        'failed source-missing',
        'done',
      ]);
      await paused(ferry);
    }));
});
