import type { BatchId, ItemId } from '../../shared/ids';
import type { ItemRow } from '../../shared/queue-view';

export const PAGE_ROWS = 200;
/** 12,000 rows: many windows full, a few megabytes. */
const MOST_PAGES = 60;
/** At ten deltas a second: five seconds in which a page may be on its way. */
const MOST_REMEMBERED_DELTAS = 50;

interface Page {
  readonly batchId: BatchId;
  readonly number: number;
  readonly rows: ItemRow[];
  revision: number;
  stale: boolean;
}

interface RememberedDelta {
  readonly revision: number;
  readonly items: readonly ItemRow[];
  readonly itemsCut: boolean;
}

const nameOf = (batchId: BatchId, number: number): string => `${batchId}:${number}`;

/**
 * Rows of the queue by pages, so that a batch of a million files costs the window only what is looked at. The least
 * recently read page is forgotten first. Deltas that arrive while a page is on its way are laid over it when it lands.
 */
export class PageCache {
  readonly #pages = new Map<string, Page>();
  readonly #indexes = new Map<ItemId, { readonly page: Page; readonly at: number }>();
  readonly #deltas: RememberedDelta[] = [];
  readonly #mostPages: number;

  constructor(mostPages: number = MOST_PAGES) {
    this.#mostPages = mostPages;
  }

  get pages(): number {
    return this.#pages.size;
  }

  /** The row at `index` (from 0) of a batch, if its page is here. */
  rowAt(batchId: BatchId, index: number): ItemRow | undefined {
    const name = nameOf(batchId, Math.floor(index / PAGE_ROWS));
    const page = this.#pages.get(name);
    if (page === undefined) return undefined;
    // A Map keeps the order of insertion: what is read moves to the end, the first is the oldest.
    this.#pages.delete(name);
    this.#pages.set(name, page);
    return page.rows[index % PAGE_ROWS];
  }

  /** Where a file stands in its batch (from 0), if its page is here. */
  indexOf(itemId: ItemId): number | undefined {
    const found = this.#indexes.get(itemId);
    return found === undefined ? undefined : found.page.number * PAGE_ROWS + found.at;
  }

  row(itemId: ItemId): ItemRow | undefined {
    const found = this.#indexes.get(itemId);
    return found?.page.rows[found.at];
  }

  /** Numbers of the pages that rows `first` to `last` need and that are absent or stale. */
  wanted(batchId: BatchId, first: number, last: number): readonly number[] {
    const wanted: number[] = [];
    for (let number = Math.floor(first / PAGE_ROWS); number <= Math.floor(last / PAGE_ROWS); number += 1) {
      const page = this.#pages.get(nameOf(batchId, number));
      if (page === undefined || page.stale) wanted.push(number);
    }
    return wanted;
  }

  put(batchId: BatchId, number: number, rows: readonly ItemRow[], revision: number): void {
    this.#forget(nameOf(batchId, number));
    const page: Page = { batchId, number, rows: [...rows], revision, stale: false };
    page.rows.forEach((row, at) => this.#indexes.set(row.itemId, { page, at }));
    this.#pages.set(nameOf(batchId, number), page);
    const [oldest] = this.#deltas;
    // Deltas between the page and the oldest one remembered are lost: ask again.
    if (oldest !== undefined && oldest.revision > revision + 1) page.stale = true;
    for (const delta of this.#deltas) if (delta.revision > revision) this.#lay(delta, page);
    for (const name of this.#pages.keys()) {
      if (this.#pages.size <= this.#mostPages) break;
      this.#forget(name);
    }
  }

  /** Lays the rows of a delta over the pages. */
  apply(revision: number, items: readonly ItemRow[], itemsCut: boolean): void {
    const delta = { revision, items, itemsCut };
    this.#deltas.push(delta);
    if (this.#deltas.length > MOST_REMEMBERED_DELTAS) this.#deltas.shift();
    for (const row of items) {
      const found = this.#indexes.get(row.itemId);
      if (found === undefined || found.page.revision >= revision) continue;
      found.page.rows[found.at] = row;
    }
    if (itemsCut) for (const page of this.#pages.values()) if (page.revision < revision) page.stale = true;
  }

  /** Rows came or went: from page `from` on nothing is where it was. Rows stay on view until the new ones land. */
  distrust(batchId: BatchId, from = 0): void {
    for (const page of this.#pages.values())
      if (page.batchId === batchId && page.number >= from) page.stale = true;
  }

  /** After a new snapshot: every page is asked for again when it is looked at, and revisions begin anew. */
  distrustAll(): void {
    this.#deltas.length = 0;
    for (const page of this.#pages.values()) page.stale = true;
  }

  drop(batchId: BatchId): void {
    for (const [name, page] of this.#pages) if (page.batchId === batchId) this.#forget(name);
  }

  #lay(delta: RememberedDelta, page: Page): void {
    if (delta.itemsCut) page.stale = true;
    for (const row of delta.items) {
      const found = this.#indexes.get(row.itemId);
      if (found?.page === page) page.rows[found.at] = row;
    }
  }

  #forget(name: string): void {
    const page = this.#pages.get(name);
    if (page === undefined) return;
    this.#pages.delete(name);
    for (const row of page.rows)
      if (this.#indexes.get(row.itemId)?.page === page) this.#indexes.delete(row.itemId);
  }
}
