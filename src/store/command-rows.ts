/** The rows that a command is about, piece by piece. */
import type { Leftover } from '../engine/queue-ports';
import { itemIdAt, type BatchId, type ItemId } from '../shared/ids';
import type { Scope } from '../shared/queue-view';
import { integerIn, textIn, type Database, type Row } from './database';
import { CONFLICT } from './status-codes';
import { CounterDeltas } from './counter-deltas';

const CHUNK_ROWS = 1_000;

/** A command on its way: what it has done so far. */
export interface Progress {
  affected: number;
  readonly leftovers: Leftover[];
}

export interface Command {
  readonly database: Database;
  readonly scope: Scope;
  readonly live: ReadonlySet<ItemId>;
  readonly now: number;
  readonly progress: Progress;
}

/** Each `yield` ends a piece of at most 1,000 rows that must be run as one transaction. */
export type Pieces = Generator<undefined, void>;

export const itemsOf = ({ scope, live }: Command): readonly ItemId[] =>
  scope.kind === 'items' ? scope.itemIds.filter((itemId) => !live.has(itemId)) : [];

export function batchesOf({ database, scope }: Command): readonly BatchId[] {
  if (scope.kind === 'batch') return [scope.batchId];
  const rows = database.all('SELECT batch_id FROM batches ORDER BY batch_id');
  return rows.map((row) => integerIn(row, 'batch_id') as BatchId);
}

/** Rows that can be tried again and stand so, cause by cause: in all batches of the command. */
export function* endedChunks(
  command: Command,
  stands: (stand: number) => boolean,
  act: (itemId: ItemId, tally: CounterDeltas) => void,
): Pieces {
  const { database } = command;
  for (const batchId of batchesOf(command)) {
    const causes = database
      .all(
        `SELECT stand, code FROM counters WHERE batch_id = ? AND stand >= ${CONFLICT} AND items > 0`,
        batchId,
      )
      .filter((cause) => stands(integerIn(cause, 'stand')));
    for (const cause of causes)
      yield* chunks((after) => endedRows(database, batchId, cause, after), act, database);
  }
}

/** Takes rows after rows, in the order of their ids, until there are no more. */
export function* chunks(
  rowsAfter: (after: number) => readonly Row[],
  act: (itemId: ItemId, tally: CounterDeltas) => void,
  database: Database,
): Pieces {
  for (let after = 0; ;) {
    const rows = rowsAfter(after);
    const tally = new CounterDeltas();
    for (const row of rows) {
      const itemId = integerIn(row, 'item_id') as ItemId;
      act(itemId, tally);
      after = itemId;
    }
    tally.write(database);
    if (rows.length > 0) yield;
    if (rows.length < CHUNK_ROWS) return;
  }
}

export const UNENDED_QUERY = `
  SELECT item_id FROM work INDEXED BY work_open
  WHERE stand = ? AND stand < 10 AND item_id > ? AND item_id < ? ORDER BY item_id LIMIT ${CHUNK_ROWS}`;
export const RETRY_QUERY = `
  SELECT item_id FROM ends INDEXED BY ends_cause
  WHERE stand = ? AND stand >= 12 AND code = ? AND item_id > ? AND item_id < ?
  ORDER BY item_id LIMIT ${CHUNK_ROWS}`;
export const ENDED_QUERY = `
  SELECT item_id FROM ends NOT INDEXED
  WHERE item_id > ? AND item_id < ? ORDER BY item_id LIMIT ${CHUNK_ROWS}`;

const bounds = (batchId: BatchId, after: number): [number, number] => [
  Math.max(after, itemIdAt(batchId, 0)),
  itemIdAt((batchId + 1) as BatchId, 0),
];

export const unendedRows = (
  database: Database,
  batchId: BatchId,
  stand: number,
  after: number,
): readonly Row[] => database.all(UNENDED_QUERY, stand, ...bounds(batchId, after));

export function endedRows(
  database: Database,
  batchId: BatchId,
  cause: Row | null,
  after: number,
): readonly Row[] {
  if (cause === null) return database.all(ENDED_QUERY, ...bounds(batchId, after));
  const [from, to] = bounds(batchId, after);
  return database.all(RETRY_QUERY, integerIn(cause, 'stand'), textIn(cause, 'code'), from, to);
}
