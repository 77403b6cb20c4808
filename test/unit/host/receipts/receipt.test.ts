import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readReceipt } from '../../../../src/host/receipts/read-receipt';
import { writeReceipt } from '../../../../src/host/receipts/write-receipt';
import { itemIdAt, type BatchId } from '../../../../src/shared/ids';
import { profileSchema } from '../../../../src/shared/profile';
import { done, end, failed, found, must, newBatch } from '../../../fakes/queue-samples';
import { SqliteBench } from '../../../fakes/sqlite-bench';

const facts = {
  profile: profileSchema.parse({
    name: 'Sandbox',
    region: 'cn-hangzhou',
    bucket: 'sandbox',
    authorization: { kind: 'temporary' },
  }),
  app: 'oss-ferry 1.2.3',
  startedAt: 1_000,
};

let bench: SqliteBench;
let seq: number;
beforeEach(() => {
  bench = new SqliteBench();
  seq = 0;
});
afterEach(() => bench.dispose());

function batchOf(first: number, files: number): BatchId {
  const batchId = must(bench.store.createBatch(newBatch()));
  must(bench.store.addItems(batchId, found(first, files)));
  must(bench.store.markScanned(batchId));
  return batchId;
}

it('holds what is in the bucket of all batches, page after page, and is read as it was written', async () => {
  const many = batchOf(1, 1_203);
  const gone = batchOf(2_001, 1);
  const last = batchOf(3_001, 2);
  const versioned = { ...done(), versionId: 'v7' } as ReturnType<typeof done>;
  const { store } = bench;
  const records = [
    ...Array.from({ length: 1_203 }, (_, at) => end(itemIdAt(many, at + 1), done())),
    end(itemIdAt(gone, 1), { kind: 'canceled' }),
    end(itemIdAt(last, 1), versioned),
    end(itemIdAt(last, 2), failed('dns')),
    { kind: 'possible-orphan', itemId: itemIdAt(last, 1) } as const,
  ];
  for (const record of records) store.write((seq += 1), record);
  await bench.clock.advance(50);
  await store.command('remove', { kind: 'batch', batchId: gone }, []);
  const file = join(bench.directory, 'receipt');
  must(await writeReceipt(bench.directory, file, facts));
  expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(1_203 + 1 + 2 + 1);
  const { header, lines } = must(await readReceipt(file));
  expect(header).toMatchObject({ bucket: 'sandbox', startedAt: '1970-01-01T00:00:01.000Z' });
  expect(lines.size).toBe(1_204);
  expect(lines.get('uploads/photos/2024/3001.jpg')).toMatchObject({
    path: '/data/photos/2024/3001.jpg',
    size: 3_001_000,
    versionId: 'v7',
    requestIds: ['request-2', 'request-3'],
    possibleOrphan: true,
  });
  expect(lines.get('uploads/photos/2024/1.jpg')).not.toHaveProperty('possibleOrphan');
  expect(lines.has('uploads/photos/2024/3002.jpg')).toBe(false);
});
