import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoreRecord } from '../../../src/engine/queue-ports';
import { fault } from '../../../src/shared/faults';
import { itemIdAt, type BatchId, type ItemId } from '../../../src/shared/ids';
import type { Scope } from '../../../src/shared/queue-view';
import { MemoryStore, type SeededStore } from '../../fakes/memory-store';
import {
  created,
  DESTINATION,
  done,
  end,
  failed,
  found,
  must,
  newBatch,
  stored,
} from '../../fakes/queue-samples';
import { SqliteBench } from '../../fakes/sqlite-bench';
import { VirtualClock } from '../../fakes/store-clock';

// Whatever is done to the product's store and to the one in memory, both must stand alike: one is the other's oracle.

const BATCHES = 3;
const FILES = 5;
const itemId = fc
  .tuple(fc.integer({ min: 1, max: BATCHES }), fc.integer({ min: 1, max: FILES }))
  .map(([batchId, position]) => itemIdAt(batchId as BatchId, position));

const record = (make: (itemId: ItemId, number: number) => StoreRecord): fc.Arbitrary<StoreRecord> =>
  fc.tuple(itemId, fc.integer({ min: 1, max: 3 })).map(([id, number]) => make(id, number));
const records = fc.oneof(
  record((id) => ({ kind: 'initiating', itemId: id, atServer: 5 })),
  record(created),
  record(stored),
  record((id, number) => ({ kind: 'part-begun', itemId: id, partNumber: number })),
  record((id, number) => ({ kind: 'parts-dropped', itemId: id, partNumbers: [number] })),
  record((id) => ({ kind: 'upload-closed', itemId: id })),
  record((id) => ({ kind: 'possible-orphan', itemId: id })),
  record((id, number) => ({ kind: 'held', itemId: id, held: number > 1 })),
  record((id) => end(id, done())),
  record((id, number) => end(id, failed(number === 1 ? 'dns' : 'no-permission'))),
  record((id) => end(id, { kind: 'conflict', fault: fault('object-exists', 'There is one.') })),
  record((id) => end(id, { kind: 'source-changed', fault: fault('source-changed', 'It changed.') })),
);

const scope: fc.Arbitrary<Scope> = fc.oneof(
  fc.constant<Scope>({ kind: 'all' }),
  fc.integer({ min: 1, max: BATCHES }).map((id): Scope => ({ kind: 'batch', batchId: id as BatchId })),
  fc
    .uniqueArray(itemId, { minLength: 1, maxLength: 4 })
    .map((itemIds): Scope => ({ kind: 'items', itemIds })),
);

type Step =
  | { readonly kind: 'write'; readonly record: StoreRecord }
  | { readonly kind: 'wait' | 'crash' }
  | { readonly kind: 'add'; readonly batchId: BatchId; readonly first: number }
  | { readonly kind: 'scanned'; readonly batchId: BatchId }
  | {
      readonly kind: 'command';
      readonly verb: 'pause' | 'resume' | 'retry' | 'cancel' | 'remove';
      readonly scope: Scope;
      readonly live: readonly ItemId[];
    };

const batchId = fc.integer({ min: 1, max: BATCHES }).map((id) => id as BatchId);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: records.map((each): Step => ({ kind: 'write', record: each })) },
  { weight: 3, arbitrary: fc.constant<Step>({ kind: 'wait' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'crash' }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(batchId, fc.integer({ min: 1, max: FILES }))
      .map(([id, first]): Step => ({ kind: 'add', batchId: id, first })),
  },
  { weight: 1, arbitrary: batchId.map((id): Step => ({ kind: 'scanned', batchId: id })) },
  {
    weight: 4,
    arbitrary: fc
      .record({
        verb: fc.constantFrom('pause', 'resume', 'retry', 'cancel', 'remove'),
        scope,
        live: fc.uniqueArray(itemId, { maxLength: 2 }),
      })
      .map((command): Step => ({ kind: 'command', ...command })),
  },
);

const byId = (a: { itemId: number }, b: { itemId: number }): number => a.itemId - b.itemId;

async function look(store: SeededStore): Promise<unknown> {
  const recovered = must(await store.recover());
  return {
    work: must(await store.loadWork(DESTINATION, 0, 100)),
    recovered: { ...recovered, leftovers: [...recovered.leftovers].sort(byId) },
    rows: Array.from({ length: BATCHES }, (_, index) => must(store.rows((index + 1) as BatchId, 0, 500))),
    page: must(store.rows(1 as BatchId, 1, 2)),
  };
}

async function take(next: Step, store: SeededStore, clock: VirtualClock, seq: number): Promise<unknown> {
  switch (next.kind) {
    case 'write':
      store.write(seq, next.record);
      return undefined;
    case 'wait':
      return clock.advance(50);
    case 'crash':
      return undefined;
    case 'add':
      return store.addItems(next.batchId, found(next.first, 2));
    case 'scanned':
      return store.markScanned(next.batchId);
    case 'command': {
      const result = must(await store.command(next.verb, next.scope, next.live));
      return { affected: result.affected, leftovers: [...result.leftovers].sort(byId) };
    }
  }
}

function checkCounters(bench: SqliteBench): void {
  const counted = bench.database?.all(
    'SELECT batch_id, stand, code, items, bytes FROM counters WHERE items <> 0 OR bytes <> 0 ORDER BY 1, 2, 3',
  );
  const actual = bench.database?.all(
    `SELECT w.item_id / 4294967296 AS batch_id, w.stand, ifnull(e.code, '') AS code,
       count(*) AS items, sum(w.size_bytes) AS bytes
     FROM work w LEFT JOIN ends e ON e.item_id = w.item_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
  );
  expect(counted).toEqual(actual);
  const kept = bench.database?.all(
    `SELECT u.item_id FROM uploads u WHERE u.kept_bytes <>
       (SELECT ifnull(sum(p.size_bytes), 0) FROM parts p WHERE p.item_id = u.item_id)`,
  );
  expect(kept).toEqual([]);
  for (const table of ['items', 'ends', 'uploads', 'parts', 'begun']) {
    const strays = `SELECT item_id FROM ${table} WHERE item_id NOT IN (SELECT item_id FROM work)`;
    expect(bench.database?.all(strays)).toEqual([]);
  }
}

test('the store of the product and the store in memory stand alike, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      const bench = new SqliteBench();
      try {
        const clock = new VirtualClock();
        let memory = new MemoryStore(clock);
        for (const store of [bench.store, memory]) {
          for (let id = 1; id <= BATCHES; id += 1) {
            must(store.createBatch(newBatch({ name: String(id) })));
            must(store.addItems(id as BatchId, found(1, FILES - 1)));
          }
        }
        let seq = 0;
        for (const next of steps) {
          seq += 1;
          if (next.kind === 'crash') {
            bench.crash();
            memory = memory.crash();
            continue;
          }
          const [one, other] = [
            await take(next, bench.store, bench.clock, seq),
            await take(next, memory, clock, seq),
          ];
          expect(one).toEqual(other);
        }
        expect(await look(bench.store)).toEqual(await look(memory));
        checkCounters(bench);
      } finally {
        bench.dispose();
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);
