/** One suite for every store that the engine may stand on: SQLite in the product, memory in the simulation. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StoreRecord, WorkItem } from '../../src/engine/queue-ports';
import { fault } from '../../src/shared/faults';
import {
  itemIdAt,
  type BatchId,
  type DestinationId,
  type ItemId,
  type ObjectKey,
} from '../../src/shared/ids';
import type { SeededStore } from '../fakes/memory-store';
import type { VirtualClock } from '../fakes/store-clock';
import {
  created,
  DESTINATION,
  done,
  end,
  failed,
  found,
  must,
  newBatch,
  part,
  snapshotOf,
  stored,
} from '../fakes/queue-samples';
import { commandsContract } from './store-contract-commands';
import { facesContract } from './store-contract-faces';
import { untoldContract } from './store-contract-callback-faults';

export interface StoreBench {
  readonly clock: VirtualClock;
  readonly store: SeededStore;
  /** Ends the process without warning and opens what is left. */
  crash(): SeededStore;
  fillDisk(full: boolean): void;
  dispose(): void;
}

const OTHER = 'other' as DestinationId;

export function storeContract(name: string, makeBench: () => StoreBench): void {
  describe(name, () => {
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

    const batchOfFiles = (files: number, destinationId = DESTINATION): BatchId => {
      const batchId = must(store.createBatch(newBatch({ destinationId })));
      must(store.addItems(batchId, found(1, files)));
      must(store.markScanned(batchId));
      return batchId;
    };
    const write = (...records: StoreRecord[]): void => {
      for (const record of records) store.write((seq += 1), record);
    };
    const work = async (after = 0, limit = 100): Promise<readonly WorkItem[]> =>
      must(await store.loadWork(DESTINATION, after, limit));
    const workIds = async (): Promise<readonly ItemId[]> => (await work()).map((item) => item.itemId);
    const oneItem = async (): Promise<WorkItem | undefined> => (await work())[0];
    const states = (batchId: BatchId): readonly string[] =>
      must(store.rows(batchId, 0, 500)).map((row) => row.state.kind);

    commandsContract(makeBench);
    facesContract(makeBench);
    untoldContract(makeBench);

    describe('groups', () => {
      test('a fact is persisted after 50 ms, not before, and told with the last seq of its group', async () => {
        const batchId = batchOfFiles(2);
        const told: number[] = [];
        store.onPersisted((upTo) => told.push(upTo));
        write(end(itemIdAt(batchId, 1), done()), end(itemIdAt(batchId, 2), done()));
        await clock.advance(49);
        expect(told).toEqual([]);
        expect(states(batchId)).toEqual(['waiting', 'waiting']);
        await clock.advance(1);
        expect(told).toEqual([2]);
        expect(states(batchId)).toEqual(['done', 'done']);
      });

      test('256 facts do not wait for the 50 ms, and nobody is told from inside write', async () => {
        const batchId = batchOfFiles(1);
        const told: number[] = [];
        store.onPersisted((upTo) => told.push(upTo));
        write(created(itemIdAt(batchId, 1)));
        for (let number = 1; number < 256; number += 1) write(stored(itemIdAt(batchId, 1), number));
        expect(told).toEqual([]);
        await clock.advance(0);
        expect(told).toEqual([256]);
      });

      test('a crash loses what was not told, and nothing else', async () => {
        const batchId = batchOfFiles(3);
        const told: number[] = [];
        store.onPersisted((upTo) => told.push(upTo));
        write(end(itemIdAt(batchId, 1), done()));
        await clock.advance(50);
        write(end(itemIdAt(batchId, 2), done()), end(itemIdAt(batchId, 3), done()));
        await clock.advance(49);
        store = bench.crash();
        await clock.advance(1_000);
        expect(told).toEqual([1]);
        expect(states(batchId)).toEqual(['done', 'waiting', 'waiting']);
      });

      test('a crash right after facts were told keeps all of them', async () => {
        const batchId = batchOfFiles(1);
        const itemId = itemIdAt(batchId, 1);
        write(created(itemId), stored(itemId, 1), stored(itemId, 2));
        await clock.advance(50);
        store = bench.crash();
        expect((await oneItem())?.checkpoint).toEqual({
          uploadId: `upload-${itemId}`,
          partSizeBytes: 1_000,
          parts: [part(1), part(2)],
        });
      });

      test('a full disk is told once, facts are kept, tried again every 2 s, and then told', async () => {
        const batchId = batchOfFiles(1);
        const itemId = itemIdAt(batchId, 1);
        const told: number[] = [];
        const trouble: (string | null)[] = [];
        store.onPersisted((upTo) => told.push(upTo));
        store.onTrouble((why) => trouble.push(why?.code ?? null));
        bench.fillDisk(true);
        write(created(itemId));
        for (let number = 1; number <= 2_000; number += 1) write(stored(itemId, number));
        await clock.advance(50);
        expect(trouble).toEqual(['disk-full']);
        await clock.advance(2_000);
        write(end(itemId, done()));
        expect(await store.loadWork(DESTINATION, 0, 1)).toMatchObject({ fault: { code: 'disk-full' } });
        expect(trouble).toEqual(['disk-full']);
        expect(told).toEqual([]);
        bench.fillDisk(false);
        await clock.advance(2_000);
        expect(trouble).toEqual(['disk-full', null]);
        expect(told).toEqual([2_002]);
        store = bench.crash();
        expect(states(batchId)).toEqual(['done']);
      });
    });

    describe('work', () => {
      test('comes in the order of ids, after an id, of one destination', async () => {
        const first = batchOfFiles(3);
        batchOfFiles(2, OTHER);
        const third = batchOfFiles(2);
        const all = [1, 2, 3].map((n) => itemIdAt(first, n)).concat([1, 2].map((n) => itemIdAt(third, n)));
        expect(await workIds()).toEqual(all);
        expect((await work(all[1], 2)).map((item) => item.itemId)).toEqual([all[2], all[3]]);
        expect(await work(all[4])).toEqual([]);
      });

      test('an item that was renamed keeps its new key and its first one, through a crash', async () => {
        const itemId = itemIdAt(batchOfFiles(1), 1);
        write({ kind: 'renamed', itemId, key: 'uploads/photos/2024/1 (2).jpg' as ObjectKey });
        write({ kind: 'renamed', itemId, key: 'uploads/photos/2024/1 (3).jpg' as ObjectKey });
        await oneItem();
        store = bench.crash();
        expect(await oneItem()).toMatchObject({
          key: 'uploads/photos/2024/1 (3).jpg',
          renamedFrom: 'uploads/photos/2024/1.jpg',
          name: '2024/1.jpg',
        });
      });

      test('carries key, source, policy and checkpoint', async () => {
        const batchId = batchOfFiles(1);
        const itemId = itemIdAt(batchId, 1);
        expect(await oneItem()).toEqual({
          itemId,
          batchId,
          destinationId: DESTINATION,
          key: 'uploads/photos/2024/1.jpg',
          renamedFrom: null,
          name: '2024/1.jpg',
          source: { path: '/data/photos/2024/1.jpg', snapshot: snapshotOf(1) },
          conflict: 'never-overwrite',
          tagging: null,
          checkpoint: null,
          initiatingAtServer: null,
          begun: [],
          fromEarlierRun: false,
          lookAgain: false,
        });
        write({ kind: 'initiating', itemId, atServer: 99 });
        expect((await oneItem())?.initiatingAtServer).toBe(99);
        write(created(itemId), stored(itemId, 2), stored(itemId, 1), stored(itemId, 3), stored(itemId, 3));
        write({ kind: 'parts-dropped', itemId, partNumbers: [2, 9] });
        expect(await oneItem()).toMatchObject({
          initiatingAtServer: null,
          checkpoint: { parts: [part(1), part(3)] },
        });
        expect(must(store.row(itemId))?.verifiedBytes).toBe(2_000);
        write({ kind: 'initiating', itemId, atServer: 100 }, { kind: 'upload-closed', itemId });
        expect(await oneItem()).toMatchObject({ initiatingAtServer: null, checkpoint: null });
        expect(must(store.row(itemId))?.verifiedBytes).toBe(0);
      });

      test('remembers which parts were begun and never acknowledged, through a crash', async () => {
        const batchId = batchOfFiles(2);
        const [one, two] = [itemIdAt(batchId, 1), itemIdAt(batchId, 2)];
        const begun = (itemId: ItemId, partNumber: number): StoreRecord => ({
          kind: 'part-begun',
          itemId,
          partNumber,
        });
        write(
          created(one),
          begun(one, 3),
          begun(one, 1),
          begun(one, 2),
          begun(one, 1),
          stored(one, 1),
          begun(two, 0),
        );
        await clock.advance(50);
        store = bench.crash();
        expect((await work()).map((item) => item.begun)).toEqual([[2, 3], [0]]);
        write({ kind: 'upload-closed', itemId: one }, end(two, failed('dns')));
        must(await store.command('retry', { kind: 'all' }, []));
        expect((await work()).map((item) => item.begun)).toEqual([[], []]);
      });

      test('a file that was handed in by itself is its own source', async () => {
        const roots = [{ path: '/data/a.bin', keyPrefix: 'uploads/', isFile: true }];
        const batchId = must(store.createBatch(newBatch({ kind: 'files', roots })));
        const item = { rootIndex: 0, name: 'a.bin', key: 'uploads/a.bin' as never, snapshot: snapshotOf(1) };
        must(store.addItems(batchId, [item]));
        expect(await oneItem()).toMatchObject({ key: 'uploads/a.bin', source: { path: '/data/a.bin' } });
      });

      test('an item whose end waits for its group is not handed out again', async () => {
        const batchId = batchOfFiles(2);
        write(end(itemIdAt(batchId, 1), done()));
        expect(await workIds()).toEqual([itemIdAt(batchId, 2)]);
      });

      test('tells what was there before this run from what came in it', async () => {
        const batchId = must(store.createBatch(newBatch()));
        must(store.addItems(batchId, found(1, 2)));
        store = bench.crash();
        expect(must(await store.recover()).unfinishedScans).toEqual([
          { batchId, destinationId: DESTINATION },
        ]);
        expect(must(store.addItems(batchId, found(1, 3)))).toEqual({ added: 1 });
        expect((await work()).map((item) => item.fromEarlierRun)).toEqual([true, true, false]);
      });

      test('a fact about a row that was removed changes nothing', async () => {
        const batchId = batchOfFiles(2);
        const gone = itemIdAt(batchId, 1);
        write(end(gone, { kind: 'canceled' }));
        must(await store.command('remove', { kind: 'items', itemIds: [gone] }, []));
        write(created(gone), stored(gone, 1), end(gone, done()), { kind: 'held', itemId: gone, held: true });
        await clock.advance(50);
        expect(must(store.rows(batchId, 0, 10)).map((row) => row.itemId)).toEqual([itemIdAt(batchId, 2)]);
      });
    });

    describe('scans', () => {
      test('a scan that is run again adds only what is new and renews what was not begun', () => {
        const batchId = must(store.createBatch(newBatch()));
        must(store.addItems(batchId, found(1, 3)));
        const begun = itemIdAt(batchId, 2);
        write(created(begun), end(itemIdAt(batchId, 3), done()));
        const changed = found(1, 4).map((item) => ({ ...item, snapshot: snapshotOf(50) }));
        expect(must(store.addItems(batchId, changed))).toEqual({ added: 1 });
        const sizes = must(store.rows(batchId, 0, 10)).map((row) => row.sizeBytes);
        expect(sizes).toEqual(
          [snapshotOf(50), snapshotOf(2), snapshotOf(3), snapshotOf(50)].map((s) => s.sizeBytes),
        );
      });

      test('a refused file is there as failed', () => {
        const batchId = must(store.createBatch(newBatch()));
        const refused = fault('name-refused', 'The name is not UTF-8.');
        must(store.addItems(batchId, [{ ...found(1, 1)[0]!, refused }]));
        expect(must(store.rows(batchId, 0, 1))[0]?.state).toEqual({ kind: 'failed', fault: refused });
      });

      test('nothing can be added once the scan is over or canceled; joining opens it again', async () => {
        const batchId = batchOfFiles(1);
        expect(store.addItems(batchId, found(2, 1))).toMatchObject({ fault: { code: 'canceled' } });
        must(store.joinBatch(batchId, 'overwrite'));
        must(store.addItems(batchId, found(2, 1)));
        expect((await work()).map((item) => item.conflict)).toEqual(['overwrite', 'overwrite']);
        must(await store.command('cancel', { kind: 'all' }, []));
        expect(store.addItems(batchId, found(3, 1))).toMatchObject({ fault: { code: 'canceled' } });
        expect(must(await store.recover()).unfinishedScans).toEqual([]);
      });
    });

    test('recovery tells how much is safe already', async () => {
      const batchId = batchOfFiles(3);
      const [one, two] = [itemIdAt(batchId, 1), itemIdAt(batchId, 2)];
      write(created(one), stored(one, 1), stored(one, 2), created(two));
      await clock.advance(50);
      store = bench.crash();
      expect(must(await store.recover())).toEqual({
        destinationIds: [DESTINATION],
        unfinishedScans: [],
        leftovers: [],
        resumedItems: 1,
        keptBytes: 2_000,
      });
    });
  });
}
