import type { Leftover } from '../engine/ports';
import { batchOf, itemIdAt, type BatchId, type ItemId } from '../shared/ids';
import type { Scope, Verb } from '../shared/queue-view';
import { integerIn, textIn, type Database, type Row } from './database';
import { endItem, moveItem, reviveItem, standingOf } from './item-stand';
import { answerRule } from './faces/decisions';
import { standWhenLetGo } from './faces/ingest-stand';
import { markPossibleOrphan } from './records';
import { removeEmptyBatches, removeItem } from './removal';
import { ASKING, CONFLICT, EXEMPT, HELD, isEnded, UNENDED, WAITING } from './stands';
import { Tally } from './tally';
import { leftoverOfItem } from './work';

const CHUNK_ROWS = 1_000;

/** A command on its way: what it has done so far. */
export interface Progress {
  affected: number;
  readonly leftovers: Leftover[];
}

interface Command {
  readonly database: Database;
  readonly scope: Scope;
  readonly live: ReadonlySet<ItemId>;
  readonly now: number;
  readonly progress: Progress;
}

/** Each `yield` ends a piece of at most 1,000 rows that must be run as one transaction. */
export type Pieces = Generator<undefined, void>;

export function carryOut(verb: Verb, command: Command): Pieces {
  const ofItems = command.scope.kind === 'items';
  switch (verb) {
    case 'pause':
      return ofItems ? holdItems(command) : holdBatches(command);
    case 'resume':
      return ofItems ? letItemsGo(command) : letBatchesGo(command);
    case 'retry':
      return ofItems ? retryItems(command) : retryBatches(command);
    case 'cancel':
      return ofItems ? cancelItems(command) : cancelBatches(command);
    case 'remove':
      return ofItems ? removeItems(command) : removeBatches(command);
    case 'overwrite':
    case 'keep-both':
    case 'skip':
      return decide(command, verb);
  }
}

const itemsOf = ({ scope, live }: Command): readonly ItemId[] =>
  scope.kind === 'items' ? scope.itemIds.filter((itemId) => !live.has(itemId)) : [];

function batchesOf({ database, scope }: Command): readonly BatchId[] {
  if (scope.kind === 'batch') return [scope.batchId];
  const rows = database.all('SELECT batch_id FROM batches ORDER BY batch_id');
  return rows.map((row) => integerIn(row, 'batch_id') as BatchId);
}

function* holdItems(command: Command): Pieces {
  const { database, progress } = command;
  const tally = new Tally();
  for (const itemId of itemsOf(command)) {
    const standing = standingOf(database, itemId);
    if (standing === null || isEnded(standing.stand) || standing.stand === HELD) continue;
    moveItem(database, tally, itemId, standing, HELD);
    progress.affected += 1;
  }
  tally.write(database);
  yield;
}

function* letItemsGo(command: Command): Pieces {
  const { database, progress } = command;
  const tally = new Tally();
  for (const itemId of itemsOf(command)) {
    if (goByRule(command, itemId)) continue;
    const standing = standingOf(database, itemId);
    const stand = standWhenLetGo(database, itemId);
    if (standing === null || isEnded(standing.stand) || standing.stand === stand) continue;
    moveItem(database, tally, itemId, standing, stand);
    progress.affected += 1;
  }
  tally.write(database);
  yield;
}

/**
 * Who sends on a picture that waits for an answer, and names it, means: as the rule says. Letting a whole batch go
 * answers nothing, for nobody has looked at its pictures.
 */
function goByRule({ database, progress }: Command, itemId: ItemId): boolean {
  if (standingOf(database, itemId)?.stand !== ASKING || !answerRule(database, itemId, 'by-rule'))
    return false;
  progress.affected += 1;
  return true;
}

/** Marks batches, not rows: it takes no longer for a million files than for one. */
function* holdBatches(command: Command): Pieces {
  const { database } = command;
  for (const batchId of batchesOf(command)) {
    // A batch that was paused already: what had been let go on stands with it again.
    moveAll(database, batchId, EXEMPT, WAITING);
    const marked = database.run(
      `UPDATE batches SET held = 1 WHERE batch_id = ? AND held = 0 AND (scanning = 1 OR EXISTS (
         SELECT 1 FROM counters c WHERE c.batch_id = batches.batch_id AND c.stand < 10 AND c.items > 0))`,
      batchId,
    );
    if (marked > 0) countWaiting(command, batchId);
  }
  yield;
}

