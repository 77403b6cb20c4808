import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StoreRecord } from '../../../src/engine/queue-ports';
import type { FacesFilter } from '../../../src/shared/faces';
import { fault } from '../../../src/shared/faults';
import { itemIdAt, type BatchId, type DestinationId, type ItemId } from '../../../src/shared/ids';
import type { FacesNote } from '../../../src/store/faces/faces-types';
import type { QueueStore } from '../../../src/store/queue-types';
import { DESTINATION, done, end, failed, found, must, newBatch } from '../../fakes/queue-samples';
import { SqliteBench } from '../../fakes/sqlite-bench';

const SAMPLE = readFileSync(new URL('../../fixtures/detect-image-faces.json', import.meta.url), 'utf8');
const NOBODY = '' as DestinationId;
const NONE = { all: 0, with: 0, without: 0, failed: 0, waiting: 0, asking: 0 };

let bench: SqliteBench;
let store: QueueStore;
let seq: number;
beforeEach(() => {
  bench = new SqliteBench();
  ({ store } = bench);
  seq = 0;
});
afterEach(() => bench.dispose());

const write = async (...records: StoreRecord[]): Promise<void> => {
  for (const record of records) store.write((seq += 1), record);
  await bench.clock.advance(50);
};
const batchOf = (files: number, detect = true): BatchId => {
  const batchId = must(store.createBatch(newBatch({ faces: { detect, ingest: null } })));
  must(store.addItems(batchId, found(1, files)));
  must(store.markScanned(batchId));
  return batchId;
};
const due = (source: 'imm' | 'local' = 'imm', now = 1_000) =>
  must(store.faces.due(source, source === 'imm' ? DESTINATION : NOBODY, now, 100));
const skipped = { kind: 'skipped', why: 'identical', crc64: '1' as never, etag: 'E' as never } as const;
const answer = (itemId: ItemId, raw: string, more: Partial<FacesNote> = {}): boolean =>
  must(
    store.faces.note({
      itemId,
      source: 'imm',
      at: 20,
      project: 'faces',
      etag: 'ABC',
      key: 'uploads/1.jpg',
      answer: {
        kind: 'found',
        faces: (JSON.parse(raw) as { Faces: unknown[] }).Faces.length,
        raw,
        image: null,
        milliseconds: 300,
      },
      verdict: null,
      ...more,
    }),
  );
const refused = (itemId: ItemId, source: 'imm' | 'local' = 'imm'): boolean =>
  answer(itemId, '{"Faces":[]}', {
    source,
    answer: { kind: 'failed', fault: fault('object-gone', 'It is gone.') },
  });
const facesAt = (count: number): string =>
  JSON.stringify({
    Faces: Array.from({ length: count }, (_, index) => ({
      Age: index,
      Boundary: { Left: 1, Top: 1, Width: 5, Height: 5 },
    })),
  });
const page = (filter: FacesFilter, batchId: BatchId | null = null) =>
  must(store.faces.page(batchId, filter, 0, 200));

