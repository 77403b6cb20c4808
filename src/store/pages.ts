import type { ItemEnd } from '../engine/queue-ports';
import {
  batchOf,
  itemIdAt,
  type BatchId,
  type Crc64,
  type DestinationId,
  type ETag,
  type ItemId,
  type UploadId,
} from '../shared/ids';
import type { ConflictPolicy, Profile } from '../shared/profile';
import type { BatchRow } from '../shared/queue-view';
import { readFault } from './counts';
import type { IngestRule } from './faces/faces-types';
import { integerIn, integerOrNull, textIn, textOrNull, type Database, type Row } from './database';
import { keyOf, sourcePathOf } from './item-path';
import type { BatchPlan, EndedItem, StoredDetail, StoredRow, StoredState } from './queue-types';
import { ASKING, DONE, EXEMPT, HELD, isEnded, kindOfEnd, SCANNED, SKIPPED } from './status-codes';
import { partsOf } from './work';

const MOST_ROWS = 500;

const ROW_COLUMNS = `
  w.item_id, w.stand, w.size_bytes, i.name, e.ended_at, e.fault, u.kept_bytes, u.possible_orphan
  FROM work w NOT INDEXED
  CROSS JOIN items i ON i.item_id = w.item_id
  LEFT JOIN ends e ON e.item_id = w.item_id
  LEFT JOIN uploads u ON u.item_id = w.item_id`;

export const PAGE_QUERY = `SELECT ${ROW_COLUMNS}
  WHERE w.item_id > ? AND w.item_id < ? ORDER BY w.item_id LIMIT ?`;
/** Where rows were removed, a row's place is no longer its position: the ids are counted off first. */
export const GAPS_QUERY = `
  SELECT item_id FROM work NOT INDEXED WHERE item_id > ? AND item_id < ? ORDER BY item_id LIMIT 1 OFFSET ?`;

/** Rows of a batch in the order of their positions. */
export function pageOf(
  database: Database,
  batchId: BatchId,
  offset: number,
  limit: number,
): readonly StoredRow[] {
  const batch = database.get(
    `SELECT held, last_position,
       (SELECT ifnull(sum(items), 0) FROM counters c WHERE c.batch_id = b.batch_id) AS items
     FROM batches b WHERE batch_id = ?`,
    batchId,
  );
  if (batch === undefined || offset >= integerIn(batch, 'items')) return [];
  const end = itemIdAt((batchId + 1) as BatchId, 0);
  let after: number = itemIdAt(batchId, offset);
  if (integerIn(batch, 'items') !== integerIn(batch, 'last_position')) {
    const first = database.get(GAPS_QUERY, itemIdAt(batchId, 0), end, offset);
    if (first === undefined) return [];
    after = integerIn(first, 'item_id') - 1;
  }
  const held = integerIn(batch, 'held') === 1;
  const rows = database.all(PAGE_QUERY, after, end, Math.min(limit, MOST_ROWS));
  return rows.map((row) => storedRow(row, held));
}

export function rowOf(database: Database, itemId: ItemId): StoredRow | null {
  const row = database.get(`SELECT ${ROW_COLUMNS} WHERE w.item_id = ?`, itemId);
  if (row === undefined) return null;
  const batch = database.get('SELECT held FROM batches WHERE batch_id = ?', batchOf(itemId));
  return storedRow(row, batch !== undefined && integerIn(batch, 'held') === 1);
}

function storedRow(row: Row, batchHeld: boolean): StoredRow {
  const itemId = integerIn(row, 'item_id') as ItemId;
  const stand = integerIn(row, 'stand');
  const sizeBytes = integerIn(row, 'size_bytes');
  const verified = stand === DONE || stand === SKIPPED;
  return {
    itemId,
    batchId: batchOf(itemId),
    name: textIn(row, 'name'),
    sizeBytes,
    state: stateOf(row, stand, batchHeld),
    endedAt: integerOrNull(row, 'ended_at'),
    verifiedBytes: verified ? sizeBytes : (integerOrNull(row, 'kept_bytes') ?? 0),
    possibleOrphan: integerOrNull(row, 'possible_orphan') === 1,
  };
}

function stateOf(row: Row, stand: number, batchHeld: boolean): StoredState {
  if (!isEnded(stand)) {
    if (stand === ASKING) return { kind: 'paused', why: 'faces' };
    if (stand === SCANNED) return { kind: 'scanned' };
    const paused = stand === HELD || (batchHeld && stand !== EXEMPT);
    return paused ? { kind: 'paused', why: 'user' } : { kind: 'waiting' };
  }
  const kind = kindOfEnd(stand);
  if (kind === 'canceled') return { kind };
  if (kind === 'done') {
    const callbackFault = textOrNull(row, 'fault');
    return {
      kind,
      at: integerIn(row, 'ended_at'),
      ...(callbackFault === null ? {} : { callbackFault: readFault(callbackFault) }),
    };
  }
  if (kind === 'skipped') return { kind, why: 'identical', at: integerIn(row, 'ended_at') };
  return { kind, fault: readFault(textIn(row, 'fault')) };
}

