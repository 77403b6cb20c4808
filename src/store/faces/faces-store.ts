import type { FacesSource } from '../../shared/faces';
import { success, type Outcome } from '../../shared/faults';
import { batchOf, itemIdAt, type BatchId, type DestinationId, type ItemId } from '../../shared/ids';
import type { Scope } from '../../shared/queue-view';
import { integerIn, textIn, type Database } from '../database';
import { nextTurn } from '../queue-reader';
import { isEnded, SCANNED, ASKING } from '../status-codes';
import { statusOf } from '../item-status';
import { sourceCode, ASKS_USER, SETTLED, TO_BE_MADE } from './codes';
import { answerRule, askingItems, refuseItem, releaseMade } from './decisions';
import { allFacesCounts, facesBatches, facesDetail, facesPage, facesSheet } from './face-pages';
import type { FacesStore } from './faces-types';
import { decisionOf } from './ingest-status';
import { forgetFaces } from './pictures';
import { askByHand, dropQuestion, dueQuestions, nextDueAt, noteAnswer, postpone } from './questions';
import { touchedOf } from './touched';

const CHUNK_ROWS = 1_000;
const MOST_DUE = 200;

interface FacesStoreContext {
  readonly database: Database;
  readonly read: <T>(work: () => T) => Outcome<T>;
  /** In a transaction. */
  readonly change: <T>(work: () => T) => Outcome<T>;
  /** In a transaction, after what waits for its group. */
  readonly changeUpToDate: <T>(work: () => T) => Outcome<T>;
  readonly now: () => number;
}

export function facesStoreOf({ database, read, change, changeUpToDate, now }: FacesStoreContext): FacesStore {
  return {
    ask: (source, scope, allowed) => ask({ database, change: changeUpToDate, now, source, allowed }, scope),
    due: (source, destinationId, at, limit) =>
      read(() => dueQuestions(database, sourceCode(source), destinationId, at, Math.min(limit, MOST_DUE))),
    nextDueAt: (source, destinationId) => read(() => nextDueAt(database, sourceCode(source), destinationId)),
    postpone: (itemId, source, attempts, dueAt) =>
      change(() => postpone(database, itemId, sourceCode(source), attempts, dueAt)),
    drop: (itemId, source) => change(() => dropQuestion(database, itemId, sourceCode(source))),
    note: (note) => change(() => noteAnswer(database, note)),
    release: () => change(() => releaseMade(database)),
    decide: (itemIds, how) =>
      change(() => ({ affected: itemIds.filter((itemId) => answerRule(database, itemId, how)).length })),
    held: () => read(() => ({ looking: itemsAt(database, SCANNED), asking: itemsAt(database, ASKING) })),
    asking: (limit) => read(() => askingItems(database, limit)),
    refuse: (itemId, at, fault) => change(() => refuseItem(database, itemId, at, fault)),
    clear: (scope) => clear(database, changeUpToDate, scope),
    counts: () => read(() => allFacesCounts(database)),
    batches: () => read(() => facesBatches(database)),
    page: (batchId, filter, offset, limit) => read(() => facesPage(database, batchId, filter, offset, limit)),
    sheet: (batchId, offset, limit) => read(() => facesSheet(database, batchId, offset, limit)),
    detail: (itemId) => read(() => facesDetail(database, itemId)),
    takeTouched: () => touchedOf(database).take(),
    onTouched: (listener) => touchedOf(database).onTouched(listener),
  };
}

function itemsAt(database: Database, stand: number): number {
  const row = database.get('SELECT ifnull(sum(items), 0) AS items FROM counters WHERE stand = ?', stand);
  return row === undefined ? 0 : integerIn(row, 'items');
}

type Change = FacesStoreContext['change'];

interface Asking {
  readonly database: Database;
  readonly change: Change;
  readonly now: () => number;
  readonly source: FacesSource;
  readonly allowed: (destinationId: DestinationId) => boolean;
}

