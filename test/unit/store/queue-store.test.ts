import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ItemEnd } from '../../../src/engine/queue-ports';
import { fault } from '../../../src/shared/faults';
import { itemIdAt, type BatchId, type DestinationId, type ItemId } from '../../../src/shared/ids';
import { pathHash } from '../../../src/store/items';
import type { EndedItem, QueueStore } from '../../../src/store/queue-types';
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
  uploadIdOf,
} from '../../fakes/queue-samples';
import { SqliteBench } from '../../fakes/sqlite-bench';

let bench: SqliteBench;
let store: QueueStore;
let seq: number;
beforeEach(() => {
  bench = new SqliteBench();
  store = bench.store;
  seq = 0;
});
afterEach(() => bench.dispose());

function batchOfFiles(files: number, more: Parameters<typeof newBatch>[0] = {}): BatchId {
  const batchId = must(store.createBatch(newBatch(more)));
  for (let first = 1; first <= files; first += 2_000)
    must(store.addItems(batchId, found(first, Math.min(2_000, files - first + 1))));
  must(store.markScanned(batchId));
  return batchId;
}

async function write(...records: Parameters<QueueStore['write']>[1][]): Promise<void> {
  for (const record of records) store.write((seq += 1), record);
  await bench.clock.advance(50);
}

const idsOf = (batchId: BatchId, count: number): readonly ItemId[] =>
  Array.from({ length: count }, (_, index) => itemIdAt(batchId, index + 1));

test('a destination is remembered, and one id cannot stand for two places', () => {
  const home = { destinationId: DESTINATION, region: 'cn-hangzhou', bucket: 'one', endpoint: 'https://a' };
  must(store.registerDestination(home));
  must(store.registerDestination(home));
  const refused = store.registerDestination({ ...home, bucket: 'two' });
  expect(refused).toEqual({
    ok: false,
    fault: fault(
      'invalid-input',
      'The queue belongs to bucket one at https://a, not to bucket two at https://a.',
    ),
  });
  expect(must(bench.crash().destinations())).toEqual([home]);
});

test('an unfinished batch is found by its paths, whatever their order, and no other is', async () => {
  const roots = ['/a', '/b'].map((path) => ({ path, keyPrefix: `x${path}/`, isFile: false }));
  const find = (paths: string[], prefix = 'uploads/', id = DESTINATION): BatchId | null =>
    must(store.findUnfinishedBatch(id, paths, prefix));
  const batchId = must(store.createBatch(newBatch({ roots })));
  expect(find(['/b', '/a'])).toBe(batchId);
  expect(find(['/a'])).toBeNull();
  expect(find(['/a', '/c'])).toBeNull();
  expect(find(['/a', '/b'], 'other/')).toBeNull();
  expect(find(['/a', '/b'], '{user}/')).toBe(batchId);
  expect(find(['/a', '/b'], '{user}/{date}/')).toBeNull();
  expect(find(['/a', '/b'], 'uploads/', 'other' as DestinationId)).toBeNull();
  must(store.addItems(batchId, found(1, 1)));
  must(store.markScanned(batchId));
  expect(find(['/a', '/b'])).toBe(batchId);
  // An end that still waits for its group counts already.
  store.write(1, end(itemIdAt(batchId, 1), done()));
  expect(find(['/a', '/b'])).toBeNull();
  await bench.clock.advance(50);
});

test('a scan finds its plan, and its fault is kept until the batch is scanned again', () => {
  const faces = { detect: true, ingest: { ask: false, tag: true, prefix: 'people/' } };
  const plan = newBatch({ faces, normalizeNames: 'nfc', conflict: 'overwrite' });
  const batchId = must(store.createBatch(plan));
  expect(must(store.batchPlan(batchId))).toEqual({ ...plan, batchId, scanning: true });
  const why = fault('source-missing', 'The folder is gone.');
  must(store.markScanFault(batchId, why));
  expect(must(store.batch(batchId))).toMatchObject({ scanning: false, scanFault: why });
  must(store.joinBatch(batchId, 'ask'));
  expect(must(store.batch(batchId))).not.toHaveProperty('scanFault');
  expect(must(store.batchPlan(99 as BatchId))).toBeNull();
});

