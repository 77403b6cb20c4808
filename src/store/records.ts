import type { Snapshot, UploadedPart } from '../engine/ports';
import type { StoreRecord } from '../engine/queue-ports';
import { assertNever } from '../shared/brand';
import { batchOf, type ItemId, type ObjectKey } from '../shared/ids';
import { integerOrNull, type Database } from './database';
import { statusOnRelease } from './faces/ingest-status';
import { askAutomatically } from './faces/questions';
import { keyOf } from './item-path';
import { endItem, moveItem, statusOf } from './item-status';
import { HELD, isEnded } from './status-codes';
import type { CounterDeltas } from './counter-deltas';

/**
 * Writes one fact; to be called inside a transaction. A fact about a row that was removed changes nothing, but
 * `upload-closed` still closes what that row left behind.
 */
export function applyRecord(database: Database, tally: CounterDeltas, record: StoreRecord): void {
  const { itemId } = record;
  if (record.kind === 'upload-closed') {
    closeUpload(database, itemId);
    return;
  }
  const standing = statusOf(database, itemId);
  if (standing === null) return;
  switch (record.kind) {
    case 'initiating':
      database.run(
        `INSERT INTO uploads (item_id, initiating_at) VALUES (?, ?)
         ON CONFLICT (item_id) DO UPDATE SET initiating_at = excluded.initiating_at`,
        itemId,
        record.atServer,
      );
      return;
    case 'upload-created':
      database.run('DELETE FROM parts WHERE item_id = ?', itemId);
      database.run(
        `INSERT INTO uploads (item_id, upload_id, part_size, request_id) VALUES (?, ?, ?, ?)
         ON CONFLICT (item_id) DO UPDATE SET upload_id = excluded.upload_id, part_size = excluded.part_size,
           request_id = excluded.request_id, initiating_at = NULL, kept_bytes = 0`,
        itemId,
        record.uploadId,
        record.partSizeBytes,
        record.requestId,
      );
      return;
    case 'part-begun':
      database.run(
        'INSERT OR IGNORE INTO begun (item_id, part_number) VALUES (?, ?)',
        itemId,
        record.partNumber,
      );
      return;
    case 'part-stored':
      storePart(database, itemId, record.part);
      return;
    case 'parts-dropped':
      for (const partNumber of record.partNumbers) dropPart(database, itemId, partNumber);
      return;
    case 'possible-orphan':
      markPossibleOrphan(database, itemId);
      return;
    case 'held':
      if (!isEnded(standing.stand))
        moveItem(database, tally, itemId, standing, record.held ? HELD : statusOnRelease(database, itemId));
      return;
    case 'snapshot':
      tally.add(itemId, standing.stand, standing.code, -1, standing.sizeBytes);
      tally.add(itemId, standing.stand, standing.code, 1, record.snapshot.sizeBytes);
      storeSnapshot(database, itemId, record.snapshot);
      return;
    case 'renamed':
      rename(database, itemId, record.key);
      return;
    case 'ended':
      database.run('DELETE FROM begun WHERE item_id = ?', itemId);
      endItem(database, tally, itemId, standing, record.at, record.end);
      // In one transaction with the end, so that no crash comes between. Skipped: the same bytes are in the bucket.
      if (record.end.kind === 'done' || record.end.kind === 'skipped')
        askAutomatically(database, itemId, record.at);
      return;
    default:
      assertNever(record);
  }
}

/** The first key stays known: the names that are tried are made of it. */
function rename(database: Database, itemId: ItemId, key: ObjectKey): void {
  const row = database.get(
    `SELECT i.name, i.object_key, r.key_prefix FROM items i
     CROSS JOIN roots r ON r.batch_id = ? AND r.root_index = i.root_index WHERE i.item_id = ?`,
    batchOf(itemId),
    itemId,
  );
  if (row === undefined) return;
  database.run(
    'UPDATE items SET renamed_from = ifnull(renamed_from, ?), object_key = ? WHERE item_id = ?',
    keyOf(row),
    key,
    itemId,
  );
}

export function storeSnapshot(database: Database, itemId: ItemId, snapshot: Snapshot): void {
  database.run(
    'UPDATE work SET size_bytes = ?, look_again = 0 WHERE item_id = ?',
    snapshot.sizeBytes,
    itemId,
  );
  database.run(
    'UPDATE items SET modified_at = ?, fingerprint = ? WHERE item_id = ?',
    snapshot.modifiedAt,
    snapshot.fingerprint,
    itemId,
  );
}

export function markPossibleOrphan(database: Database, itemId: ItemId): void {
  database.run(
    `INSERT INTO uploads (item_id, possible_orphan) VALUES (?, 1)
     ON CONFLICT (item_id) DO UPDATE SET possible_orphan = 1`,
    itemId,
  );
}

function closeUpload(database: Database, itemId: ItemId): void {
  database.run('DELETE FROM parts WHERE item_id = ?', itemId);
  database.run('DELETE FROM leftovers WHERE item_id = ?', itemId);
  database.run('DELETE FROM begun WHERE item_id = ?', itemId);
  // The part size stays, for the detail of a file that is done.
  database.run(
    'UPDATE uploads SET upload_id = NULL, initiating_at = NULL, kept_bytes = 0 WHERE item_id = ?',
    itemId,
  );
}

function partBytes(database: Database, itemId: ItemId, partNumber: number): number {
  const row = database.get(
    'SELECT size_bytes FROM parts WHERE item_id = ? AND part_number = ?',
    itemId,
    partNumber,
  );
  return row === undefined ? 0 : (integerOrNull(row, 'size_bytes') ?? 0);
}

/** Answers 0 where no upload is open. */
const keepBytes = (database: Database, itemId: ItemId, bytes: number): number =>
  database.run(
    'UPDATE uploads SET kept_bytes = kept_bytes + ? WHERE item_id = ? AND upload_id IS NOT NULL',
    bytes,
    itemId,
  );

function storePart(database: Database, itemId: ItemId, part: UploadedPart): void {
  const open = keepBytes(database, itemId, part.sizeBytes - partBytes(database, itemId, part.partNumber));
  // A late word about an upload that was closed meanwhile.
  if (open === 0) return;
  database.run(
    'INSERT OR REPLACE INTO parts (item_id, part_number, size_bytes, etag, crc64) VALUES (?, ?, ?, ?, ?)',
    itemId,
    part.partNumber,
    part.sizeBytes,
    part.etag,
    part.crc64,
  );
  database.run('DELETE FROM begun WHERE item_id = ? AND part_number = ?', itemId, part.partNumber);
}

function dropPart(database: Database, itemId: ItemId, partNumber: number): void {
  keepBytes(database, itemId, -partBytes(database, itemId, partNumber));
  database.run('DELETE FROM parts WHERE item_id = ? AND part_number = ?', itemId, partNumber);
}
