/** Faces as the window asks for them: from counters and ranges, never by counting rows. */
import type { FacesCounts, FacesFilter, FacesResult, IngestDecision } from '../../shared/faces';
import { itemIdAt, batchOf, type BatchId, type ItemId } from '../../shared/ids';
import { readFault } from '../counts';
import { integerIn, integerOrNull, textIn, textOrNull, type Database, type Row } from '../database';
import {
  ASKED,
  COUNTS_ASKING,
  COUNTS_TILES,
  FOUND,
  IMM,
  KIND_OF_FILTER,
  LOCAL,
  SHOWN_FAILED,
  SHOWN_WAITING,
  SHOWN_WITH,
  SHOWN_WITHOUT,
  sourceOf,
  TO_BE_MADE,
} from './codes';
import type { StoredFacesBatch, StoredFacesDetail, StoredFacesRow, StoredFaceTile } from './faces-types';
import { facesIn, rawAnswer } from './pictures';

const MOST_ROWS = 200;
const MOST_BATCHES = 500;

function countsOf(rows: readonly Row[]): FacesCounts {
  const of = (kind: number): number => {
    const row = rows.find((each) => integerIn(each, 'kind') === kind);
    return row === undefined ? 0 : integerIn(row, 'items');
  };
  const counts = {
    with: of(SHOWN_WITH),
    without: of(SHOWN_WITHOUT),
    failed: of(SHOWN_FAILED),
    waiting: of(SHOWN_WAITING),
    asking: of(COUNTS_ASKING),
  };
  return { ...counts, all: counts.with + counts.without + counts.failed + counts.waiting };
}

/** Of one batch, or (null) of all. */
function counterRows(database: Database, batchId: BatchId | null): readonly Row[] {
  return batchId === null
    ? database.all('SELECT kind, sum(items) AS items FROM face_counters GROUP BY kind')
    : database.all('SELECT kind, items FROM face_counters WHERE batch_id = ?', batchId);
}

export const allFacesCounts = (database: Database): FacesCounts => countsOf(counterRows(database, null));

/** Newest first. */
export function facesBatches(database: Database): readonly StoredFacesBatch[] {
  const rows = database.all(
    `SELECT b.batch_id, b.name FROM batches b WHERE EXISTS (
       SELECT 1 FROM face_counters c WHERE c.batch_id = b.batch_id AND c.kind < ${COUNTS_ASKING} AND c.items > 0)
     ORDER BY b.batch_id DESC LIMIT ${MOST_BATCHES}`,
  );
  return rows.map((row) => {
    const batchId = integerIn(row, 'batch_id') as BatchId;
    return { batchId, name: textIn(row, 'name'), counts: countsOf(counterRows(database, batchId)) };
  });
}

const ROW = `
  SELECT p.item_id, p.shown, p.source, p.faces, p.asks, i.name,
    (SELECT min(t.face_index) FROM face_tiles t WHERE t.item_id = p.item_id) AS first_face,
    (SELECT t.source FROM face_tiles t WHERE t.item_id = p.item_id LIMIT 1) AS tile_source
  FROM pictures p`;
const REST = 'CROSS JOIN items i ON i.item_id = p.item_id WHERE';
const RANGE = 'p.item_id > ? AND p.item_id < ? ORDER BY p.item_id LIMIT ? OFFSET ?';
export const ALL_PICTURES_QUERY = `${ROW} NOT INDEXED ${REST} ${RANGE}`;
export const SHOWN_PICTURES_QUERY = `${ROW} INDEXED BY pictures_shown ${REST} p.shown = ? AND ${RANGE}`;
export const ASKING_PICTURES_QUERY = `${ROW} INDEXED BY pictures_asking ${REST} p.asks = 1 AND ${RANGE}`;

export function facesPage(
  database: Database,
  batchId: BatchId | null,
  filter: FacesFilter,
  offset: number,
  limit: number,
): { readonly total: number; readonly rows: readonly StoredFacesRow[] } {
  const range = [...boundsOf(batchId), Math.min(limit, MOST_ROWS), offset];
  const total = countsOf(counterRows(database, batchId))[filter];
  return { total, rows: pictureRows(database, filter, range).map(rowOf) };
}

