/** The row that stands for a picture in the grid, kept in step with its answers in the same transaction. */
import { detectImageFacesSchema, placeOf, type Face } from '../../shared/faces';
import { batchOf, type BatchId, type ItemId } from '../../shared/ids';
import { integerIn, textIn, type Database, type Row } from '../database';
import { isEnded } from '../status-codes';
import {
  ASKED,
  ASKS_USER,
  COUNTS_ASKING,
  COUNTS_TILES,
  FAILED_ANSWER,
  FOUND,
  IMM,
  LOCAL,
  SHOWN_FAILED,
  SHOWN_WAITING,
  SHOWN_WITH,
  SHOWN_WITHOUT,
} from './codes';
import { touchedOf } from './touched';

interface PictureRow {
  readonly shown: number;
  readonly source: number;
  readonly faces: number;
  readonly asks: number;
  readonly tiles: number;
}

/**
 * Works out anew what is shown of a picture: IMM's answer or failure goes before what this device found, and that
 * before a question that is on its way. `fresh`: an answer has just come, perhaps in place of another.
 */
export function refreshPicture(database: Database, itemId: ItemId, fresh = false): void {
  const before = readPicture(database, itemId);
  const answers = database.all('SELECT source, state, faces FROM faces WHERE item_id = ?', itemId);
  const chosen = choose(answers);
  touchedOf(database).note(itemId);
  const had = before?.tiles ?? 0;
  if (fresh && had > 0) dropTiles(database, itemId);
  const tiles = keepTiles(database, itemId, answers, fresh ? 0 : had);
  const after = chosen === null ? null : { ...chosen, asks: asksNow(database, itemId) ? 1 : 0, tiles };
  count(database, batchOf(itemId), before, -1);
  count(database, batchOf(itemId), after, 1);
  if (after === null) database.run('DELETE FROM pictures WHERE item_id = ?', itemId);
  else
    database.run(
      `INSERT OR REPLACE INTO pictures (item_id, shown, source, faces, asks, tiles) VALUES (?, ?, ?, ?, ?, ?)`,
      itemId,
      after.shown,
      after.source,
      after.faces,
      after.asks,
      after.tiles,
    );
}

/** Takes all that is known of the faces of an item away. */
export function forgetFaces(database: Database, itemId: ItemId): void {
  database.run('DELETE FROM face_questions WHERE item_id = ?', itemId);
  database.run('DELETE FROM face_answers WHERE item_id = ?', itemId);
  if (database.run('DELETE FROM faces WHERE item_id = ?', itemId) > 0) refreshPicture(database, itemId);
}

function readPicture(database: Database, itemId: ItemId): PictureRow | null {
  const row = database.get(
    'SELECT shown, source, faces, asks, tiles FROM pictures WHERE item_id = ?',
    itemId,
  );
  if (row === undefined) return null;
  return {
    shown: integerIn(row, 'shown'),
    source: integerIn(row, 'source'),
    faces: integerIn(row, 'faces'),
    asks: integerIn(row, 'asks'),
    tiles: integerIn(row, 'tiles'),
  };
}

const stateIn = (answers: readonly Row[], source: number): number | null => {
  const row = answers.find((answer) => integerIn(answer, 'source') === source);
  return row === undefined ? null : integerIn(row, 'state');
};

function choose(answers: readonly Row[]): Pick<PictureRow, 'shown' | 'source' | 'faces'> | null {
  if (answers.length === 0) return null;
  const [imm, local] = [stateIn(answers, IMM), stateIn(answers, LOCAL)];
  if (imm === FOUND) return found(answers, IMM);
  if (imm === FAILED_ANSWER) return { shown: SHOWN_FAILED, source: IMM, faces: 0 };
  if (local === FOUND) return found(answers, LOCAL);
  if (imm === ASKED) return { shown: SHOWN_WAITING, source: IMM, faces: 0 };
  return { shown: local === ASKED ? SHOWN_WAITING : SHOWN_FAILED, source: LOCAL, faces: 0 };
}

function found(answers: readonly Row[], source: number): Pick<PictureRow, 'shown' | 'source' | 'faces'> {
  const row = answers.find((answer) => integerIn(answer, 'source') === source);
  const faces = row === undefined ? 0 : integerIn(row, 'faces');
  return { shown: faces > 0 ? SHOWN_WITH : SHOWN_WITHOUT, source, faces };
}

/** What has ended waits for no answer any more. */
function asksNow(database: Database, itemId: ItemId): boolean {
  const row = database.get(
    'SELECT d.state, w.stand FROM face_decisions d CROSS JOIN work w ON w.item_id = d.item_id WHERE d.item_id = ?',
    itemId,
  );
  return row !== undefined && integerIn(row, 'state') === ASKS_USER && !isEnded(integerIn(row, 'stand'));
}

/** Tiles of the better answer alone: made anew where that is another one. @returns how many there are */
function keepTiles(database: Database, itemId: ItemId, answers: readonly Row[], had: number): number {
  const best = [IMM, LOCAL].find((source) => stateIn(answers, source) === FOUND);
  const faceless = best === undefined || found(answers, best).faces === 0;
  const first =
    had === 0 ? undefined : database.get('SELECT source FROM face_tiles WHERE item_id = ?', itemId);
  if (first !== undefined && !faceless && integerIn(first, 'source') === best) return had;
  if (had > 0) dropTiles(database, itemId);
  if (faceless) return 0;
  // What has no place in the picture cannot be cut out of it.
  const indexes = readAnswer(database, itemId, best).flatMap(({ Boundary }, index) =>
    placeOf(Boundary) === null ? [] : [index],
  );
  for (const faceIndex of indexes)
    database.run(
      'INSERT INTO face_tiles (item_id, face_index, source) VALUES (?, ?, ?)',
      itemId,
      faceIndex,
      best,
    );
  return indexes.length;
}

const dropTiles = (database: Database, itemId: ItemId): number =>
  database.run('DELETE FROM face_tiles WHERE item_id = ?', itemId);

/** The faces of an answer that was kept; none where it cannot be read. */
export function readAnswer(database: Database, itemId: ItemId, source: number): readonly Face[] {
  return facesIn(rawAnswer(database, itemId, source));
}

export function rawAnswer(database: Database, itemId: ItemId, source: number): string {
  const row = database.get('SELECT raw FROM face_answers WHERE item_id = ? AND source = ?', itemId, source);
  return row === undefined ? '' : textIn(row, 'raw');
}

export function facesIn(raw: string): readonly Face[] {
  if (raw === '') return [];
  const parsed = detectImageFacesSchema.safeParse(JSON.parse(raw));
  return parsed.success ? parsed.data.Faces : [];
}

function count(database: Database, batchId: BatchId, row: PictureRow | null, by: 1 | -1): void {
  if (row === null) return;
  add(database, batchId, row.shown, by);
  if (row.asks === 1) add(database, batchId, COUNTS_ASKING, by);
  if (row.tiles > 0) add(database, batchId, COUNTS_TILES, by * row.tiles);
}

function add(database: Database, batchId: BatchId, kind: number, items: number): void {
  database.run(
    `INSERT INTO face_counters (batch_id, kind, items) VALUES (?, ?, ?)
     ON CONFLICT (batch_id, kind) DO UPDATE SET items = items + excluded.items`,
    batchId,
    kind,
    items,
  );
}