/** All that is known of one item; null when its row was removed. */
export function detailOf(database: Database, itemId: ItemId): StoredDetail | null {
  const row = rowOf(database, itemId);
  const more = database.get(
    `SELECT i.name, i.object_key, i.modified_at, r.path, r.key_prefix, r.is_file, b.destination_id,
       u.upload_id, u.part_size, u.request_id, e.crc64, e.etag, e.version_id, e.request_ids
     FROM items i
     CROSS JOIN batches b ON b.batch_id = ?
     CROSS JOIN roots r ON r.batch_id = b.batch_id AND r.root_index = i.root_index
     LEFT JOIN uploads u ON u.item_id = i.item_id
     LEFT JOIN ends e ON e.item_id = i.item_id
     WHERE i.item_id = ?`,
    batchOf(itemId),
    itemId,
  );
  if (row === null || more === undefined) return null;
  const requestIds = [textOrNull(more, 'request_id') ?? [], ...requestIdsOf(more)].flat();
  return {
    row,
    destinationId: textIn(more, 'destination_id') as DestinationId,
    key: keyOf(more),
    sourcePath: sourcePathOf(more),
    modifiedAt: integerIn(more, 'modified_at'),
    uploadId: textOrNull(more, 'upload_id') as UploadId | null,
    partSizeBytes: integerOrNull(more, 'part_size'),
    parts: partsOf(database, itemId),
    crc64: textOrNull(more, 'crc64') as Crc64 | null,
    etag: textOrNull(more, 'etag') as ETag | null,
    versionId: textOrNull(more, 'version_id'),
    requestIds: [...new Set(requestIds)],
  };
}

function requestIdsOf(row: Row): readonly string[] {
  const text = textOrNull(row, 'request_ids');
  if (text === null) return [];
  const parsed: unknown = JSON.parse(text);
  return Array.isArray(parsed) ? parsed.filter((each) => typeof each === 'string') : [];
}

export const ENDED_PAGE_QUERY = `
  SELECT e.item_id, e.stand, e.ended_at, e.crc64, e.etag, e.version_id, e.request_ids, e.fault,
    w.size_bytes, i.name, i.object_key, i.modified_at, r.path, r.key_prefix, r.is_file, u.possible_orphan
  FROM ends e NOT INDEXED
  CROSS JOIN work w ON w.item_id = e.item_id
  CROSS JOIN items i ON i.item_id = e.item_id
  CROSS JOIN roots r ON r.batch_id = ? AND r.root_index = i.root_index
  LEFT JOIN uploads u ON u.item_id = e.item_id
  WHERE e.item_id > ? AND e.item_id < ? ORDER BY e.item_id LIMIT ${MOST_ROWS}`;

/** What has ended of a batch after an id, in the order of its rows; at most 500. */
export function endedPage(database: Database, batchId: BatchId, after: number): readonly EndedItem[] {
  const rows = database.all(
    ENDED_PAGE_QUERY,
    batchId,
    Math.max(after, itemIdAt(batchId, 0)),
    itemIdAt((batchId + 1) as BatchId, 0),
  );
  return rows.map((row) => ({
    itemId: integerIn(row, 'item_id') as ItemId,
    key: keyOf(row),
    sourcePath: sourcePathOf(row),
    sizeBytes: integerIn(row, 'size_bytes'),
    modifiedAt: integerIn(row, 'modified_at'),
    at: integerIn(row, 'ended_at'),
    end: endOf(row),
    possibleOrphan: integerOrNull(row, 'possible_orphan') === 1,
  }));
}

function endOf(row: Row): ItemEnd {
  const kind = kindOfEnd(integerIn(row, 'stand'));
  if (kind === 'canceled') return { kind };
  if (kind !== 'done' && kind !== 'skipped') return { kind, fault: readFault(textIn(row, 'fault')) };
  const crc64 = textIn(row, 'crc64') as Crc64;
  const etag = textIn(row, 'etag') as ETag;
  if (kind === 'skipped') return { kind, why: 'identical', crc64, etag };
  const callbackFault = textOrNull(row, 'fault');
  return {
    kind,
    crc64,
    etag,
    versionId: textOrNull(row, 'version_id'),
    requestIds: requestIdsOf(row),
    ...(callbackFault === null ? {} : { callbackFault: readFault(callbackFault) }),
  };
}

/** What a scan needs to know. */
export function planOf(database: Database, batchId: BatchId): BatchPlan | null {
  const row = database.get('SELECT * FROM batches WHERE batch_id = ?', batchId);
  if (row === undefined) return null;
  const roots = database.all(
    'SELECT path, key_prefix, is_file FROM roots WHERE batch_id = ? ORDER BY root_index',
    batchId,
  );
  return {
    batchId,
    destinationId: textIn(row, 'destination_id') as DestinationId,
    name: textIn(row, 'name'),
    kind: textIn(row, 'kind') as BatchRow['kind'],
    roots: roots.map((root) => ({
      path: textIn(root, 'path'),
      keyPrefix: textIn(root, 'key_prefix'),
      isFile: integerIn(root, 'is_file') === 1,
    })),
    prefix: textIn(row, 'prefix'),
    conflict: textIn(row, 'conflict') as ConflictPolicy,
    createdAt: integerIn(row, 'created_at'),
    normalizeNames: textIn(row, 'normalize_names') as Profile['normalizeNames'],
    scanning: integerIn(row, 'scanning') === 1,
    faces: {
      detect: integerIn(row, 'detect_faces') === 1,
      ingest: ingestIn(row),
    },
  };
}

function ingestIn(row: Row): IngestRule | null {
  const text = textOrNull(row, 'ingest');
  return text === null ? null : (JSON.parse(text) as IngestRule);
}
