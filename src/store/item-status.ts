import type { ItemEnd } from '../engine/queue-ports';
import type { ItemId } from '../shared/ids';
import { integerIn, textIn, type Database } from './database';
import { afterMove, statusWhenRevived } from './faces/ingest-status';
import { codeOfEnd, CONFLICT, DONE, EXEMPT, faultOfEnd, isEnded, statusOfEnd, WAITING } from './status-codes';
import type { CounterDeltas } from './counter-deltas';

/** Where an item stands, and what it weighs in the counters. */
export interface ItemStatus {
  readonly stand: number;
  readonly code: string;
  readonly sizeBytes: number;
}

/** Null when the row was removed. */
export function statusOf(database: Database, itemId: ItemId): ItemStatus | null {
  const row = database.get('SELECT stand, size_bytes FROM work WHERE item_id = ?', itemId);
  if (row === undefined) return null;
  const stand = integerIn(row, 'stand');
  const end =
    stand < CONFLICT && stand !== DONE
      ? undefined
      : database.get('SELECT code FROM ends WHERE item_id = ?', itemId);
  return {
    stand,
    code: end === undefined ? '' : textIn(end, 'code'),
    sizeBytes: integerIn(row, 'size_bytes'),
  };
}

/** Moves an unended stand to another unended one. */
export function moveItem(
  database: Database,
  tally: CounterDeltas,
  itemId: ItemId,
  from: ItemStatus,
  stand: number,
): void {
  tally.add(itemId, from.stand, from.code, -1, from.sizeBytes);
  tally.add(itemId, stand, '', 1, from.sizeBytes);
  database.run('UPDATE work SET stand = ? WHERE item_id = ?', stand, itemId);
}

/** Ends an item, or replaces how it ended. */
export function endItem(
  database: Database,
  tally: CounterDeltas,
  itemId: ItemId,
  from: ItemStatus,
  at: number,
  end: ItemEnd,
): void {
  const stand = statusOfEnd(end.kind);
  const code = codeOfEnd(end);
  tally.add(itemId, from.stand, from.code, -1, from.sizeBytes);
  tally.add(itemId, stand, code, 1, from.sizeBytes);
  database.run('UPDATE work SET stand = ?, look_again = 0 WHERE item_id = ?', stand, itemId);
  insertEnd(database, itemId, at, end);
  // What the engine had in hand is decided: a look at the decision would be one for nothing, a million times.
  if (from.stand !== WAITING && from.stand !== EXEMPT) afterMove(database, itemId, true);
}

export function insertEnd(database: Database, itemId: ItemId, at: number, end: ItemEnd): void {
  const why = faultOfEnd(end);
  database.run(
    `INSERT OR REPLACE INTO ends (item_id, stand, code, ended_at, crc64, etag, version_id, request_ids, fault)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    itemId,
    statusOfEnd(end.kind),
    codeOfEnd(end),
    at,
    'crc64' in end ? end.crc64 : null,
    'etag' in end ? end.etag : null,
    end.kind === 'done' ? end.versionId : null,
    end.kind === 'done' ? JSON.stringify(end.requestIds) : null,
    why === null ? null : JSON.stringify(why),
  );
}

/** Makes an ended item runnable again, unless a rule holds it; the source is looked at afresh. */
export function reviveItem(
  database: Database,
  tally: CounterDeltas,
  itemId: ItemId,
  from: ItemStatus,
  { stand, at }: { readonly stand: number; readonly at: number },
): void {
  if (!isEnded(from.stand)) return;
  const held = statusWhenRevived(database, itemId, at);
  moveItem(database, tally, itemId, from, held ?? stand);
  database.run('UPDATE work SET look_again = 1 WHERE item_id = ?', itemId);
  database.run('DELETE FROM ends WHERE item_id = ?', itemId);
  if (held !== null) afterMove(database, itemId, false);
}