describe('automatic questions', () => {
  test('are written with the end of an upload: of pictures, that are in the bucket, where the batch says so', async () => {
    const batchId = batchOf(4);
    const others = batchOf(1, false);
    const [first] = found(9, 1);
    const document = { ...first!, name: '2024/notes.pdf', key: 'uploads/notes.pdf' as never };
    const papers = must(store.createBatch(newBatch({ faces: { detect: true, ingest: null } })));
    must(store.addItems(papers, [document]));
    const ids = [1, 2, 3, 4].map((position) => itemIdAt(batchId, position));
    await write(
      end(ids[0]!, done()),
      end(ids[1]!, skipped),
      end(ids[2]!, failed('dns')),
      end(ids[3]!, { kind: 'canceled' }),
      end(itemIdAt(others, 1), done()),
      end(itemIdAt(papers, 1), done()),
    );
    expect(due().map(({ itemId, etag, automatic, uploaded }) => [itemId, etag, automatic, uploaded])).toEqual(
      [
        [ids[0], 'ABC', true, true],
        [ids[1], 'E', true, true],
      ],
    );
    expect(must(store.faces.counts())).toEqual({ ...NONE, all: 2, waiting: 2 });
  });

  test('are there after a crash whenever the end is, and only then', async () => {
    const batchId = batchOf(2);
    await write(end(itemIdAt(batchId, 1), done()));
    store.write((seq += 1), end(itemIdAt(batchId, 2), done()));
    store = bench.crash();
    expect(due().map((question) => question.itemId)).toEqual([itemIdAt(batchId, 1)]);
    expect(must(store.rows(batchId, 0, 9)).map((row) => row.state.kind)).toEqual(['done', 'waiting']);
  });

  test('come in their order, those of the user first, those that were put off when they are due', async () => {
    const batchId = batchOf(3);
    const ids = [1, 2, 3].map((position) => itemIdAt(batchId, position)) as [ItemId, ItemId, ItemId];
    await write(...ids.slice(0, 2).map((itemId) => end(itemId, done())));
    must(store.faces.postpone(ids[0], 'imm', 3, 5_000));
    await write(end(ids[2], failed('dns')));
    expect(due().map(({ itemId }) => itemId)).toEqual([ids[1]]);
    expect(must(store.faces.nextDueAt('imm', DESTINATION))).toBe(7);
    must(store.faces.drop(ids[1], 'imm'));
    expect(must(store.faces.nextDueAt('imm', DESTINATION))).toBe(5_000);
    store = bench.crash();
    expect(due('imm', 5_000)).toMatchObject([{ itemId: ids[0], attempts: 3 }]);
    must(await store.faces.ask('imm', { kind: 'items', itemIds: [ids[1]] }, () => true));
    expect(due('imm', 5_000).map(({ itemId }) => itemId)).toEqual([ids[1], ids[0]]);
    expect(due('imm', 5_000)[0]?.automatic).toBe(false);
  });
});

describe('asking by hand', () => {
  test('IMM: what is in the bucket and a picture, of a destination that may', async () => {
    const batchId = batchOf(3, false);
    await write(end(itemIdAt(batchId, 1), done()), end(itemIdAt(batchId, 2), failed('dns')));
    const all = { kind: 'all' } as const;
    expect(must(await store.faces.ask('imm', all, () => false))).toEqual({ queued: 0, refused: 3 });
    expect(must(await store.faces.ask('imm', { kind: 'batch', batchId }, () => true))).toEqual({
      queued: 1,
      refused: 2,
    });
    expect(must(await store.faces.ask('local', all, () => true))).toEqual({ queued: 3, refused: 0 });
    expect(due('local', bench.clock.now())).toHaveLength(3);
    expect(
      must(await store.faces.ask('imm', { kind: 'items', itemIds: [77 as ItemId] }, () => true)),
    ).toEqual({
      queued: 0,
      refused: 1,
    });
  });

  test('2,500 of them, in pieces', async () => {
    const batchId = must(store.createBatch(newBatch()));
    for (let first = 1; first < 2_500; first += 500) must(store.addItems(batchId, found(first, 500)));
    expect(must(await store.faces.ask('local', { kind: 'all' }, () => true)).queued).toBe(2_500);
    expect(must(store.faces.counts()).waiting).toBe(2_500);
    expect(must(await store.faces.clear({ kind: 'all' })).cleared).toBe(2_500);
    expect(must(store.faces.counts())).toEqual(NONE);
  });
});

