import { fault, success, failure, type Fault, type Outcome } from '../shared/faults';
import type { BatchId, DestinationId } from '../shared/ids';
import { isOfTemplate } from '../shared/prefix-template';
import type { ConflictPolicy } from '../shared/profile';
import { integerIn, textIn, type Database } from './database';
import type { BatchFaces } from './faces/faces-types';
import type { KnownDestination, NewBatch } from './queue-types';

/** Batch ids stay below this, so that item ids stay exact numbers. */
const MOST_BATCHES = 2 ** 21;

export function registerDestination(database: Database, destination: KnownDestination): Outcome<void> {
  const { destinationId, region, bucket, endpoint } = destination;
  const known = database.get(
    'SELECT region, bucket, endpoint FROM destinations WHERE destination_id = ?',
    destinationId,
  );
  if (known === undefined) {
    database.run(
      'INSERT INTO destinations (destination_id, region, bucket, endpoint) VALUES (?, ?, ?, ?)',
      destinationId,
      region,
      bucket,
      endpoint,
    );
    return success(undefined);
  }
  const same =
    textIn(known, 'region') === region &&
    textIn(known, 'bucket') === bucket &&
    textIn(known, 'endpoint') === endpoint;
  if (same) return success(undefined);
  const there = `bucket ${textIn(known, 'bucket')} at ${textIn(known, 'endpoint')}`;
  return failure(
    fault('invalid-input', `The queue belongs to ${there}, not to bucket ${bucket} at ${endpoint}.`),
  );
}

/** To be called inside a transaction. */
export function createBatch(database: Database, batch: NewBatch): Outcome<BatchId> {
  const row = database.get(
    `INSERT INTO batches
       (destination_id, name, kind, prefix, conflict, normalize_names, created_at, scanning,
        detect_faces, ingest)
     VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?) RETURNING batch_id`,
    batch.destinationId,
    batch.name,
    batch.kind,
    batch.prefix,
    batch.conflict,
    batch.normalizeNames,
    batch.createdAt,
    ...facesColumns(batch.faces),
  );
  const batchId = row === undefined ? MOST_BATCHES : integerIn(row, 'batch_id');
  if (batchId >= MOST_BATCHES) {
    database.run('DELETE FROM batches WHERE batch_id = ?', batchId);
    return failure(fault('internal', 'The queue has had as many batches as it can number.'));
  }
  batch.roots.forEach((root, index) =>
    database.run(
      'INSERT INTO roots (batch_id, root_index, path, key_prefix, is_file) VALUES (?, ?, ?, ?, ?)',
      batchId,
      index,
      root.path,
      root.keyPrefix,
      root.isFile ? 1 : 0,
    ),
  );
  return success(batchId as BatchId);
}

export function findUnfinishedBatch(
  database: Database,
  destinationId: DestinationId,
  rootPaths: readonly string[],
  template: string,
): BatchId | null {
  const wanted = [...rootPaths].sort();
  const candidates = database.all(
    `SELECT batch_id, prefix FROM batches b
     WHERE destination_id = ?
       AND (scanning = 1 OR EXISTS (
         SELECT 1 FROM counters c WHERE c.batch_id = b.batch_id AND c.stand < 10 AND c.items > 0))
       AND (SELECT count(*) FROM roots r WHERE r.batch_id = b.batch_id) = ?
     ORDER BY batch_id DESC`,
    destinationId,
    wanted.length,
  );
  for (const row of candidates) {
    if (!isOfTemplate(template, textIn(row, 'prefix'))) continue;
    const batchId = integerIn(row, 'batch_id');
    const roots = database.all('SELECT path FROM roots WHERE batch_id = ?', batchId);
    const paths = roots.map((root) => textIn(root, 'path')).sort();
    if (paths.every((path, index) => path === wanted[index])) return batchId as BatchId;
  }
  return null;
}

/** What the destination says of faces now holds for what is found from now on. */
export function joinBatch(
  database: Database,
  batchId: BatchId,
  conflict: ConflictPolicy,
  faces?: BatchFaces,
): void {
  database.run(
    `UPDATE batches SET conflict = ?, scanning = 1, scan_fault = NULL, detect_faces = ?, ingest = ?
     WHERE batch_id = ?`,
    conflict,
    ...facesColumns(faces),
    batchId,
  );
}

const facesColumns = (faces: BatchFaces | undefined): [number, string | null] => [
  faces?.detect === true ? 1 : 0,
  faces === undefined || faces.ingest === null ? null : JSON.stringify(faces.ingest),
];

/** A scan that was canceled meanwhile stays as it is. */
export function markScanned(database: Database, batchId: BatchId, why: Fault | null): void {
  database.run(
    'UPDATE batches SET scanning = 0, scan_fault = ? WHERE batch_id = ? AND scanning = 1',
    why === null ? null : JSON.stringify(why),
    batchId,
  );
}
