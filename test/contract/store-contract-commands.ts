/** The part of the contract that is about commands: pause and resume, retry, cancel and remove. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StoreRecord, WorkItem } from '../../src/engine/queue-ports';
import { fault } from '../../src/shared/faults';
import { batchOf, itemIdAt, type BatchId, type ItemId } from '../../src/shared/ids';
import type { SeededStore } from '../fakes/memory-store';
import type { VirtualClock } from '../fakes/store-clock';
import {
  created,
  DESTINATION,
  done,
  end,
  failed,
  found,
  leftover,
  must,
  newBatch,
  part,
  snapshotOf,
  stored,
} from '../fakes/queue-samples';
import type { StoreBench } from './store-contract';

export function commandsContract(makeBench: () => StoreBench): void {
  describe('commands', () => {
    let bench: StoreBench;
    let store: SeededStore;
    let clock: VirtualClock;
    let seq: number;
    beforeEach(() => {
      bench = makeBench();
      ({ store, clock } = bench);
      seq = 0;
    });
    afterEach(() => bench.dispose());

    const batchOfFiles = (files: number): BatchId => {
      const batchId = must(store.createBatch(newBatch()));
      must(store.addItems(batchId, found(1, files)));
      must(store.markScanned(batchId));
      return batchId;
    };
    const write = (...records: StoreRecord[]): void => {
      for (const record of records) store.write((seq += 1), record);
    };
    const work = async (): Promise<readonly WorkItem[]> => must(await store.loadWork(DESTINATION, 0, 100));
    const workIds = async (): Promise<readonly ItemId[]> => (await work()).map((item) => item.itemId);
    const states = (batchId: BatchId): readonly string[] =>
      must(store.rows(batchId, 0, 500)).map((row) => row.state.kind);

    describe('pause and resume', () => {
      test('a paused batch rests whole, through a crash, with what is added to it', async () => {
        const batchId = must(store.createBatch(newBatch()));
        must(store.addItems(batchId, found(1, 3)));
        const live = [itemIdAt(batchId, 1)];
        expect(must(await store.command('pause', { kind: 'batch', batchId }, live)).affected).toBe(2);
        store = bench.crash();
        must(store.addItems(batchId, found(4, 1)));
        expect(await workIds()).toEqual([]);
        expect(new Set(states(batchId))).toEqual(new Set(['paused']));
        expect(must(await store.recover()).destinationIds).toEqual([DESTINATION]);
        expect(must(await store.command('resume', { kind: 'all' }, [])).affected).toBe(4);
        expect(await workIds()).toHaveLength(4);
      });

      test('items rest by themselves; resuming their batch takes their mark away too', async () => {
        const batchId = batchOfFiles(3);
        const [one, two, three] = [1, 2, 3].map((n) => itemIdAt(batchId, n)) as [ItemId, ItemId, ItemId];
        const result = await store.command('pause', { kind: 'items', itemIds: [one, two] }, [two]);
        expect(must(result).affected).toBe(1);
        expect(await workIds()).toEqual([two, three]);
        write({ kind: 'held', itemId: two, held: true });
        expect(await workIds()).toEqual([three]);
        must(await store.command('resume', { kind: 'batch', batchId }, []));
        expect(await workIds()).toEqual([one, two, three]);
      });

      test('an item of a paused batch can go on alone, until the batch is paused again', async () => {
        const batchId = batchOfFiles(3);
        const [one, two] = [itemIdAt(batchId, 1), itemIdAt(batchId, 2)];
        must(await store.command('pause', { kind: 'all' }, []));
        must(await store.command('resume', { kind: 'items', itemIds: [one] }, []));
        write({ kind: 'held', itemId: two, held: false });
        expect(await workIds()).toEqual([one, two]);
        expect(states(batchId)).toEqual(['waiting', 'waiting', 'paused']);
        must(await store.command('pause', { kind: 'batch', batchId }, []));
        expect(await workIds()).toEqual([]);
        must(await store.command('resume', { kind: 'batch', batchId }, []));
        expect(await workIds()).toHaveLength(3);
      });

      test('pausing all leaves what has ended alone: sent again, it runs', async () => {
        const batchId = batchOfFiles(1);
        write(end(itemIdAt(batchId, 1), failed('no-permission')));
        expect(must(await store.command('pause', { kind: 'all' }, [])).affected).toBe(0);
        must(await store.command('retry', { kind: 'all' }, []));
        expect(await workIds()).toHaveLength(1);
      });
    });

    describe('retry', () => {
      test('takes up failed, conflicting, changed and canceled items with a new look, keeping their parts', async () => {
        const batchId = batchOfFiles(6);
        const ids = [1, 2, 3, 4, 5, 6].map((n) => itemIdAt(batchId, n)) as [ItemId, ItemId, ...ItemId[]];
        write(created(ids[0]), stored(ids[0], 1), end(ids[0], failed('no-permission')));
        write(end(ids[1], { kind: 'conflict', fault: fault('object-exists', 'There is one.') }));
        write(end(ids[2]!, { kind: 'source-changed', fault: fault('source-changed', 'It changed.') }));
        write(end(ids[3]!, { kind: 'canceled' }), end(ids[4]!, done()));
        write(end(ids[5]!, { kind: 'skipped', why: 'identical', crc64: '1' as never, etag: 'E' as never }));
        expect(must(await store.command('retry', { kind: 'batch', batchId }, [])).affected).toBe(4);
        const items = await work();
        expect(items.map((item) => [item.itemId, item.lookAgain])).toEqual(
          ids.slice(0, 4).map((itemId) => [itemId, true]),
        );
        expect(items[0]?.checkpoint?.parts).toEqual([part(1)]);
        write({ kind: 'snapshot', itemId: ids[0], snapshot: snapshotOf(70) });
        expect((await work())[0]).toMatchObject({ lookAgain: false, source: { snapshot: snapshotOf(70) } });
        expect(states(batchId).slice(4)).toEqual(['done', 'skipped']);
      });

      test('sees an end that still waits for its group', async () => {
        const batchId = batchOfFiles(1);
        const itemId = itemIdAt(batchId, 1);
        write(end(itemId, failed('no-permission')));
        const scope = { kind: 'items' as const, itemIds: [itemId] };
        expect(must(await store.command('retry', scope, [])).affected).toBe(1);
        expect(await workIds()).toEqual([itemId]);
      });
    });

    describe('a decision about conflicts', () => {
      const conflict = { kind: 'conflict' as const, fault: fault('object-exists', 'There is one.') };
      const inConflict = (files: number): readonly ItemId[] => {
        const batchId = batchOfFiles(files);
        const ids = Array.from({ length: files }, (_, index) => itemIdAt(batchId, index + 1));
        write(...ids.map((itemId) => end(itemId, conflict)));
        return ids;
      };

      test('makes them runnable under the policy that was chosen, and leaves all else alone', async () => {
        const ids = inConflict(3);
        write(end(ids[2]!, failed('no-permission')));
        const scope = { kind: 'batch' as const, batchId: batchOf(ids[0]!) };
        expect(must(await store.command('keep-both', scope, [ids[1]!])).affected).toBe(1);
        expect(await work()).toMatchObject([{ itemId: ids[0], conflict: 'keep-both', lookAgain: true }]);
        store = bench.crash();
        expect(await work()).toMatchObject([{ itemId: ids[0], conflict: 'keep-both', lookAgain: true }]);
      });

      test('of one item is for that item alone', async () => {
        const ids = inConflict(2);
        const scope = { kind: 'items' as const, itemIds: [ids[1]!] };
        expect(must(await store.command('overwrite', scope, [])).affected).toBe(1);
        expect(await work()).toMatchObject([{ itemId: ids[1], conflict: 'overwrite' }]);
        const rest = { kind: 'all' as const };
        expect(must(await store.command('skip', rest, [])).affected).toBe(1);
        expect(states(batchOf(ids[0]!))).toEqual(['canceled', 'waiting']);
      });
    });

    describe('cancel and remove', () => {
      test('cancel ends what has not ended, gives its open uploads back, and leaves live items alone', async () => {
        const batchId = batchOfFiles(4);
        const ids = [1, 2, 3, 4].map((n) => itemIdAt(batchId, n)) as [ItemId, ItemId, ItemId, ItemId];
        write(created(ids[0]), stored(ids[0], 1), created(ids[1]), end(ids[2], done()));
        write({ kind: 'initiating', itemId: ids[3], atServer: 5 });
        const result = must(await store.command('cancel', { kind: 'all' }, [ids[1]]));
        expect(result).toEqual({ affected: 2, leftovers: [leftover(ids[0], 1)] });
        expect(states(batchId)).toEqual(['canceled', 'waiting', 'done', 'canceled']);
        // Its Initiate may have been carried out, and nobody will look for it any more.
        expect(must(store.row(ids[3]))?.possibleOrphan).toBe(true);
        store = bench.crash();
        expect(must(await store.recover()).leftovers).toEqual([leftover(ids[0], 1)]);
        write({ kind: 'upload-closed', itemId: ids[0] });
        await clock.advance(50);
        expect(must(await store.recover()).leftovers).toEqual([]);
      });

      test('recovery gives back every open upload but those of unended and failed items', async () => {
        const batchId = batchOfFiles(5);
        const ids = [1, 2, 3, 4, 5].map((n) => itemIdAt(batchId, n)) as [
          ItemId,
          ItemId,
          ItemId,
          ItemId,
          ItemId,
        ];
        write(...ids.map(created), end(ids[1], failed('no-permission')), end(ids[2], { kind: 'canceled' }));
        write(end(ids[3], { kind: 'conflict', fault: fault('object-exists', 'There is one.') }));
        write(end(ids[4], { kind: 'source-changed', fault: fault('source-changed', 'It changed.') }));
        await clock.advance(50);
        store = bench.crash();
        expect(must(await store.recover()).leftovers).toEqual([
          leftover(ids[2], 3),
          leftover(ids[3], 4),
          leftover(ids[4], 5),
        ]);
      });

      test('removing takes ended rows and empty batches, and keeps an open upload until it is closed', async () => {
        const batchId = batchOfFiles(3);
        const ids = [1, 2, 3].map((n) => itemIdAt(batchId, n)) as [ItemId, ItemId, ItemId];
        write(created(ids[0]), end(ids[0], failed('no-permission')), end(ids[1], done()));
        expect(must(await store.recover()).leftovers).toEqual([]);
        const removed = must(await store.command('remove', { kind: 'batch', batchId }, []));
        expect(removed).toEqual({ affected: 2, leftovers: [leftover(ids[0], 1)] });
        expect(must(store.rows(batchId, 0, 10)).map((row) => row.itemId)).toEqual([ids[2]]);
        write(end(ids[2], done()));
        must(await store.command('remove', { kind: 'all' }, []));
        expect(must(store.rows(batchId, 0, 10))).toEqual([]);
        store = bench.crash();
        expect(must(await store.recover())).toMatchObject({
          destinationIds: [DESTINATION],
          leftovers: [leftover(ids[0], 1)],
        });
        write({ kind: 'upload-closed', itemId: ids[0] });
        await clock.advance(50);
        store = bench.crash();
        expect(must(await store.recover())).toMatchObject({ destinationIds: [], leftovers: [] });
        expect(must(store.createBatch(newBatch()))).toBeGreaterThan(batchId);
      });

      test('the rows that are left are paged by their place, not by their old position', async () => {
        const batchId = batchOfFiles(5);
        const itemIds = [itemIdAt(batchId, 1), itemIdAt(batchId, 3)];
        must(await store.command('cancel', { kind: 'items', itemIds }, []));
        must(await store.command('remove', { kind: 'items', itemIds }, []));
        expect(must(store.rows(batchId, 1, 2)).map((row) => row.itemId)).toEqual(
          [4, 5].map((position) => itemIdAt(batchId, position)),
        );
        expect(must(store.rows(batchId, 3, 2))).toEqual([]);
      });
    });
  });
}