test('batches come newest first with their counters', async () => {
  const first = batchOfFiles(6);
  const second = batchOfFiles(2, { name: 'later' });
  const [one, two, three, four, five] = idsOf(first, 5) as [ItemId, ItemId, ItemId, ItemId, ItemId];
  await write(end(one, done()), end(two, failed('dns')), end(three, { kind: 'canceled' }));
  await write(created(four), stored(four, 1), { kind: 'held', itemId: five, held: true });
  const [later, earlier] = must(store.listBatches(500));
  expect(later).toMatchObject({ batchId: second, name: 'later', items: 2, totalBytes: 3_000 });
  expect(earlier).toEqual({
    batchId: first,
    destinationId: DESTINATION,
    name: 'photos',
    kind: 'folder',
    createdAt: 1_000,
    scanning: false,
    items: 6,
    totalBytes: 21_000,
    counts: {
      waiting: 2,
      paused: 1,
      done: 1,
      skipped: 0,
      conflict: 0,
      sourceChanged: 0,
      failed: 1,
      canceled: 1,
    },
    verifiedBytes: 2_000,
    heldByUser: false,
  });
  expect(must(store.listBatches(1))).toHaveLength(1);
  must(await store.command('pause', { kind: 'all' }, []));
  expect(must(store.totals())).toMatchObject({
    items: 8,
    counts: { waiting: 0, paused: 5 },
    verifiedBytes: 2_000,
    pausedByUser: true,
  });
});

test('an item is told in full', async () => {
  const batchId = batchOfFiles(2);
  const itemId = itemIdAt(batchId, 2);
  await write(created(itemId), stored(itemId, 1));
  const open = must(store.detail(itemId));
  expect(open).toMatchObject({
    row: { itemId, name: '2024/2.jpg', verifiedBytes: 1_000, state: { kind: 'waiting' } },
    destinationId: DESTINATION,
    key: 'uploads/photos/2024/2.jpg',
    sourcePath: '/data/photos/2024/2.jpg',
    modifiedAt: snapshotOf(2).modifiedAt,
    uploadId: uploadIdOf(itemId),
    partSizeBytes: 1_000,
    parts: [part(1)],
    crc64: null,
    requestIds: ['request-1'],
  });
  await write({ kind: 'upload-closed', itemId }, end(itemId, done()));
  expect(must(store.detail(itemId))).toMatchObject({
    row: { state: { kind: 'done', at: 7 }, endedAt: 7, verifiedBytes: 2_000 },
    uploadId: null,
    partSizeBytes: 1_000,
    parts: [],
    crc64: '17704302369472222474',
    etag: 'ABC',
    versionId: null,
    requestIds: ['request-1', 'request-2', 'request-3'],
  });
  expect(must(store.detail(itemIdAt(batchId, 3)))).toBeNull();
  expect(must(store.row(itemIdAt(batchId, 3)))).toBeNull();
});

test('a key that is not prefix and name is kept whole', async () => {
  const batchId = must(store.createBatch(newBatch()));
  must(store.addItems(batchId, [{ ...found(1, 1)[0]!, key: 'elsewhere/1.jpg' as never }]));
  expect(must(await store.loadWork(DESTINATION, 0, 1))[0]?.key).toBe('elsewhere/1.jpg');
});