function* letBatchesGo(command: Command): Pieces {
  const { database } = command;
  const batchIds = batchesOf(command);
  for (const batchId of batchIds) {
    // In one piece with the mark: an exempt row of a batch that is not held would never be found again.
    moveAll(database, batchId, EXEMPT, WAITING);
    const marked = database.run('UPDATE batches SET held = 0 WHERE batch_id = ? AND held = 1', batchId);
    if (marked > 0) countWaiting(command, batchId);
  }
  yield;
  for (const batchId of batchIds) {
    yield* chunks(
      (after) => unendedRows(database, batchId, HELD, after),
      (itemId, tally) => {
        const standing = standingOf(database, itemId);
        if (standing === null || command.live.has(itemId)) return;
        moveItem(database, tally, itemId, standing, standWhenLetGo(database, itemId));
        command.progress.affected += 1;
      },
      database,
    );
  }
}

/** Counts what stands still or goes on with its batch; what the engine holds it counts itself. */
function countWaiting({ database, live, progress }: Command, batchId: BatchId): void {
  const row = database.get(
    `SELECT items FROM counters WHERE batch_id = ? AND stand = ${WAITING} AND code = ''`,
    batchId,
  );
  progress.affected += row === undefined ? 0 : integerIn(row, 'items');
  for (const itemId of live) {
    if (batchOf(itemId) !== batchId) continue;
    if (standingOf(database, itemId)?.stand === WAITING) progress.affected -= 1;
  }
}

function moveAll(database: Database, batchId: BatchId, from: number, to: number): void {
  const tally = new Tally();
  for (let after = 0; ;) {
    const rows = unendedRows(database, batchId, from, after);
    for (const row of rows) {
      const itemId = integerIn(row, 'item_id') as ItemId;
      const standing = standingOf(database, itemId);
      if (standing !== null) moveItem(database, tally, itemId, standing, to);
      after = itemId;
    }
    if (rows.length < CHUNK_ROWS) break;
  }
  tally.write(database);
}

function* retryItems(command: Command): Pieces {
  const { database } = command;
  const tally = new Tally();
  for (const itemId of itemsOf(command)) {
    if (!goByRule(command, itemId)) retry(command, tally, itemId, standWhenLetGo(database, itemId));
  }
  tally.write(database);
  yield;
}

function* retryBatches(command: Command): Pieces {
  const { database } = command;
  for (const batchId of batchesOf(command)) {
    const causes = database.all(
      `SELECT stand, code FROM counters WHERE batch_id = ? AND stand >= ${CONFLICT} AND items > 0`,
      batchId,
    );
    for (const cause of causes) {
      yield* chunks(
        (after) => endedRows(database, batchId, cause, after),
        (itemId, tally) => retry(command, tally, itemId, WAITING),
        database,
      );
    }
  }
}

function retry(
  { database, live, now, progress }: Command,
  tally: Tally,
  itemId: ItemId,
  stand: number,
): void {
  const standing = standingOf(database, itemId);
  if (standing === null || standing.stand < CONFLICT || live.has(itemId)) return;
  reviveItem(database, tally, itemId, standing, { stand, at: now });
  progress.affected += 1;
}

/** The user's word on conflicts, for each item of its own: its batch keeps its policy. */
function* decide(command: Command, verb: 'overwrite' | 'keep-both' | 'skip'): Pieces {
  const { database, now, progress, live } = command;
  const one = (itemId: ItemId, tally: Tally, stand: number): void => {
    const standing = standingOf(database, itemId);
    if (standing?.stand !== CONFLICT || live.has(itemId)) return;
    if (verb === 'skip') endItem(database, tally, itemId, standing, now, { kind: 'canceled' });
    else {
      reviveItem(database, tally, itemId, standing, { stand, at: now });
      database.run('UPDATE work SET conflict = ? WHERE item_id = ?', verb, itemId);
    }
    progress.affected += 1;
  };
  if (command.scope.kind === 'items') {
    const tally = new Tally();
    for (const itemId of itemsOf(command)) one(itemId, tally, standWhenLetGo(database, itemId));
    tally.write(database);
    yield;
    return;
  }
  for (const batchId of batchesOf(command)) {
    const causes = database.all(
      `SELECT stand, code FROM counters WHERE batch_id = ? AND stand = ${CONFLICT} AND items > 0`,
      batchId,
    );
    for (const cause of causes) {
      yield* chunks(
        (after) => endedRows(database, batchId, cause, after),
        (itemId, tally) => one(itemId, tally, WAITING),
        database,
      );
    }
  }
}

