import { describe, expect, it } from 'vitest';
import { itemIdAt } from '../../../src/shared/ids';
import type { Scope, Verb } from '../../../src/shared/queue-view';
import { MINIMAL_ROLE } from '../../fakes/roles';
import { endOf, MIB, World, type TestFerry } from './harness';

async function inWorld(judge: (world: World) => Promise<void>, rolePolicy?: string): Promise<void> {
  const world = await World.create(rolePolicy === undefined ? {} : { rolePolicy });
  try {
    await judge(world);
  } finally {
    await world.stop();
  }
}

const ALL: Scope = { kind: 'all' };
const slowParts = { operation: 'UploadPart', fault: 'delay', ms: 100 };

async function order(ferry: TestFerry, verb: Verb, scope: Scope = ALL): Promise<number> {
  const outcome = await ferry.ferry.runner.command(verb, scope);
  if (!outcome.ok) throw new Error(outcome.fault.message);
  return outcome.value.affected;
}

function counts(ferry: TestFerry): Readonly<Record<string, number>> {
  const snapshot = ferry.ferry.view.snapshot();
  if (!snapshot.ok) throw new Error(snapshot.fault.message);
  const sum: Record<string, number> = {};
  for (const batch of snapshot.value.batches)
    for (const [name, count] of Object.entries(batch.counts))
      if (count > 0) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

async function sentOk(world: World): Promise<number> {
  return (await world.requests('UploadPart')).filter((line) => line.status === 200).length;
}

describe.concurrent('pause and resume', () => {
  for (const [name, scopeOf] of [
    [
      'one item',
      (batchId: Parameters<typeof itemIdAt>[0]): Scope => ({
        kind: 'items',
        itemIds: [itemIdAt(batchId, 1)],
      }),
    ],
    ['a batch', (batchId: Parameters<typeof itemIdAt>[0]): Scope => ({ kind: 'batch', batchId })],
    ['all', (): Scope => ALL],
  ] as const)
    it(`of ${name}: nothing more is sent, nothing is sent twice`, () =>
      inWorld(async (world) => {
        const bytes = await world.write('file.bin', 24 * MIB);
        await world.faults(slowParts);
        const ferry = await world.ferry({ connections: 4 });
        const batchId = await ferry.add('file.bin');
        const scope = scopeOf(batchId);
        await ferry.until(() => ferry.acknowledged() >= 5);
        await order(ferry, 'pause', scope);
        await ferry.idle();
        expect(ferry.ended).toEqual([]);
        const sent = await sentOk(world);
        expect(sent).toBeLessThan(24);
        expect(ferry.ferry.view.snapshot()).toMatchObject({ value: { summary: { connections: 0 } } });
        expect(await world.uploads()).toHaveLength(1);
        await order(ferry, 'resume', scope);
        expect(endOf((await ferry.idle()).get('uploads/file.bin'))).toBe('done');
        expect(await sentOk(world)).toBe(24);
        expect((await world.read('uploads/file.bin')).equals(bytes)).toBe(true);
      }));

  it('of a paused queue: it stays paused when it is opened again', () =>
    inWorld(async (world) => {
      await world.write('tree/a.bin', 20 * MIB);
      await world.write('tree/b.txt', 10);
      await world.faults(slowParts);
      const first = await world.ferry({ connections: 4 });
      await first.add('tree');
      await first.until(() => first.acknowledged() >= 5);
      await order(first, 'pause');
      // Parts on their way are finished first; cut off by the end, some would only be found again by ListParts.
      await first.idle();
      await first.close();
      const second = await world.ferry();
      await second.idle();
      expect(second.ended).toEqual([]);
      expect(second.ferry.view.snapshot()).toMatchObject({ value: { summary: { pausedByUser: true } } });
      await order(second, 'resume');
      const ended = await second.idle();
      expect([...ended.values()].map(endOf)).not.toContain('failed');
      expect([...(await world.objects()).keys()]).toEqual(['uploads/tree/a.bin', 'uploads/tree/b.txt']);
      expect(await sentOk(world)).toBe(20);
    }));
});

it('a destination that was changed to another bucket gets nothing of what was meant for the first one', () =>
  inWorld(async (world) => {
    await world.write('file.bin', 20 * MIB);
    await world.faults(slowParts);
    const first = await world.ferry({ connections: 4 });
    await first.add('file.bin');
    await first.until(() => first.acknowledged() >= 5);
    await first.close();
    await world.faults();
    const before = await sentOk(world);
    const moved = await world.ferry({ profile: { bucket: 'another-bucket' } });
    expect(endOf((await moved.idle()).get('uploads/file.bin'))).toBe('failed invalid-input');
    await moved.close();
    expect(await sentOk(world)).toBe(before);
    const back = await world.ferry();
    await order(back, 'retry');
    expect(endOf((await back.idle()).get('uploads/file.bin'))).toBe('done');
    expect(await sentOk(world)).toBeLessThanOrEqual(20 + 4);
    expect(await world.uploads()).toEqual([]);
  }));

describe.concurrent('cancel', () => {
  it('aborts the uploads at the server, live or waiting, and keeps what is done', () =>
    inWorld(async (world) => {
      await world.write('tree/a.txt', 10);
      await world.write('tree/b.bin', 20 * MIB);
      await world.write('tree/c.bin', 20 * MIB);
      await world.faults(slowParts);
      const ferry = await world.ferry({ connections: 4 });
      const batchId = await ferry.add('tree');
      await ferry.until(() => ferry.acknowledged() >= 6 && ferry.ended.length === 1);
      await order(ferry, 'cancel', { kind: 'batch', batchId });
      await ferry.idle();
      expect(counts(ferry)).toEqual({ done: 1, canceled: 2 });
      expect(await world.uploads()).toEqual([]);
      const aborts = (await world.requests('AbortMultipartUpload')).length;
      expect(aborts).toBe((await world.requests('InitiateMultipartUpload')).length);
      await ferry.close();
      const again = await world.ferry();
      await again.idle();
      expect((await world.requests('AbortMultipartUpload')).length).toBe(aborts);
    }));

  it('of a paused item whose upload is open: aborted, and sent again from the start on retry', () =>
    inWorld(async (world) => {
      const bytes = await world.write('file.bin', 20 * MIB);
      await world.faults(slowParts);
      const ferry = await world.ferry({ connections: 4 });
      await ferry.add('file.bin');
      await ferry.until(() => ferry.acknowledged() >= 5);
      await order(ferry, 'pause');
      await ferry.idle();
      expect(await order(ferry, 'cancel')).toBe(1);
      await ferry.idle();
      expect(await world.uploads()).toEqual([]);
      expect(await order(ferry, 'retry')).toBe(1);
      await order(ferry, 'resume');
      expect(endOf((await ferry.idle()).get('uploads/file.bin'))).toBe('done');
      expect((await world.read('uploads/file.bin')).equals(bytes)).toBe(true);
      expect(await world.uploads()).toEqual([]);
    }));

  it('while the cloud is gone: the upload is aborted in a later run', () =>
    inWorld(async (world) => {
      await world.write('file.bin', 20 * MIB);
      await world.faults(slowParts);
      const first = await world.ferry({ connections: 4 });
      await first.add('file.bin');
      await first.until(() => first.acknowledged() >= 5);
      await world.stopCloud();
      await order(first, 'cancel');
      await first.until(() => first.ended.length === 1);
      await first.close();
      await world.startCloud();
      expect(await world.uploads()).toHaveLength(1);
      const second = await world.ferry();
      await second.idle();
      expect(await world.uploads()).toEqual([]);
      expect(counts(second)).toEqual({ canceled: 1 });
    }));
});

describe.concurrent('retry', () => {
  for (const scope of ['one item', 'a batch', 'all'] as const)
    it(`of ${scope}: what had failed is sent, what had not is left alone`, () =>
      inWorld(async (world) => {
        for (const name of ['a', 'b', 'c']) await world.write(`tree/${name}.txt`, 10);
        const ferry = await world.ferry({ connections: 1 });
        await world.faults({
          operation: 'PutObject',
          fault: 'status',
          status: 403,
          code: 'AccessDenied',
          skip: 1,
          count: 2,
        });
        const batchId = await ferry.add('tree');
        await ferry.idle();
        expect(counts(ferry)).toEqual({ done: 1, failed: 2 });
        const failed = ferry.ended.find((ended) => ended.end.kind === 'failed');
        const rows = ferry.ferry.view.items(batchId, 0, 10);
        const row = rows.ok && rows.value.rows.find(({ name }) => failed?.key.endsWith(`/${name}`) === true);
        const scopes: Record<typeof scope, Scope> = {
          'one item': { kind: 'items', itemIds: row === false || row === undefined ? [] : [row.itemId] },
          'a batch': { kind: 'batch', batchId },
          all: ALL,
        };
        const affected = await order(ferry, 'retry', scopes[scope]);
        await ferry.idle();
        expect(affected).toBe(scope === 'one item' ? 1 : 2);
        expect(counts(ferry)).toEqual(scope === 'one item' ? { done: 2, failed: 1 } : { done: 3 });
        expect((await world.requests('PutObject')).length).toBe(3 + affected);
      }));

  it('of a queue that was opened again and has nothing else to do', () =>
    inWorld(async (world) => {
      await world.write('file.txt', 10);
      await world.faults({
        operation: 'PutObject',
        fault: 'status',
        status: 403,
        code: 'AccessDenied',
        count: 1,
      });
      const first = await world.ferry();
      expect(endOf((await first.upload('file.txt')).get('uploads/file.txt'))).toBe('failed no-permission');
      await first.close();
      const second = await world.ferry();
      expect(await order(second, 'retry')).toBe(1);
      expect(endOf((await second.idle()).get('uploads/file.txt'))).toBe('done');
    }));

  it('keeps the parts of a file that had failed', () =>
    inWorld(async (world) => {
      const bytes = await world.write('file.bin', 20 * MIB);
      await world.faults({
        operation: 'CompleteMultipartUpload',
        fault: 'status',
        status: 403,
        code: 'AccessDenied',
      });
      const ferry = await world.ferry();
      expect(endOf((await ferry.upload('file.bin')).get('uploads/file.bin'))).toBe('failed no-permission');
      expect(await world.uploads()).toHaveLength(1);
      await world.faults();
      await order(ferry, 'retry');
      expect(endOf((await ferry.idle()).get('uploads/file.bin'))).toBe('done');
      expect(await sentOk(world)).toBe(20);
      expect((await world.read('uploads/file.bin')).equals(bytes)).toBe(true);
    }));

  it('remove takes ended rows away, and aborts what they left', () =>
    inWorld(async (world) => {
      await world.write('file.bin', 20 * MIB);
      await world.faults({
        operation: 'CompleteMultipartUpload',
        fault: 'status',
        status: 403,
        code: 'AccessDenied',
      });
      const ferry = await world.ferry();
      await ferry.upload('file.bin');
      expect(await order(ferry, 'remove')).toBe(1);
      await ferry.idle();
      expect(counts(ferry)).toEqual({});
      expect(await world.uploads()).toEqual([]);
    }));
});

describe.concurrent('the role of the documents, which may write and nothing else', () => {
  it('carries 60 MB over, is closed in the middle, goes on and is verified', () =>
    inWorld(async (world) => {
      const bytes = await world.write('file.bin', 60_000_000);
      await world.faults({ ...slowParts, ms: 50 });
      const first = await world.ferry({ connections: 4 });
      await first.add('file.bin');
      await first.until(() => first.acknowledged() >= 20);
      await first.close();
      expect(first.ended).toEqual([]);
      const before = (await world.requests('UploadPart')).filter((line) => line.status === 200).length;
      expect(before).toBeLessThan(58);
      const second = await world.ferry();
      expect(second.ferry.kept).toMatchObject({ resumedItems: 1 });
      expect(second.ferry.kept.keptBytes).toBeGreaterThanOrEqual(20 * MIB);
      const ended = (await second.idle()).get('uploads/file.bin');
      expect(endOf(ended)).toBe('done');
      expect(ended?.end.kind === 'done' && ended.end.crc64).toBe(
        (await world.objects()).get('uploads/file.bin')?.crc64,
      );
      expect((await world.read('uploads/file.bin')).equals(bytes)).toBe(true);
      expect(await world.uploads()).toEqual([]);
      // What was answered when it was closed, but not yet noted, may be sent again: the parts in flight, no more.
      expect(await sentOk(world)).toBeLessThanOrEqual(58 + 4);
    }, MINIMAL_ROLE));

  it('cannot abort: what a canceled file leaves is noted as a possible orphan', () =>
    inWorld(async (world) => {
      await world.write('file.bin', 20 * MIB);
      await world.faults(slowParts);
      const ferry = await world.ferry({ connections: 4 });
      const batchId = await ferry.add('file.bin');
      await ferry.until(() => ferry.acknowledged() >= 5);
      await order(ferry, 'cancel');
      await ferry.idle();
      const rows = ferry.ferry.store.rows(batchId, 0, 1);
      expect(rows.ok && rows.value[0]?.possibleOrphan).toBe(true);
    }, MINIMAL_ROLE));
});
