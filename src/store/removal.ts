import type { Leftover } from '../engine/queue-ports';
import type { BatchId, ItemId } from '../shared/ids';
import type { Database } from './database';
import { forgetFaces } from './faces/pictures';
import type { ItemStatus } from './item-status';
import type { CounterDeltas } from './counter-deltas';
import { leftoverOfItem } from './work';

/** Takes an ended row away. Its UploadId, if one is still open, is kept until it is closed, and comes back. */
export function removeItem(
  database: Database,
  tally: CounterDeltas,
  itemId: ItemId,
  standing: ItemStatus,
): Leftover | null {
  const leftover = leftoverOfItem(database, itemId);
  if (leftover !== null) {
    database.run(
      'INSERT OR REPLACE INTO leftovers (item_id, destination_id, object_key, upload_id) VALUES (?, ?, ?, ?)',
      itemId,
      leftover.destinationId,
      leftover.key,
      leftover.uploadId,
    );
  }
  tally.add(itemId, standing.stand, standing.code, -1, standing.sizeBytes);
  database.run('DELETE FROM parts WHERE item_id = ?', itemId);
  database.run('DELETE FROM begun WHERE item_id = ?', itemId);
  database.run('DELETE FROM uploads WHERE item_id = ?', itemId);
  database.run('DELETE FROM ends WHERE item_id = ?', itemId);
  database.run('DELETE FROM items WHERE item_id = ?', itemId);
  forgetFaces(database, itemId);
  database.run('DELETE FROM face_decisions WHERE item_id = ?', itemId);
  database.run('DELETE FROM work WHERE item_id = ?', itemId);
  return leftover;
}

/** Takes batches away that hold nothing any more and will get nothing either. */
export function removeEmptyBatches(database: Database, batchIds: readonly BatchId[]): void {
  for (const batchId of batchIds) {
    const gone = database.run(
      `DELETE FROM batches WHERE batch_id = ? AND scanning = 0 AND NOT EXISTS (
         SELECT 1 FROM counters c WHERE c.batch_id = batches.batch_id AND c.items > 0)`,
      batchId,
    );
    if (gone === 0) continue;
    database.run('DELETE FROM roots WHERE batch_id = ?', batchId);
    database.run('DELETE FROM counters WHERE batch_id = ?', batchId);
    database.run('DELETE FROM face_counters WHERE batch_id = ?', batchId);
  }
}
