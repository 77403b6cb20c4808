/** How an item stands that a rule of its destination holds back, wherever it comes from. */
import { batchOf, type ItemId } from '../../shared/ids';
import { integerIn, textOrNull, type Database } from '../database';
import { ASKING, EXEMPT, SCANNED, WAITING } from '../status-codes';
import { ASKS_USER, LOCAL, MADE, TO_BE_MADE } from './codes';
import { refreshPicture } from './pictures';
import { askForIngest } from './put-question';

interface Decision {
  readonly state: number;
  /** In place of the usual one. */
  readonly key: string | null;
}

/** Null: no rule holds this item. */
export function decisionOf(database: Database, itemId: ItemId): Decision | null {
  const row = database.get('SELECT state, object_key FROM face_decisions WHERE item_id = ?', itemId);
  return row === undefined ? null : { state: integerIn(row, 'state'), key: textOrNull(row, 'object_key') };
}

/** Where an unended item stands once nobody holds it by hand; an item that goes on in a paused batch is marked as such. */
export function statusOnRelease(database: Database, itemId: ItemId): number {
  return ingestStatus(database, itemId) ?? statusInBatch(database, itemId);
}

function statusInBatch(database: Database, itemId: ItemId): number {
  const batch = database.get('SELECT held FROM batches WHERE batch_id = ?', batchOf(itemId));
  return batch !== undefined && integerIn(batch, 'held') === 1 ? EXEMPT : WAITING;
}

function ingestStatus(database: Database, itemId: ItemId): number | null {
  const state = decisionOf(database, itemId)?.state;
  if (state === ASKS_USER) return ASKING;
  return state === TO_BE_MADE || state === MADE ? SCANNED : null;
}

/** An item that had ended is sent again: what was not decided then is asked again. Null: no rule holds it. */
export function statusWhenRevived(database: Database, itemId: ItemId, at: number): number | null {
  const stand = ingestStatus(database, itemId);
  if (stand === SCANNED && decisionOf(database, itemId)?.state === TO_BE_MADE)
    askForIngest(database, itemId, at);
  return stand;
}

/** The item has moved: what is asked about it is shown anew, and where it has ended nobody looks at it any more. */
export function afterMove(database: Database, itemId: ItemId, ended: boolean): void {
  const decision = decisionOf(database, itemId);
  if (decision === null) return;
  if (ended && decision.state === TO_BE_MADE) {
    database.run('DELETE FROM face_questions WHERE item_id = ? AND source = ?', itemId, LOCAL);
    database.run('DELETE FROM faces WHERE item_id = ? AND source = ? AND state = 0', itemId, LOCAL);
  }
  refreshPicture(database, itemId);
}
