import type { UploadedPart } from '../engine/ports';
import type { Checkpoint, Leftover, ScanJob, WorkItem } from '../engine/queue-ports';
import {
  batchOf,
  itemIdAt,
  positionOf,
  type BatchId,
  type Crc64,
  type DestinationId,
  type ETag,
  type ItemId,
  type ObjectKey,
  type UploadId,
} from '../shared/ids';
import type { ConflictPolicy } from '../shared/profile';
import { integerIn, integerOrNull, textIn, textOrNull, type Database, type Row } from './database';
import { keyOf, sourcePathOf } from './item-path';
import type { RecoveredQueue } from './queue-types';
import { CANCELED, CONFLICT, DONE, EXEMPT, SKIPPED, SOURCE_CHANGED, WAITING } from './status-codes';

/** Plans are pinned: the planner would walk all rows of a batch instead of the few that are open. */
export const WORK_QUERY = `
  SELECT w.item_id, w.size_bytes, w.look_again, w.conflict, i.name, i.object_key, i.renamed_from, i.modified_at,
    i.fingerprint, r.path, r.key_prefix, r.is_file, u.upload_id, u.part_size, u.initiating_at, d.tag
  FROM work w INDEXED BY work_open
  CROSS JOIN items i ON i.item_id = w.item_id
  CROSS JOIN roots r ON r.batch_id = ? AND r.root_index = i.root_index
  LEFT JOIN uploads u ON u.item_id = w.item_id
  LEFT JOIN face_decisions d ON d.item_id = w.item_id
  WHERE w.stand = ? AND w.stand < 10 AND w.item_id > ? AND w.item_id < ?
  ORDER BY w.item_id LIMIT ?`;

const BATCHES_WITH_WORK = `
  SELECT batch_id, held, conflict, position_at_open FROM batches b
  WHERE destination_id = ? AND batch_id >= ? AND EXISTS (
    SELECT 1 FROM counters c WHERE c.batch_id = b.batch_id AND c.items > 0
      AND c.stand = CASE b.held WHEN 1 THEN ${EXEMPT} ELSE ${WAITING} END)
  ORDER BY batch_id`;

/** Runnable items of a destination after an id, in the order of their ids. */
export function loadWork(
  database: Database,
  destinationId: DestinationId,
  after: number,
  limit: number,
): readonly WorkItem[] {
  const work: WorkItem[] = [];
  for (const batch of database.all(BATCHES_WITH_WORK, destinationId, batchOf(after as ItemId))) {
    if (work.length >= limit) break;
    const batchId = integerIn(batch, 'batch_id') as BatchId;
    const rows = database.all(
      WORK_QUERY,
      batchId,
      integerIn(batch, 'held') === 1 ? EXEMPT : WAITING,
      Math.max(after, itemIdAt(batchId, 0)),
      itemIdAt((batchId + 1) as BatchId, 0),
      limit - work.length,
    );
    for (const row of rows) work.push(workItem(database, destinationId, batch, row));
  }
  return work;
}

function workItem(database: Database, destinationId: DestinationId, batch: Row, row: Row): WorkItem {
  const itemId = integerIn(row, 'item_id') as ItemId;
  return {
    itemId,
    batchId: batchOf(itemId),
    destinationId,
    key: keyOf(row),
    renamedFrom: textOrNull(row, 'renamed_from') as ObjectKey | null,
    name: textIn(row, 'name'),
    source: {
      path: sourcePathOf(row),
      snapshot: {
        sizeBytes: integerIn(row, 'size_bytes'),
        modifiedAt: integerIn(row, 'modified_at'),
        fingerprint: textIn(row, 'fingerprint'),
      },
    },
    conflict: (textOrNull(row, 'conflict') ?? textIn(batch, 'conflict')) as ConflictPolicy,
    tagging: textOrNull(row, 'tag'),
    checkpoint: checkpointOf(database, itemId, row),
    initiatingAtServer: integerOrNull(row, 'initiating_at'),
    begun: database
      .all('SELECT part_number FROM begun WHERE item_id = ? ORDER BY part_number', itemId)
      .map((begun) => integerIn(begun, 'part_number')),
    fromEarlierRun: positionOf(itemId) <= integerIn(batch, 'position_at_open'),
    lookAgain: integerIn(row, 'look_again') === 1,
  };
}