test('causes gather over batches by destination, state and code, with five samples', async () => {
  const first = batchOfFiles(4);
  const second = batchOfFiles(4);
  const elsewhere = batchOfFiles(1, { destinationId: 'other' as DestinationId });
  const conflict = fault('object-exists', 'There is one.');
  await write(
    ...idsOf(first, 3).map((itemId) => end(itemId, failed('no-permission'))),
    ...idsOf(second, 4).map((itemId) => end(itemId, failed('no-permission'))),
    end(itemIdAt(first, 4), { kind: 'conflict', fault: conflict }),
    end(itemIdAt(elsewhere, 1), failed('no-permission')),
  );
  const causes = must(store.causes());
  expect(causes.map((cause) => [cause.id, cause.files]).sort()).toEqual([
    ['home:conflict:object-exists', 1],
    ['home:failed:no-permission', 7],
    ['other:failed:no-permission', 1],
  ]);
  expect(causes.find((cause) => cause.files === 7)).toMatchObject({
    kind: 'failed',
    fault: { code: 'no-permission', message: 'It failed.' },
    itemIds: [...idsOf(first, 3), ...idsOf(second, 2)],
    names: [1, 2, 3, 1, 2].map((number) => `2024/${number}.jpg`),
  });
  must(await store.command('retry', { kind: 'batch', batchId: second }, []));
  must(await store.command('retry', { kind: 'batch', batchId: elsewhere }, []));
  expect(must(store.causes()).map((cause) => cause.files)).toEqual([1, 3]);
});

test('files of which the server was not told are a cause, and done all the same', async () => {
  const batchId = batchOfFiles(8);
  const [first, ...rest] = idsOf(batchId, 7);
  const why = fault('callback-failed', 'Error status : 502.');
  const callbackFault = { ...(done() as Extract<ItemEnd, { kind: 'done' }>), callbackFault: why };
  await write(...rest.map((itemId) => end(itemId, callbackFault)), end(first!, done()));
  expect(must(store.causes())).toEqual([
    {
      id: 'home:callback-failed:callback-failed',
      destinationId: 'home',
      kind: 'callback-failed',
      fault: why,
      files: 6,
      itemIds: rest.slice(0, 5),
      names: [2, 3, 4, 5, 6].map((number) => `2024/${number}.jpg`),
    },
  ]);
  expect(must(store.callbackFaultCount())).toBe(6);
  expect(must(store.totals()).counts).toMatchObject({ done: 7, failed: 0, waiting: 1 });
  must(store.noteCallback(rest[0]!, null));
  expect(must(store.causes())).toMatchObject([{ files: 5 }]);
  expect(must(store.totals()).counts).toMatchObject({ done: 7 });
  for await (const page of store.endedItems(batchId))
    expect(must(page).map((item) => 'callbackFault' in item.end)).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
      true,
    ]);
  for (const itemId of rest.slice(1)) must(store.noteCallback(itemId, null));
  expect(must(store.causes())).toEqual([]);
  expect(must(store.callbackFaultCount())).toBe(0);
});

test('receipts walk what has ended in the order of the rows, page after page', async () => {
  const batchId = batchOfFiles(1_203);
  const ids = idsOf(batchId, 1_203);
  const ended = ids.filter((_, index) => index !== 600).reverse();
  await write(...ended.slice(1).map((itemId) => end(itemId, done())), end(ended[0]!, failed('dns')));
  await write({ kind: 'possible-orphan', itemId: ids[0]! });
  const items: EndedItem[] = [];
  const pages: number[] = [];
  for await (const page of store.endedItems(batchId)) {
    pages.push(must(page).length);
    items.push(...must(page));
  }
  expect(pages).toEqual([500, 500, 202]);
  expect(items.map((item) => item.itemId)).toEqual([...ended].reverse());
  expect(items[0]).toEqual({
    itemId: ids[0],
    key: 'uploads/photos/2024/1.jpg',
    sourcePath: '/data/photos/2024/1.jpg',
    sizeBytes: 1_000,
    modifiedAt: snapshotOf(1).modifiedAt,
    at: 7,
    end: done(),
    possibleOrphan: true,
  });
  expect(items.at(-1)?.end).toEqual(failed('dns'));
});

