import { faultSchema, fault, type Fault } from '../shared/faults';
import type { BatchId, DestinationId } from '../shared/ids';
import type { BatchRow, Counts } from '../shared/queue-view';
import { integerIn, textIn, textOrNull, type Database, type Row } from './database';
import type { QueueTotals, StoredBatch } from './queue-types';
import * as stands from './status-codes';

/** A fault as it was kept; one that cannot be read says so. */
export function readFault(text: string): Fault {
  try {
    const parsed = faultSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    // Not JSON: said below.
  }
  return fault('internal', 'The reason was kept in a form that this version cannot read.');
}

interface Sums {
  items: number;
  totalBytes: number;
  /** Of items that are done or skipped. */
  endedBytes: number;
  counts: { -readonly [Name in keyof Counts]: number };
}

const noSums = (): Sums => ({
  items: 0,
  totalBytes: 0,
  endedBytes: 0,
  counts: {
    waiting: 0,
    paused: 0,
    done: 0,
    skipped: 0,
    conflict: 0,
    sourceChanged: 0,
    failed: 0,
    canceled: 0,
  },
});

function countName(stand: number, held: boolean): keyof Counts {
  switch (stand) {
    case stands.WAITING:
    case stands.SCANNED:
      return held ? 'paused' : 'waiting';
    case stands.HELD:
      return 'paused';
    // A rule that asks the user is no pause by the user.
    case stands.EXEMPT:
    case stands.ASKING:
      return 'waiting';
    case stands.DONE:
      return 'done';
    case stands.SKIPPED:
      return 'skipped';
    case stands.CONFLICT:
      return 'conflict';
    case stands.SOURCE_CHANGED:
      return 'sourceChanged';
    case stands.FAILED:
      return 'failed';
    default:
      return 'canceled';
  }
}

function addCounter(sums: Sums, row: Row, held: boolean): void {
  const stand = integerIn(row, 'stand');
  const items = integerIn(row, 'items');
  const bytes = integerIn(row, 'bytes');
  sums.items += items;
  sums.totalBytes += bytes;
  if (stand === stands.DONE || stand === stands.SKIPPED) sums.endedBytes += bytes;
  sums.counts[countName(stand, held)] += items;
}

/** Acknowledged bytes of unended items, by batch. Few rows have an open upload, whatever the length of the queue. */
export const KEPT_QUERY = `
  SELECT u.item_id / 4294967296 AS batch_id, sum(u.kept_bytes) AS bytes
  FROM uploads u INDEXED BY uploads_open CROSS JOIN work w ON w.item_id = u.item_id
  WHERE u.upload_id IS NOT NULL AND u.kept_bytes > 0 AND w.stand < 10
  GROUP BY 1`;

const keptBytes = (database: Database): ReadonlyMap<number, number> =>
  new Map(database.all(KEPT_QUERY).map((row) => [integerIn(row, 'batch_id'), integerIn(row, 'bytes')]));

/** Newest first. */
export function listBatches(database: Database, limit: number): readonly StoredBatch[] {
  const rows = database.all('SELECT * FROM batches ORDER BY batch_id DESC LIMIT ?', Math.min(limit, 500));
  const kept = keptBytes(database);
  return rows.map((row) => storedBatch(database, row, kept));
}

export function oneBatch(database: Database, batchId: BatchId): StoredBatch | null {
  const row = database.get('SELECT * FROM batches WHERE batch_id = ?', batchId);
  return row === undefined ? null : storedBatch(database, row, keptBytes(database));
}

function storedBatch(database: Database, row: Row, kept: ReadonlyMap<number, number>): StoredBatch {
  const batchId = integerIn(row, 'batch_id') as BatchId;
  const held = integerIn(row, 'held') === 1;
  const sums = noSums();
  for (const counter of database.all('SELECT stand, items, bytes FROM counters WHERE batch_id = ?', batchId))
    addCounter(sums, counter, held);
  const scanFault = textOrNull(row, 'scan_fault');
  return {
    batchId,
    destinationId: textIn(row, 'destination_id') as DestinationId,
    name: textIn(row, 'name'),
    kind: textIn(row, 'kind') as BatchRow['kind'],
    createdAt: integerIn(row, 'created_at'),
    scanning: integerIn(row, 'scanning') === 1,
    ...(scanFault === null ? {} : { scanFault: readFault(scanFault) }),
    items: sums.items,
    totalBytes: sums.totalBytes,
    counts: sums.counts,
    verifiedBytes: sums.endedBytes + (kept.get(batchId) ?? 0),
    heldByUser: held,
  };
}

/** Of the whole queue, whatever the number of batches. */
export function totals(database: Database): QueueTotals {
  const sums = noSums();
  const rows = database.all(
    `SELECT b.held, c.stand, sum(c.items) AS items, sum(c.bytes) AS bytes
     FROM counters c CROSS JOIN batches b ON b.batch_id = c.batch_id GROUP BY b.held, c.stand`,
  );
  for (const row of rows) addCounter(sums, row, integerIn(row, 'held') === 1);
  const kept = [...keptBytes(database).values()].reduce((sum, bytes) => sum + bytes, 0);
  const scan = database.get('SELECT 1 FROM batches WHERE scanning = 1 LIMIT 1');
  return {
    items: sums.items,
    totalBytes: sums.totalBytes,
    counts: sums.counts,
    verifiedBytes: sums.endedBytes + kept,
    scanning: scan !== undefined,
    pausedByUser: sums.counts.paused > 0 && sums.counts.waiting === 0,
  };
}

export function countPossibleOrphans(database: Database): number {
  const row = database.get('SELECT count(*) AS items FROM uploads WHERE possible_orphan = 1');
  return row === undefined ? 0 : integerIn(row, 'items');
}
