import type { ItemId } from '../../shared/ids';
import type { Database } from '../database';

/** The most ids that are told at once; what goes beyond is told as `cut`. */
const MOST_IDS = 200;

/** Pictures of one queue that changed since they were last taken. A transaction that came to nothing may be in it. */
class Touched {
  #itemIds = new Set<ItemId>();
  #cut = false;
  #telling = false;
  readonly #listeners: (() => void)[] = [];

  note(itemId: ItemId): void {
    if (this.#itemIds.size < MOST_IDS || this.#itemIds.has(itemId)) this.#itemIds.add(itemId);
    else this.#cut = true;
    if (this.#telling) return;
    this.#telling = true;
    // Later: this is in the middle of a transaction.
    queueMicrotask(() => {
      this.#telling = false;
      for (const listener of this.#listeners) listener();
    });
  }

  take(): { readonly itemIds: readonly ItemId[]; readonly cut: boolean } {
    const taken = { itemIds: [...this.#itemIds], cut: this.#cut };
    this.#itemIds = new Set();
    this.#cut = false;
    return taken;
  }

  onTouched(listener: () => void): void {
    this.#listeners.push(listener);
  }
}

/** Beside the database and not in it: whoever changes a picture has the database in hand and nothing else. */
const ofDatabase = new WeakMap<Database, Touched>();

export function touchedOf(database: Database): Touched {
  const known = ofDatabase.get(database) ?? new Touched();
  ofDatabase.set(database, known);
  return known;
}