async function ask(asking: Asking, scope: Scope): Promise<Outcome<{ queued: number; refused: number }>> {
  const { database, change, now, allowed } = asking;
  const source = sourceCode(asking.source);
  const result = { queued: 0, refused: 0 };
  const askOne = (itemId: ItemId): void => {
    const destinationId = destinationOf(database, itemId);
    const may = destinationId !== null && allowed(destinationId);
    if (may && askByHand(database, itemId, source, destinationId, now())) result.queued += 1;
    else result.refused += 1;
  };
  const done = await inPieces(change, piecesOf(database, scope, WORK_IDS_QUERY), askOne);
  return done.ok ? success(result) : done;
}

function destinationOf(database: Database, itemId: ItemId): DestinationId | null {
  const row = database.get('SELECT destination_id FROM batches WHERE batch_id = ?', batchOf(itemId));
  return row === undefined ? null : (textIn(row, 'destination_id') as DestinationId);
}

async function clear(
  database: Database,
  change: Change,
  scope: Scope,
): Promise<Outcome<{ cleared: number }>> {
  let cleared = 0;
  const clearOne = (itemId: ItemId): void => {
    if (!mayForget(database, itemId)) return;
    forgetFaces(database, itemId);
    // What was sent needs its decision no more; what may be sent again goes as it was decided.
    const stand = statusOf(database, itemId)?.stand;
    if (stand !== undefined && isEnded(stand))
      database.run(`DELETE FROM face_decisions WHERE item_id = ? AND state = ${SETTLED}`, itemId);
    cleared += 1;
  };
  const done = await inPieces(change, piecesOf(database, scope, PICTURE_IDS_QUERY), clearOne);
  return done.ok ? success({ cleared }) : done;
}

/** An upload waits for the answer, or the user is asked because of it. */
function mayForget(database: Database, itemId: ItemId): boolean {
  if (database.get('SELECT 1 FROM pictures WHERE item_id = ?', itemId) === undefined) return false;
  const state = decisionOf(database, itemId)?.state;
  const stand = statusOf(database, itemId)?.stand;
  const open = stand !== undefined && !isEnded(stand);
  return !(open && (state === TO_BE_MADE || state === ASKS_USER));
}

export const WORK_IDS_QUERY = `
  SELECT item_id FROM work NOT INDEXED WHERE item_id > ? AND item_id < ? ORDER BY item_id LIMIT ${CHUNK_ROWS}`;
export const PICTURE_IDS_QUERY = `
  SELECT item_id FROM pictures NOT INDEXED WHERE item_id > ? AND item_id < ? ORDER BY item_id LIMIT ${CHUNK_ROWS}`;

/** The items of a scope in pieces of at most 1,000, each read when the one before is done. */
function* piecesOf(database: Database, scope: Scope, query: string): Generator<readonly ItemId[]> {
  if (scope.kind === 'items') {
    yield scope.itemIds;
    return;
  }
  const [from, end] =
    scope.kind === 'all'
      ? [0, Number.MAX_SAFE_INTEGER]
      : [itemIdAt(scope.batchId, 0), itemIdAt((scope.batchId + 1) as BatchId, 0)];
  for (let after: number = from; ;) {
    const itemIds = database.all(query, after, end).map((row) => integerIn(row, 'item_id') as ItemId);
    yield itemIds;
    const last = itemIds.at(-1);
    if (last === undefined || itemIds.length < CHUNK_ROWS) return;
    after = last;
  }
}

/** Each piece in a transaction of its own, between which everything else has its turn. */
async function inPieces(
  change: Change,
  pieces: Generator<readonly ItemId[]>,
  act: (itemId: ItemId) => void,
): Promise<Outcome<void>> {
  for (;;) {
    const piece = change(() => {
      const next = pieces.next();
      if (next.done === true) return false;
      for (const itemId of next.value) act(itemId);
      return true;
    });
    if (!piece.ok) return piece;
    if (!piece.value) return success(undefined);
    await nextTurn();
  }
}