function* cancelItems(command: Command): Pieces {
  const tally = new Tally();
  for (const itemId of itemsOf(command)) cancel(command, tally, itemId);
  tally.write(command.database);
  yield;
}

function* cancelBatches(command: Command): Pieces {
  const { database } = command;
  const batchIds = batchesOf(command);
  // First of all, so that a scan that is still on its way can add nothing behind our back.
  for (const batchId of batchIds)
    database.run('UPDATE batches SET scanning = 0 WHERE batch_id = ? AND scanning = 1', batchId);
  yield;
  for (const batchId of batchIds) {
    for (const stand of UNENDED) {
      yield* chunks(
        (after) => unendedRows(database, batchId, stand, after),
        (itemId, tally) => cancel(command, tally, itemId),
        database,
      );
    }
  }
}

function cancel({ database, live, now, progress }: Command, tally: Tally, itemId: ItemId): void {
  const standing = standingOf(database, itemId);
  if (standing === null || isEnded(standing.stand) || live.has(itemId)) return;
  endItem(database, tally, itemId, standing, now, { kind: 'canceled' });
  progress.affected += 1;
  const leftover = leftoverOfItem(database, itemId);
  if (leftover !== null) progress.leftovers.push(leftover);
  // An Initiate whose answer was never seen: nobody will look for its upload any more.
  const initiating = database.get(
    'SELECT 1 FROM uploads WHERE item_id = ? AND initiating_at IS NOT NULL',
    itemId,
  );
  if (initiating !== undefined) markPossibleOrphan(database, itemId);
}

function* removeItems(command: Command): Pieces {
  const tally = new Tally();
  const batchIds = new Set<BatchId>();
  for (const itemId of itemsOf(command)) {
    remove(command, tally, itemId);
    batchIds.add(batchOf(itemId));
  }
  tally.write(command.database);
  removeEmptyBatches(command.database, [...batchIds]);
  yield;
}

function* removeBatches(command: Command): Pieces {
  const { database } = command;
  for (const batchId of batchesOf(command)) {
    yield* chunks(
      (after) => endedRows(database, batchId, null, after),
      (itemId, tally) => remove(command, tally, itemId),
      database,
    );
    removeEmptyBatches(database, [batchId]);
    yield;
  }
}

function remove({ database, live, progress }: Command, tally: Tally, itemId: ItemId): void {
  const standing = standingOf(database, itemId);
  if (standing === null || !isEnded(standing.stand) || live.has(itemId)) return;
  const leftover = removeItem(database, tally, itemId, standing);
  progress.affected += 1;
  if (leftover !== null) progress.leftovers.push(leftover);
}

/** Takes rows after rows, in the order of their ids, until there are no more. */
function* chunks(
  rowsAfter: (after: number) => readonly Row[],
  act: (itemId: ItemId, tally: Tally) => void,
  database: Database,
): Pieces {
  for (let after = 0; ;) {
    const rows = rowsAfter(after);
    const tally = new Tally();
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

const unendedRows = (database: Database, batchId: BatchId, stand: number, after: number): readonly Row[] =>
  database.all(UNENDED_QUERY, stand, ...bounds(batchId, after));

function endedRows(database: Database, batchId: BatchId, cause: Row | null, after: number): readonly Row[] {
  if (cause === null) return database.all(ENDED_QUERY, ...bounds(batchId, after));
  const [from, to] = bounds(batchId, after);
  return database.all(RETRY_QUERY, integerIn(cause, 'stand'), textIn(cause, 'code'), from, to);
}
