/** The part of the contract that is about files of which the server that OSS was to tell does not know. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ItemEnd, StoreRecord } from '../../src/engine/queue-ports';
import { fault } from '../../src/shared/faults';
import { itemIdAt, type BatchId, type ItemId } from '../../src/shared/ids';
import type { SeededStore } from '../fakes/memory-store';
import type { VirtualClock } from '../fakes/store-clock';
import { DESTINATION, done, end, failed, found, must, newBatch, snapshotOf } from '../fakes/queue-samples';
import type { StoreBench } from './store-contract';

const WHY = fault('callback-failed', 'Error status : 502.', { requestId: 'R1' });
const callbackFailed = (): ItemEnd => ({
  ...(done() as Extract<ItemEnd, { kind: 'done' }>),
  callbackFault: WHY,
});

export function untoldContract(makeBench: () => StoreBench): void {
  describe('files of which the server was not told', () => {
    let bench: StoreBench;
    let store: SeededStore;
    let clock: VirtualClock;
    let batchId: BatchId;
    let ids: readonly [ItemId, ItemId, ItemId];
    beforeEach(() => {
      bench = makeBench();
      ({ store, clock } = bench);
      batchId = must(store.createBatch(newBatch()));
      must(store.addItems(batchId, found(1, 3)));
      must(store.markScanned(batchId));
      ids = [itemIdAt(batchId, 1), itemIdAt(batchId, 2), itemIdAt(batchId, 3)];
    });
    afterEach(() => bench.dispose());

    let seq = 0;
    beforeEach(() => {
      seq = 0;
    });
    const write = (...records: StoreRecord[]): void => {
      for (const record of records) store.write((seq += 1), record);
    };
    const stateOf = (itemId: ItemId): unknown => must(store.row(itemId))?.state;
    const all = { kind: 'all' as const };
    const idsIn = (scope: Parameters<SeededStore['callbackFaults']>[0], after = 0): readonly ItemId[] =>
      must(store.callbackFaults(scope, after)).map((item) => item.itemId);

    test('are done, keep the reason, and are found by scope, through a crash', async () => {
      write(end(ids[0], callbackFailed()), end(ids[1], done()), end(ids[2], callbackFailed()));
      expect(idsIn(all)).toEqual([ids[0], ids[2]]);
      await clock.advance(50);
      store = bench.crash();
      expect(stateOf(ids[0])).toEqual({ kind: 'done', at: 7, callbackFault: WHY });
      expect(stateOf(ids[1])).toEqual({ kind: 'done', at: 7 });
      expect(must(store.callbackFaults(all, 0))[0]).toEqual({
        itemId: ids[0],
        batchId,
        destinationId: DESTINATION,
        key: 'uploads/photos/2024/1.jpg',
        sizeBytes: snapshotOf(1).sizeBytes,
        crc64: '17704302369472222474',
        etag: 'ABC',
      });
      expect(idsIn(all, ids[0])).toEqual([ids[2]]);
      expect(idsIn({ kind: 'batch', batchId })).toEqual([ids[0], ids[2]]);
      expect(idsIn({ kind: 'batch', batchId: (batchId + 1) as BatchId })).toEqual([]);
      expect(idsIn({ kind: 'items', itemIds: [ids[2], ids[1]] })).toEqual([ids[2]]);
    });

    test('once told they are done and nothing more, through a crash', () => {
      write(end(ids[0], callbackFailed()), end(ids[2], callbackFailed()));
      expect(must(store.noteCallback(ids[0], null))).toBe(true);
      expect(must(store.noteCallback(ids[0], null))).toBe(false);
      store = bench.crash();
      expect(stateOf(ids[0])).toEqual({ kind: 'done', at: 7 });
      expect(idsIn(all)).toEqual([ids[2]]);
    });

    test('that could not be told again keep the newer reason', () => {
      write(end(ids[0], callbackFailed()));
      const newer = fault('callback-failed', 'The notice server example.com answered with status 404.');
      expect(must(store.noteCallback(ids[0], newer))).toBe(true);
      store = bench.crash();
      expect(stateOf(ids[0])).toEqual({ kind: 'done', at: 7, callbackFault: newer });
    });

    test('nothing else can be told: what failed, what is done, what is unknown', () => {
      write(end(ids[0], done()), end(ids[1], failed('callback-failed')));
      for (const itemId of [...ids, itemIdAt((batchId + 1) as BatchId, 1)])
        expect(must(store.noteCallback(itemId, WHY))).toBe(false);
      expect(stateOf(ids[1])).toMatchObject({ kind: 'failed' });
      expect(idsIn(all)).toEqual([]);
    });

    test('retrying leaves them alone, removing takes them away', async () => {
      write(end(ids[0], callbackFailed()));
      expect(must(await store.command('retry', all, [])).affected).toBe(0);
      expect(must(await store.command('remove', { kind: 'items', itemIds: [ids[0]] }, [])).affected).toBe(1);
      expect(idsIn(all)).toEqual([]);
    });
  });
}