describe('answers', () => {
  test('are kept with what they are about, with the raw text, and counted', async () => {
    const batchId = batchOf(3);
    const ids = [1, 2, 3].map((position) => itemIdAt(batchId, position)) as [ItemId, ItemId, ItemId];
    await write(...ids.map((itemId) => end(itemId, done())));
    expect(answer(ids[0], SAMPLE)).toBe(true);
    answer(ids[1], '{"Faces":[]}');
    refused(ids[2]);
    expect(due()).toEqual([]);
    const detail = must(store.faces.detail(ids[0]));
    expect(detail.imm).toMatchObject({
      state: { kind: 'found', at: 20, milliseconds: 300 },
      project: 'faces',
      etag: 'ABC',
      image: null,
      raw: SAMPLE,
    });
    expect(bench.database?.get('SELECT object_key FROM faces WHERE item_id = ?', ids[0])).toEqual({
      object_key: 'uploads/1.jpg',
    });
    expect(detail.imm?.faces[0]).toMatchObject({ Age: 45, Mask: 'none' });
    expect(detail.local).toBeNull();
    expect(must(store.faces.detail(ids[2])).imm?.state).toEqual({
      kind: 'failed',
      at: 20,
      fault: fault('object-gone', 'It is gone.'),
    });
    const counts = { ...NONE, all: 3, with: 1, without: 1, failed: 1 };
    expect(must(store.faces.counts())).toEqual(counts);
    expect(must(store.faces.batches())).toEqual([{ batchId, name: 'photos', counts }]);
    expect(page('with').rows).toMatchObject([
      { itemId: ids[0], state: 'found', source: 'imm', faces: 1, firstFace: { source: 'imm', faceIndex: 0 } },
    ]);
    expect(page('failed', batchId)).toMatchObject({ total: 1, rows: [{ itemId: ids[2], firstFace: null }] });
    expect(page('without').total).toBe(1);
    store = bench.crash();
    expect(must(store.faces.counts())).toEqual(counts);
  });

  test('of a question that is gone are not kept', async () => {
    const batchId = batchOf(1);
    const itemId = itemIdAt(batchId, 1);
    await write(end(itemId, done()));
    must(await store.faces.clear({ kind: 'all' }));
    expect(answer(itemId, SAMPLE)).toBe(false);
    expect(must(store.faces.counts())).toEqual(NONE);
    expect(must(store.faces.detail(itemId))).toEqual({ imm: null, local: null, decision: null });
  });

  test("IMM's goes before this device's, and asking it again brings that back until it answers", async () => {
    const itemId = itemIdAt(batchOf(1), 1);
    await write(end(itemId, done()));
    must(await store.faces.ask('local', { kind: 'all' }, () => true));
    answer(itemId, facesAt(3), { source: 'local' });
    expect(page('all').rows).toMatchObject([{ source: 'local', faces: 3, state: 'found' }]);
    answer(itemId, facesAt(2));
    expect(page('all').rows).toMatchObject([{ source: 'imm', faces: 2 }]);
    expect(must(store.faces.sheet(null, 0, 200))).toMatchObject({ total: 2, rows: [{ source: 'imm' }, {}] });
    must(await store.faces.ask('imm', { kind: 'all' }, () => true));
    expect(must(store.faces.sheet(null, 1, 1))).toMatchObject({
      total: 3,
      rows: [{ source: 'local', faceIndex: 1 }],
    });
    refused(itemId);
    expect(page('failed').rows).toMatchObject([{ source: 'imm', state: 'failed', faces: 0 }]);
    expect(must(store.faces.sheet(null, 0, 200)).total).toBe(3);
  });

  test('300 faces, and faces that have no place', async () => {
    const batchId = batchOf(2);
    const ids = [itemIdAt(batchId, 1), itemIdAt(batchId, 2)] as const;
    await write(...ids.map((itemId) => end(itemId, done())));
    answer(ids[0], facesAt(300));
    const corners = [
      { X: 1, Y: 2 },
      { X: 5, Y: 2 },
      { X: 5, Y: 9 },
    ];
    const nowhere = [{ Age: 3 }, { Boundary: { Polygon: corners.slice(0, 1) } }, { Boundary: { Width: 4 } }];
    answer(ids[1], JSON.stringify({ Faces: [...nowhere, { Boundary: { Polygon: corners } }] }));
    const sheet = must(store.faces.sheet(batchId, 299, 200));
    expect(sheet.total).toBe(301);
    expect(sheet.rows.map((tile) => [tile.itemId, tile.faceIndex])).toEqual([
      [ids[0], 299],
      [ids[1], 3],
    ]);
    expect(page('with').rows.map((row) => row.faces)).toEqual([300, 4]);
  });

  test('go with their item', async () => {
    const batchId = batchOf(2);
    const [one, two] = [itemIdAt(batchId, 1), itemIdAt(batchId, 2)];
    await write(end(one, done()), end(two, done()));
    answer(one, SAMPLE);
    must(await store.command('remove', { kind: 'items', itemIds: [one] }, []));
    expect(must(store.faces.counts())).toEqual({ ...NONE, all: 1, waiting: 1 });
    expect(due().map(({ itemId }) => itemId)).toEqual([two]);
    must(await store.command('remove', { kind: 'all' }, []));
    for (const table of [
      'faces',
      'face_answers',
      'face_questions',
      'face_tiles',
      'pictures',
      'face_counters',
    ])
      expect(bench.database?.all(`SELECT * FROM ${table}`)).toEqual([]);
  });
});