function pictureRows(database: Database, filter: FacesFilter, range: readonly number[]): readonly Row[] {
  if (filter === 'all') return database.all(ALL_PICTURES_QUERY, ...range);
  if (filter === 'asking') return database.all(ASKING_PICTURES_QUERY, ...range);
  return database.all(SHOWN_PICTURES_QUERY, KIND_OF_FILTER[filter], ...range);
}

function boundsOf(batchId: BatchId | null): [number, number] {
  if (batchId === null) return [0, Number.MAX_SAFE_INTEGER];
  return [itemIdAt(batchId, 0), itemIdAt((batchId + 1) as BatchId, 0)];
}

function rowOf(row: Row): StoredFacesRow {
  const itemId = integerIn(row, 'item_id') as ItemId;
  const shown = integerIn(row, 'shown');
  const faceIndex = integerOrNull(row, 'first_face');
  return {
    itemId,
    batchId: batchOf(itemId),
    name: textIn(row, 'name'),
    source: sourceOf(integerIn(row, 'source')),
    state: shown === SHOWN_WAITING ? 'waiting' : shown === SHOWN_FAILED ? 'failed' : 'found',
    faces: integerIn(row, 'faces'),
    asks: integerIn(row, 'asks') === 1,
    firstFace: faceIndex === null ? null : { source: sourceOf(integerIn(row, 'tile_source')), faceIndex },
  };
}

export const TILES_QUERY = `
  SELECT t.item_id, t.face_index, t.source, i.name
  FROM face_tiles t CROSS JOIN items i ON i.item_id = t.item_id
  WHERE t.item_id > ? AND t.item_id < ? ORDER BY t.item_id, t.face_index LIMIT ? OFFSET ?`;

export function facesSheet(
  database: Database,
  batchId: BatchId | null,
  offset: number,
  limit: number,
): { readonly total: number; readonly rows: readonly StoredFaceTile[] } {
  const tiles = counterRows(database, batchId).find((row) => integerIn(row, 'kind') === COUNTS_TILES);
  const rows = database.all(TILES_QUERY, ...boundsOf(batchId), Math.min(limit, MOST_ROWS), offset);
  return {
    total: tiles === undefined ? 0 : integerIn(tiles, 'items'),
    rows: rows.map((row) => ({
      itemId: integerIn(row, 'item_id') as ItemId,
      name: textIn(row, 'name'),
      source: sourceOf(integerIn(row, 'source')),
      faceIndex: integerIn(row, 'face_index'),
    })),
  };
}

export function facesDetail(database: Database, itemId: ItemId): StoredFacesDetail {
  return {
    imm: resultOf(database, itemId, IMM),
    local: resultOf(database, itemId, LOCAL),
    decision: ingestDecision(database, itemId),
  };
}

function resultOf(database: Database, itemId: ItemId, source: number): FacesResult | null {
  const row = database.get('SELECT * FROM faces WHERE item_id = ? AND source = ?', itemId, source);
  if (row === undefined) return null;
  const raw = integerIn(row, 'state') === FOUND ? rawAnswer(database, itemId, source) : '';
  const [width, height] = [integerOrNull(row, 'width'), integerOrNull(row, 'height')];
  return {
    source: sourceOf(source),
    state: stateOf(row),
    project: textOrNull(row, 'project'),
    etag: textOrNull(row, 'etag'),
    image: width === null || height === null ? null : { width, height },
    faces: [...facesIn(raw)],
    raw,
  };
}

function stateOf(row: Row): FacesResult['state'] {
  const state = integerIn(row, 'state');
  if (state === ASKED) return { kind: 'waiting' };
  const at = integerIn(row, 'ended_at');
  if (state === FOUND) return { kind: 'found', at, milliseconds: integerOrNull(row, 'took') };
  return { kind: 'failed', at, fault: readFault(textOrNull(row, 'fault') ?? '') };
}

/** Null also where nobody could look: then the picture went as usual. */
function ingestDecision(database: Database, itemId: ItemId): IngestDecision | null {
  const row = database.get('SELECT * FROM face_decisions WHERE item_id = ?', itemId);
  const faces = row === undefined ? null : integerOrNull(row, 'faces');
  if (row === undefined || faces === null || integerIn(row, 'state') === TO_BE_MADE) return null;
  const picture = database.get('SELECT asks FROM pictures WHERE item_id = ?', itemId);
  return {
    faces,
    asks: picture !== undefined && integerIn(picture, 'asks') === 1,
    tag: textOrNull(row, 'tag'),
    key: textOrNull(row, 'object_key'),
  };
}
