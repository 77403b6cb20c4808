/** What is still to be asked about pictures, and what came of it. All of it is called inside a transaction. */
import { isImageName } from '../../shared/faces';
import {
  batchOf,
  type BatchId,
  type Crc64,
  type DestinationId,
  type ETag,
  type ItemId,
} from '../../shared/ids';
import type { Profile } from '../../shared/profile';
import { integerIn, integerOrNull, textIn, textOrNull, type Database, type Row } from '../database';
import { keyOf, sourcePathOf } from '../item-path';
import { DONE, isEnded, SKIPPED } from '../status-codes';
import { ASKED, FAILED_ANSWER, FOUND, IMM, sourceCode, sourceOf, TO_BE_MADE } from './codes';
import { settleVerdict } from './decisions';
import type { FaceQuestion, FacesNote, IngestRule } from './faces-types';
import { refreshPicture } from './pictures';
import { putQuestion } from './put-question';

/** A picture was verified in the bucket: where its batch says so, IMM is asked about it. */
export function askAutomatically(database: Database, itemId: ItemId, at: number): void {
  const batch = database.get(
    'SELECT detect_faces, destination_id FROM batches WHERE batch_id = ?',
    batchOf(itemId),
  );
  if (batch === undefined || integerIn(batch, 'detect_faces') === 0) return;
  const item = database.get('SELECT name FROM items WHERE item_id = ?', itemId);
  if (item === undefined || !isImageName(textIn(item, 'name'))) return;
  const destinationId = textIn(batch, 'destination_id');
  putQuestion(database, itemId, IMM, { destinationId, automatic: true, at, dueAt: at });
}

/** @returns false where that cannot be asked: it is no picture, or (of IMM) it is not in the bucket */
export function askByHand(
  database: Database,
  itemId: ItemId,
  source: number,
  destinationId: DestinationId,
  at: number,
): boolean {
  const row = database.get(
    'SELECT i.name, w.stand FROM items i CROSS JOIN work w ON w.item_id = i.item_id WHERE i.item_id = ?',
    itemId,
  );
  if (row === undefined || !isImageName(textIn(row, 'name'))) return false;
  const stand = integerIn(row, 'stand');
  if (source === IMM && stand !== DONE && stand !== SKIPPED) return false;
  // IMM: before the automatic ones, for somebody waits. This device: behind what holds uploads up (due 0).
  putQuestion(database, itemId, source, {
    destinationId,
    automatic: false,
    at,
    dueAt: source === IMM ? 0 : at,
  });
  return true;
}

/** What has to be asked by now, in order. */
export const DUE_QUERY = `
  SELECT q.item_id, q.source, q.automatic, q.attempts, i.name, i.object_key, r.path, r.key_prefix, r.is_file,
    w.stand, e.etag, e.crc64, d.state AS decision
  FROM face_questions q INDEXED BY face_questions_due
  CROSS JOIN items i ON i.item_id = q.item_id
  CROSS JOIN work w ON w.item_id = q.item_id
  CROSS JOIN roots r ON r.batch_id = q.item_id / 4294967296 AND r.root_index = i.root_index
  LEFT JOIN ends e ON e.item_id = q.item_id
  LEFT JOIN face_decisions d ON d.item_id = q.item_id
  WHERE q.source = ? AND q.destination_id = ? AND q.due_at <= ?
  ORDER BY q.due_at, q.item_id LIMIT ?`;

export function dueQuestions(
  database: Database,
  source: number,
  destinationId: string,
  now: number,
  limit: number,
): readonly FaceQuestion[] {
  const rows = database.all(DUE_QUERY, source, source === IMM ? destinationId : '', now, limit);
  const batches = new Map<BatchId, Row | undefined>();
  return rows.flatMap((row) => {
    const batchId = batchOf(integerIn(row, 'item_id') as ItemId);
    if (!batches.has(batchId))
      batches.set(batchId, database.get('SELECT * FROM batches WHERE batch_id = ?', batchId));
    const batch = batches.get(batchId);
    return batch === undefined ? [] : [questionOf(row, batch)];
  });
}

