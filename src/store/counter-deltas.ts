import { batchOf, type BatchId, type ItemId } from '../shared/ids';
import type { Database } from './database';

interface Change {
  readonly batchId: BatchId;
  readonly stand: number;
  readonly code: string;
  items: number;
  bytes: number;
}

/** Gathers what one transaction changes of the counters, and writes each counter once. */
export class CounterDeltas {
  readonly #changes = new Map<string, Change>();

  add(itemId: ItemId, stand: number, code: string, items: 1 | -1, sizeBytes: number): void {
    const batchId = batchOf(itemId);
    const name = `${batchId} ${stand} ${code}`;
    const change = this.#changes.get(name) ?? { batchId, stand, code, items: 0, bytes: 0 };
    change.items += items;
    change.bytes += items * sizeBytes;
    this.#changes.set(name, change);
  }

  /** To be called inside the transaction that made the changes. */
  write(database: Database): void {
    for (const { batchId, stand, code, items, bytes } of this.#changes.values()) {
      if (items === 0 && bytes === 0) continue;
      database.run(
        `INSERT INTO counters (batch_id, stand, code, items, bytes) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (batch_id, stand, code)
         DO UPDATE SET items = items + excluded.items, bytes = bytes + excluded.bytes`,
        batchId,
        stand,
        code,
        items,
        bytes,
      );
    }
    this.#changes.clear();
  }
}
