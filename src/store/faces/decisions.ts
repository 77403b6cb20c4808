/**
 * What a rule of the destination makes of a picture before it is sent. While a decision is to be made the item stands
 * as SCANNED; made, it stays so until the decision was told (`releaseMade`); where the rule asks, as ASKING.
 */
import type { IngestAnswer } from '../../shared/faces';
import type { Fault } from '../../shared/faults';
import type { ItemId } from '../../shared/ids';
import { integerIn, integerOrNull, type Database } from '../database';
import { endItem, moveItem, statusOf, type ItemStatus } from '../item-status';
import { ASKING, isEnded, SCANNED, WAITING } from '../status-codes';
import { CounterDeltas } from '../counter-deltas';
import { ASKS_USER, MADE, SETTLED, TO_BE_MADE } from './codes';
import type { AskingItem, IngestVerdict } from './faces-types';
import { keyOf, sourcePathOf } from '../item-path';
import { refreshPicture } from './pictures';
import { decisionOf } from './ingest-status';

const MOST_RELEASED = 1_000;

/** To be called inside the transaction that writes the answer. */
export function settleVerdict(database: Database, itemId: ItemId, at: number, verdict: IngestVerdict): void {
  const standing = statusOf(database, itemId);
  const decision = decisionOf(database, itemId);
  if (standing === null || isEnded(standing.stand) || decision?.state !== TO_BE_MADE) return;
  if (verdict.kind === 'refuse') {
    end(database, itemId, standing, at, verdict.fault);
    return;
  }
  const { faces, tag, key } = verdict;
  const asks = verdict.kind === 'ask';
  // Of an item that the user has paused nothing is left to be done: it goes when it is let go.
  const state = asks ? ASKS_USER : standing.stand === SCANNED ? MADE : SETTLED;
  database.run(
    'UPDATE face_decisions SET state = ?, faces = ?, tag = ?, object_key = ? WHERE item_id = ?',
    state,
    faces,
    tag,
    key,
    itemId,
  );
  if (asks && standing.stand === SCANNED) move(database, itemId, standing, ASKING);
  if (!asks && key !== null) useKey(database, itemId, key);
}

/** Lets go what was decided. @returns which items; they are runnable unless their batch is held */
export function releaseMade(database: Database): readonly ItemId[] {
  const rows = database.all(MADE_QUERY, MOST_RELEASED);
  const tally = new CounterDeltas();
  const itemIds = rows.map((row) => integerIn(row, 'item_id') as ItemId);
  for (const itemId of itemIds) {
    const standing = statusOf(database, itemId);
    database.run(`UPDATE face_decisions SET state = ${SETTLED} WHERE item_id = ?`, itemId);
    // Not exempt from a pause of its batch: nobody has let this one go on in spite of it.
    if (standing?.stand === SCANNED) moveItem(database, tally, itemId, standing, WAITING);
  }
  tally.write(database);
  return itemIds;
}

export const MADE_QUERY = `
  SELECT item_id FROM face_decisions INDEXED BY face_decisions_made WHERE state = 1 ORDER BY item_id LIMIT ?`;

/** The user's answer. @returns false where nothing was asked */
export function answerRule(database: Database, itemId: ItemId, how: IngestAnswer): boolean {
  const standing = statusOf(database, itemId);
  const decision = decisionOf(database, itemId);
  if (standing === null || isEnded(standing.stand) || decision?.state !== ASKS_USER) return false;
  const asks = standing.stand === ASKING;
  database.run(`UPDATE face_decisions SET state = ${asks ? MADE : SETTLED} WHERE item_id = ?`, itemId);
  if (how === 'as-usual')
    database.run('UPDATE face_decisions SET tag = NULL, object_key = NULL WHERE item_id = ?', itemId);
  else if (decision.key !== null) useKey(database, itemId, decision.key);
  // Told first, then let go, as any other decision.
  if (asks) move(database, itemId, standing, SCANNED);
  refreshPicture(database, itemId);
  return true;
}

export const ASKING_QUERY = `
  SELECT w.item_id, w.size_bytes, i.name, i.object_key, r.path, r.key_prefix, r.is_file, d.faces
  FROM work w INDEXED BY work_open
  CROSS JOIN items i ON i.item_id = w.item_id
  CROSS JOIN roots r ON r.batch_id = w.item_id / 4294967296 AND r.root_index = i.root_index
  LEFT JOIN face_decisions d ON d.item_id = w.item_id
  WHERE w.stand = ${ASKING} AND w.stand < 10 ORDER BY w.item_id LIMIT ?`;

export function askingItems(database: Database, limit: number): readonly AskingItem[] {
  return database.all(ASKING_QUERY, limit).map((row) => ({
    itemId: integerIn(row, 'item_id') as ItemId,
    key: keyOf(row),
    sourcePath: sourcePathOf(row),
    sizeBytes: integerIn(row, 'size_bytes'),
    faces: integerOrNull(row, 'faces') ?? 0,
  }));
}

/** Ends an item that asks; its decision stays open, so that a retry asks again. */
export function refuseItem(database: Database, itemId: ItemId, at: number, fault: Fault): void {
  const standing = statusOf(database, itemId);
  if (standing === null || isEnded(standing.stand)) return;
  end(database, itemId, standing, at, fault);
}

function end(database: Database, itemId: ItemId, from: ItemStatus, at: number, fault: Fault): void {
  const tally = new CounterDeltas();
  endItem(database, tally, itemId, from, at, { kind: 'failed', fault });
  tally.write(database);
}

function move(database: Database, itemId: ItemId, from: ItemStatus, stand: number): void {
  const tally = new CounterDeltas();
  moveItem(database, tally, itemId, from, stand);
  tally.write(database);
}

const useKey = (database: Database, itemId: ItemId, key: string): number =>
  database.run('UPDATE items SET object_key = ? WHERE item_id = ?', key, itemId);
