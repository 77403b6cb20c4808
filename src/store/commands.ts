import { batchOf, type BatchId, type ItemId } from '../shared/ids';
import type { Verb } from '../shared/queue-view';
import {
  batchesOf,
  chunks,
  endedChunks,
  endedRows,
  itemsOf,
  unendedRows,
  type Command,
  type Pieces,
} from './command-rows';
import { integerIn, type Database } from './database';
import { endItem, moveItem, reviveItem, statusOf } from './item-status';
import { answerRule } from './faces/decisions';
import { statusOnRelease } from './faces/ingest-status';
import { markPossibleOrphan } from './records';
import { removeEmptyBatches, removeItem } from './removal';
import { ASKING, CONFLICT, EXEMPT, HELD, isEnded, UNENDED, WAITING } from './status-codes';
import { CounterDeltas } from './counter-deltas';
import { leftoverOfItem } from './work';

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

function* holdItems(command: Command): Pieces {
  const { database, progress } = command;
  const tally = new CounterDeltas();
  for (const itemId of itemsOf(command)) {
    const standing = statusOf(database, itemId);
    if (standing === null || isEnded(standing.stand) || standing.stand === HELD) continue;
    moveItem(database, tally, itemId, standing, HELD);
    progress.affected += 1;
  }
  tally.write(database);
  yield;
}

function* letItemsGo(command: Command): Pieces {
  const { database, progress } = command;
  const tally = new CounterDeltas();
  for (const itemId of itemsOf(command)) {
    if (goByRule(command, itemId)) continue;
    const standing = statusOf(database, itemId);
    const stand = statusOnRelease(database, itemId);
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
  if (statusOf(database, itemId)?.stand !== ASKING || !answerRule(database, itemId, 'by-rule')) return false;
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
        const standing = statusOf(database, itemId);
        if (standing === null || command.live.has(itemId)) return;
        moveItem(database, tally, itemId, standing, statusOnRelease(database, itemId));
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
    if (statusOf(database, itemId)?.stand === WAITING) progress.affected -= 1;
  }
}

/** In one piece, however many they are. */
function moveAll(database: Database, batchId: BatchId, from: number, to: number): void {
  const pieces = chunks(
    (after) => unendedRows(database, batchId, from, after),
    (itemId, tally) => {
      const standing = statusOf(database, itemId);
      if (standing !== null) moveItem(database, tally, itemId, standing, to);
    },
    database,
  );
  while (pieces.next().done !== true) continue;
}

function* retryItems(command: Command): Pieces {
  const { database } = command;
  const tally = new CounterDeltas();
  for (const itemId of itemsOf(command)) {
    if (!goByRule(command, itemId)) retry(command, tally, itemId, statusOnRelease(database, itemId));
  }
  tally.write(database);
  yield;
}

function retryBatches(command: Command): Pieces {
  return endedChunks(
    command,
    () => true,
    (itemId, tally) => retry(command, tally, itemId, WAITING),
  );
}

function retry(
  { database, live, now, progress }: Command,
  tally: CounterDeltas,
  itemId: ItemId,
  stand: number,
): void {
  const standing = statusOf(database, itemId);
  if (standing === null || standing.stand < CONFLICT || live.has(itemId)) return;
  reviveItem(database, tally, itemId, standing, { stand, at: now });
  progress.affected += 1;
}

/** The user's word on conflicts, for each item of its own: its batch keeps its policy. */
function* decide(command: Command, verb: 'overwrite' | 'keep-both' | 'skip'): Pieces {
  const { database, now, progress, live } = command;
  const one = (itemId: ItemId, tally: CounterDeltas, stand: number): void => {
    const standing = statusOf(database, itemId);
    if (standing?.stand !== CONFLICT || live.has(itemId)) return;
    if (verb === 'skip') endItem(database, tally, itemId, standing, now, { kind: 'canceled' });
    else {
      reviveItem(database, tally, itemId, standing, { stand, at: now });
      database.run('UPDATE work SET conflict = ? WHERE item_id = ?', verb, itemId);
    }
    progress.affected += 1;
  };
  if (command.scope.kind === 'items') {
    const tally = new CounterDeltas();
    for (const itemId of itemsOf(command)) one(itemId, tally, statusOnRelease(database, itemId));
    tally.write(database);
    yield;
    return;
  }
  yield* endedChunks(
    command,
    (stand) => stand === CONFLICT,
    (itemId, tally) => one(itemId, tally, WAITING),
  );
}

function* cancelItems(command: Command): Pieces {
  const tally = new CounterDeltas();
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

function cancel({ database, live, now, progress }: Command, tally: CounterDeltas, itemId: ItemId): void {
  const standing = statusOf(database, itemId);
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
  const tally = new CounterDeltas();
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

function remove({ database, live, progress }: Command, tally: CounterDeltas, itemId: ItemId): void {
  const standing = statusOf(database, itemId);
  if (standing === null || !isEnded(standing.stand) || live.has(itemId)) return;
  const leftover = removeItem(database, tally, itemId, standing);
  progress.affected += 1;
  if (leftover !== null) progress.leftovers.push(leftover);
}
