export const LIST_PAGE = 200;
/** Small rows: some megabytes at the most. */
const MOST_PAGES = 30;

interface ListPage<Row> {
  readonly list: string;
  readonly number: number;
  readonly rows: readonly Row[];
  stale: boolean;
}

/**
 * Rows of named lists by pages of `LIST_PAGE`. What changed is marked stale and stays on view until the new page
 * lands; the least recently read page is forgotten first.
 */
export class ListCache<Row> {
  readonly #pages = new Map<string, ListPage<Row>>();
  readonly #totals = new Map<string, number>();
  readonly #mostPages: number;

  constructor(mostPages: number = MOST_PAGES) {
    this.#mostPages = mostPages;
  }

  get pages(): number {
    return this.#pages.size;
  }

  /** Rows of the list in all; null before its first page. */
  total(list: string): number | null {
    return this.#totals.get(list) ?? null;
  }

  rowAt(list: string, index: number): Row | undefined {
    const name = nameOf(list, Math.floor(index / LIST_PAGE));
    const page = this.#pages.get(name);
    if (page === undefined) return undefined;
    // A Map keeps the order of insertion: what is read moves to the end, the first is the oldest.
    this.#pages.delete(name);
    this.#pages.set(name, page);
    return page.rows[index % LIST_PAGE];
  }

  /** Index of the first row of the pages at hand that `is` says yes to. */
  find(list: string, is: (row: Row) => boolean): number | undefined {
    for (const page of this.#pages.values()) {
      if (page.list !== list) continue;
      const at = page.rows.findIndex(is);
      if (at >= 0) return page.number * LIST_PAGE + at;
    }
    return undefined;
  }

  /** Numbers of the pages that rows `first` to `last` need and that are absent or stale. */
  wanted(list: string, first: number, last: number): readonly number[] {
    const numbers: number[] = [];
    for (let number = Math.floor(first / LIST_PAGE); number <= Math.floor(last / LIST_PAGE); number += 1)
      if (this.#pages.get(nameOf(list, number))?.stale !== false) numbers.push(number);
    return numbers;
  }

  /** Takes a page in; `stale` where something changed while it was on its way. */
  put(list: string, number: number, rows: readonly Row[], total: number, stale: boolean): void {
    const name = nameOf(list, number);
    this.#pages.delete(name);
    this.#pages.set(name, { list, number, rows, stale });
    this.#totals.set(list, total);
    // Pages beyond the end hold rows that are gone.
    for (const [other, page] of this.#pages)
      if (page.list === list && page.number > 0 && page.number * LIST_PAGE >= total)
        this.#pages.delete(other);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= this.#mostPages) break;
      this.#pages.delete(oldest);
    }
  }

  /** Every page is asked for again when it is looked at. */
  distrust(): void {
    for (const page of this.#pages.values()) page.stale = true;
  }
}

const nameOf = (list: string, number: number): string => `${list}#${number}`;