describe('a rule that holds pictures back', () => {
  const held = (): BatchId => {
    const faces = { detect: false, ingest: { ask: true, tag: true, prefix: 'people/' } };
    const batchId = must(store.createBatch(newBatch({ faces })));
    must(
      store.addItems(
        batchId,
        found(1, 2).map((item) => ({ ...item, looksFirst: true })),
      ),
    );
    must(store.markScanned(batchId));
    return batchId;
  };

  test('has its pictures asked about before all others, with the rule as it was then', async () => {
    const before = batchOf(1, false);
    must(await store.faces.ask('local', { kind: 'all' }, () => true));
    const batchId = held();
    const questions = due('local', bench.clock.now());
    expect(questions.map(({ itemId }) => itemId)).toEqual([
      itemIdAt(batchId, 1),
      itemIdAt(batchId, 2),
      itemIdAt(before, 1),
    ]);
    expect(questions[0]?.ingest).toEqual({
      rule: { ask: true, tag: true, prefix: 'people/' },
      batchPrefix: 'uploads/',
      normalizeNames: 'as-is',
    });
    expect(questions[2]?.ingest).toBeNull();
    expect(must(store.faces.held())).toEqual({ looking: 2, asking: 0 });
  });

  test('counts what asks, shows the decision, and cannot be cleared away', async () => {
    const batchId = held();
    const [one] = [itemIdAt(batchId, 1)];
    const verdict = { kind: 'ask', faces: 2, tag: 'faces=2', key: 'people/1.jpg' as never } as const;
    answer(one, facesAt(2), { source: 'local', verdict });
    expect(must(store.faces.counts())).toEqual({
      all: 2,
      with: 1,
      without: 0,
      failed: 0,
      waiting: 1,
      asking: 1,
    });
    expect(must(store.faces.held())).toEqual({ looking: 1, asking: 1 });
    const decision = { faces: 2, asks: true, tag: 'faces=2', key: 'people/1.jpg' };
    expect(must(store.faces.detail(one)).decision).toEqual(decision);
    expect(page('asking').rows).toMatchObject([{ itemId: one, asks: true, state: 'found', source: 'local' }]);
    expect(must(store.faces.asking(10))).toMatchObject([
      { itemId: one, faces: 2, sourcePath: '/data/photos/2024/1.jpg' },
    ]);
    expect(must(await store.faces.clear({ kind: 'all' })).cleared).toBe(0);
    must(store.faces.decide([one], 'by-rule'));
    expect(must(store.faces.detail(one)).decision).toEqual({ ...decision, asks: false });
    expect(must(store.faces.counts()).asking).toBe(0);
  });

  test('nobody there to ask: it has failed and no longer asks', () => {
    const one = itemIdAt(held(), 1);
    answer(one, facesAt(2), {
      source: 'local',
      verdict: { kind: 'ask', faces: 2, tag: null, key: null },
    });
    must(store.faces.refuse(one, 30, fault('canceled', 'Nobody can be asked.')));
    expect(must(store.row(one))?.state).toMatchObject({ kind: 'failed' });
    expect(must(store.faces.counts()).asking).toBe(0);
    expect(must(store.faces.held())).toEqual({ looking: 1, asking: 0 });
  });
});

test('what changed is told by id, at most 200 of them', async () => {
  let told = 0;
  store.faces.onTouched(() => (told += 1));
  const batchId = batchOf(250);
  expect(store.faces.takeTouched()).toEqual({ itemIds: [], cut: false });
  await write(end(itemIdAt(batchId, 1), done()), end(itemIdAt(batchId, 2), done()));
  expect(told).toBe(1);
  expect(store.faces.takeTouched()).toEqual({
    itemIds: [itemIdAt(batchId, 1), itemIdAt(batchId, 2)],
    cut: false,
  });
  must(await store.faces.ask('local', { kind: 'all' }, () => true));
  const many = store.faces.takeTouched();
  expect([many.itemIds.length, many.cut, told]).toEqual([200, true, 2]);
});