function checkpointOf(database: Database, itemId: ItemId, row: Row): Checkpoint | null {
  const uploadId = textOrNull(row, 'upload_id');
  if (uploadId === null) return null;
  return {
    uploadId: uploadId as UploadId,
    partSizeBytes: integerIn(row, 'part_size'),
    parts: partsOf(database, itemId),
  };
}

/** By number. */
export function partsOf(database: Database, itemId: ItemId): readonly UploadedPart[] {
  const rows = database.all(
    'SELECT part_number, size_bytes, etag, crc64 FROM parts WHERE item_id = ? ORDER BY part_number',
    itemId,
  );
  return rows.map((row) => ({
    partNumber: integerIn(row, 'part_number'),
    sizeBytes: integerIn(row, 'size_bytes'),
    etag: textIn(row, 'etag') as ETag,
    crc64: textIn(row, 'crc64') as Crc64,
  }));
}

/** Rows whose upload is still open and will not be taken up again (an item that failed keeps its parts for a retry). */
export const LEFTOVERS_QUERY = `
  SELECT u.item_id FROM uploads u INDEXED BY uploads_open CROSS JOIN work w ON w.item_id = u.item_id
  WHERE u.upload_id IS NOT NULL AND w.stand IN (${DONE}, ${SKIPPED}, ${CONFLICT}, ${SOURCE_CHANGED}, ${CANCELED})`;

const leftoverOf = (row: Row, key: ObjectKey): Leftover => ({
  itemId: integerIn(row, 'item_id') as ItemId,
  destinationId: textIn(row, 'destination_id') as DestinationId,
  key,
  uploadId: textIn(row, 'upload_id') as UploadId,
});

/** What the open upload of one item would leave behind. */
export function leftoverOfItem(database: Database, itemId: ItemId): Leftover | null {
  const row = database.get(
    `SELECT u.item_id, u.upload_id, i.name, i.object_key, r.key_prefix, b.destination_id
     FROM uploads u
     CROSS JOIN items i ON i.item_id = u.item_id
     CROSS JOIN batches b ON b.batch_id = ?
     CROSS JOIN roots r ON r.batch_id = b.batch_id AND r.root_index = i.root_index
     WHERE u.item_id = ? AND u.upload_id IS NOT NULL`,
    batchOf(itemId),
    itemId,
  );
  return row === undefined ? null : leftoverOf(row, keyOf(row));
}

/** All that an earlier run left to be done. */
export function recover(database: Database): RecoveredQueue {
  const scans: ScanJob[] = database
    .all('SELECT batch_id, destination_id FROM batches WHERE scanning = 1 ORDER BY batch_id')
    .map((row) => ({
      batchId: integerIn(row, 'batch_id') as BatchId,
      destinationId: textIn(row, 'destination_id') as DestinationId,
    }));
  const removed = database.all('SELECT item_id, destination_id, object_key, upload_id FROM leftovers');
  const leftovers = [
    ...database
      .all(LEFTOVERS_QUERY)
      .flatMap((row) => leftoverOfItem(database, integerIn(row, 'item_id') as ItemId) ?? []),
    ...removed.map((row) => leftoverOf(row, textIn(row, 'object_key') as ObjectKey)),
  ];
  const unended = database.all(
    `SELECT DISTINCT b.destination_id FROM counters c JOIN batches b ON b.batch_id = c.batch_id
     WHERE c.stand < 10 AND c.items > 0`,
  );
  const destinationIds = new Set([
    ...unended.map((row) => textIn(row, 'destination_id') as DestinationId),
    ...scans.map((scan) => scan.destinationId),
    ...leftovers.map((leftover) => leftover.destinationId),
  ]);
  const kept = database.get(
    `SELECT count(*) AS items, ifnull(sum(u.kept_bytes), 0) AS bytes
     FROM uploads u INDEXED BY uploads_open CROSS JOIN work w ON w.item_id = u.item_id
     WHERE u.upload_id IS NOT NULL AND u.kept_bytes > 0 AND w.stand < 10`,
  );
  return {
    destinationIds: [...destinationIds].sort(),
    unfinishedScans: scans,
    leftovers,
    resumedItems: kept === undefined ? 0 : integerIn(kept, 'items'),
    keptBytes: kept === undefined ? 0 : integerIn(kept, 'bytes'),
  };
}