test('a command over many rows lets others have their turn, and its counts are right', async () => {
  const batchId = batchOfFiles(5_500);
  const cancel = store.command('cancel', { kind: 'all' }, []);
  let turns = 0;
  let over = false;
  const watch = (): void => {
    turns += 1;
    if (!over) setImmediate(watch);
  };
  setImmediate(watch);
  expect(must(await cancel).affected).toBe(5_500);
  over = true;
  expect(turns).toBeGreaterThanOrEqual(5);
  expect(must(store.batch(batchId))?.counts).toMatchObject({ waiting: 0, canceled: 5_500 });
  expect(must(await store.command('retry', { kind: 'all' }, [])).affected).toBe(5_500);
  expect(must(await store.command('cancel', { kind: 'all' }, [itemIdAt(batchId, 3)])).affected).toBe(5_499);
  expect(must(await store.command('remove', { kind: 'all' }, [])).affected).toBe(5_499);
  expect(must(store.rows(batchId, 0, 10)).map((row) => row.itemId)).toEqual([itemIdAt(batchId, 3)]);
});

test('work that is asked for while a command runs is what the command leaves', async () => {
  batchOfFiles(3_000);
  const cancel = store.command('cancel', { kind: 'all' }, []);
  const work = store.loadWork(DESTINATION, 0, 100);
  expect(must(await work)).toEqual([]);
  expect(must(await cancel).affected).toBe(3_000);
});

test('a command that is cut short by closing says so, and what it did is whole', async () => {
  batchOfFiles(3_000);
  const cancel = store.command('cancel', { kind: 'all' }, []);
  await new Promise((resolve) => setImmediate(resolve));
  must(store.close());
  expect(await cancel).toMatchObject({ ok: false, fault: { code: 'engine-stopped' } });
  const { counts } = must(bench.open().totals());
  expect(counts.canceled % 1_000).toBe(0);
  expect(counts.canceled + counts.waiting).toBe(3_000);
});

test('more than 2,000 items at once are refused, and nothing of them is added', () => {
  const batchId = must(store.createBatch(newBatch()));
  expect(store.addItems(batchId, found(1, 2_001))).toMatchObject({ fault: { code: 'invalid-input' } });
  expect(must(store.batch(batchId))?.items).toBe(0);
});

test('after closing, nothing throws', async () => {
  const batchId = batchOfFiles(1);
  must(store.close());
  store.write(1, end(itemIdAt(batchId, 1), done()));
  await bench.clock.advance(5_000);
  expect(store.rows(batchId, 0, 1).ok).toBe(false);
  expect((await store.loadWork(DESTINATION, 0, 1)).ok).toBe(false);
  expect((await store.recover()).ok).toBe(false);
  expect((await store.command('cancel', { kind: 'all' }, [])).ok).toBe(false);
  expect(store.addItems(batchId, found(1, 1)).ok).toBe(false);
});

test('two paths with one hash are two rows', () => {
  const batchId = must(store.createBatch(newBatch()));
  must(store.addItems(batchId, found(1, 1)));
  const other = pathHash(batchId, 0, '2024/2.jpg');
  bench.database?.run('UPDATE items SET path_hash = ?', other);
  expect(must(store.addItems(batchId, found(2, 1)))).toEqual({ added: 1 });
  expect(must(store.addItems(batchId, found(2, 1)))).toEqual({ added: 0 });
});

test('a path is hashed to a whole number that depends on batch, root and name', () => {
  const hashes = [
    pathHash(1 as BatchId, 0, 'a'),
    pathHash(2 as BatchId, 0, 'a'),
    pathHash(1 as BatchId, 1, 'a'),
  ];
  hashes.push(
    pathHash(1 as BatchId, 0, 'b'),
    pathHash(1 as BatchId, 0, 'ab'),
    pathHash(1 as BatchId, 0, 'ba'),
  );
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(hashes.every((hash) => Number.isSafeInteger(hash) && hash >= 0)).toBe(true);
});