function questionOf(row: Row, batch: Row): FaceQuestion {
  const stand = integerIn(row, 'stand');
  const waits = integerOrNull(row, 'decision') === TO_BE_MADE && !isEnded(stand);
  const rule = textOrNull(batch, 'ingest');
  return {
    itemId: integerIn(row, 'item_id') as ItemId,
    source: sourceOf(integerIn(row, 'source')),
    destinationId: textIn(batch, 'destination_id') as DestinationId,
    automatic: integerIn(row, 'automatic') === 1,
    attempts: integerIn(row, 'attempts'),
    key: keyOf(row),
    sourcePath: sourcePathOf(row),
    etag: textOrNull(row, 'etag') as ETag | null,
    crc64: textOrNull(row, 'crc64') as Crc64 | null,
    uploaded: stand === DONE || stand === SKIPPED,
    ingest: waits
      ? {
          // A batch that was taken up again without a rule: what it holds back goes as usual.
          rule: rule === null ? NO_RULE : (JSON.parse(rule) as IngestRule),
          batchPrefix: textIn(batch, 'prefix'),
          normalizeNames: textIn(batch, 'normalize_names') as Profile['normalizeNames'],
        }
      : null,
  };
}

const NO_RULE: IngestRule = { ask: false, tag: false };

export const NEXT_DUE_QUERY = `
  SELECT due_at FROM face_questions INDEXED BY face_questions_due
  WHERE source = ? AND destination_id = ? ORDER BY due_at LIMIT 1`;

export function nextDueAt(database: Database, source: number, destinationId: string): number | null {
  const row = database.get(NEXT_DUE_QUERY, source, source === IMM ? destinationId : '');
  return row === undefined ? null : integerIn(row, 'due_at');
}

export function postpone(
  database: Database,
  itemId: ItemId,
  source: number,
  attempts: number,
  dueAt: number,
): void {
  database.run(
    'UPDATE face_questions SET attempts = ?, due_at = ? WHERE item_id = ? AND source = ?',
    attempts,
    dueAt,
    itemId,
    source,
  );
}

/** As if it had never been asked. */
export function dropQuestion(database: Database, itemId: ItemId, source: number): void {
  database.run('DELETE FROM face_questions WHERE item_id = ? AND source = ?', itemId, source);
  const gone = database.run(
    `DELETE FROM faces WHERE item_id = ? AND source = ? AND state = ${ASKED}`,
    itemId,
    source,
  );
  if (gone > 0) refreshPicture(database, itemId);
}

/** @returns false where the question is gone (cleared, canceled, removed): then the answer is of no interest */
export function noteAnswer(database: Database, note: FacesNote): boolean {
  const { itemId, at, answer } = note;
  const source = sourceCode(note.source);
  if (database.run('DELETE FROM face_questions WHERE item_id = ? AND source = ?', itemId, source) === 0)
    return false;
  const isFound = answer.kind === 'found';
  const faces = isFound ? answer.faces : 0;
  database.run(
    `UPDATE faces SET state = ?, ended_at = ?, took = ?, project = ?, etag = ?, object_key = ?, width = ?, height = ?,
       faces = ?, fault = ? WHERE item_id = ? AND source = ?`,
    isFound ? FOUND : FAILED_ANSWER,
    at,
    isFound ? answer.milliseconds : null,
    note.project,
    note.etag,
    note.key,
    isFound ? (answer.image?.width ?? null) : null,
    isFound ? (answer.image?.height ?? null) : null,
    faces,
    isFound ? null : JSON.stringify(answer.fault),
    itemId,
    source,
  );
  if (isFound)
    database.run(
      'INSERT OR REPLACE INTO face_answers (item_id, source, raw) VALUES (?, ?, ?)',
      itemId,
      source,
      answer.raw,
    );
  if (note.verdict !== null) settleVerdict(database, itemId, at, note.verdict);
  refreshPicture(database, itemId, true);
  return true;
}
