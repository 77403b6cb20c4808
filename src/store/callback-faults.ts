/** Files that are done, and of which the server that OSS was to tell was not told. */
import type { Fault } from '../shared/faults';
import {
  batchOf,
  itemIdAt,
  type BatchId,
  type Crc64,
  type DestinationId,
  type ETag,
  type ItemId,
} from '../shared/ids';
import type { Scope } from '../shared/queue-view';
import { integerIn, textIn, type Database } from './database';
import { keyOf } from './item-path';
import { statusOf } from './item-status';
import type { CallbackFaultItem } from './queue-types';
import { DONE } from './status-codes';
import { CounterDeltas } from './counter-deltas';

const MOST_ROWS = 500;

export const CALLBACK_FAULTS_QUERY = `
  SELECT item_id FROM ends INDEXED BY ends_untold
  WHERE stand = 10 AND code <> '' AND item_id > ? AND item_id < ? ORDER BY item_id LIMIT ${MOST_ROWS}`;

/** Those of a scope after an id, in the order of their ids; at most 500. */
export function callbackFaultItems(
  database: Database,
  scope: Scope,
  after: number,
): readonly CallbackFaultItem[] {
  return idsIn(database, scope, after).flatMap((itemId) => callbackFaultItem(database, itemId) ?? []);
}

function idsIn(database: Database, scope: Scope, after: number): readonly ItemId[] {
  if (scope.kind === 'items')
    return scope.itemIds.filter((itemId) => itemId > after).sort((one, other) => one - other);
  const batchId = scope.kind === 'batch' ? scope.batchId : null;
  const from = Math.max(after, batchId === null ? 0 : itemIdAt(batchId, 0));
  const to = batchId === null ? Number.MAX_SAFE_INTEGER : itemIdAt((batchId + 1) as BatchId, 0);
  return database.all(CALLBACK_FAULTS_QUERY, from, to).map((row) => integerIn(row, 'item_id') as ItemId);
}

function callbackFaultItem(database: Database, itemId: ItemId): CallbackFaultItem | null {
  const row = database.get(
    `SELECT e.crc64, e.etag, w.size_bytes, i.name, i.object_key, r.key_prefix, b.destination_id
     FROM ends e
     CROSS JOIN work w ON w.item_id = e.item_id
     CROSS JOIN items i ON i.item_id = e.item_id
     CROSS JOIN batches b ON b.batch_id = ?
     CROSS JOIN roots r ON r.batch_id = b.batch_id AND r.root_index = i.root_index
     WHERE e.item_id = ? AND e.stand = ${DONE} AND e.code <> ''`,
    batchOf(itemId),
    itemId,
  );
  if (row === undefined) return null;
  return {
    itemId,
    batchId: batchOf(itemId),
    destinationId: textIn(row, 'destination_id') as DestinationId,
    key: keyOf(row),
    sizeBytes: integerIn(row, 'size_bytes'),
    crc64: textIn(row, 'crc64') as Crc64,
    etag: textIn(row, 'etag') as ETag,
  };
}

export function countCallbackFaults(database: Database): number {
  const row = database.get(
    `SELECT ifnull(sum(items), 0) AS items FROM counters WHERE stand = ${DONE} AND code <> ''`,
  );
  return row === undefined ? 0 : integerIn(row, 'items');
}

/** `why` null: it was told. To be called inside a transaction; false: it is not among them (any more). */
export function noteCallback(database: Database, itemId: ItemId, why: Fault | null): boolean {
  const standing = statusOf(database, itemId);
  if (standing?.stand !== DONE || standing.code === '') return false;
  const code = why?.code ?? '';
  const tally = new CounterDeltas();
  tally.add(itemId, DONE, standing.code, -1, standing.sizeBytes);
  tally.add(itemId, DONE, code, 1, standing.sizeBytes);
  tally.write(database);
  const text = why === null ? null : JSON.stringify(why);
  database.run('UPDATE ends SET code = ?, fault = ? WHERE item_id = ?', code, text, itemId);
  return true;
}
