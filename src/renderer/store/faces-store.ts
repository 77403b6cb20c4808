import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  FacesChange,
  FacesCounts,
  FacesDetail,
  FacesFilter,
  FacesRow,
  FaceTile,
} from '../../shared/faces';
import type { BatchId, ItemId } from '../../shared/ids';
import type { Bridge, CallValue, Reply } from '../../shared/ipc/contract';
import type { EngineStatus, QueueDelta } from '../../shared/queue-view';
import { LIST_PAGE, ListCache } from './list-cache';

/** What changed is asked for again at most this often: results come many a second. */
export const ASK_EVERY_MS = 400;
/** An answer can be megabytes long, so few are kept. */
const MOST_DETAILS = 3;

export type FacesBatch = CallValue<'faces.batches'>['batches'][number];

export interface FacesState {
  /** Of all batches; null before anything is known. */
  readonly counts: FacesCounts | null;
  readonly batches: readonly FacesBatch[] | null;
  /** Grows whenever something that was fetched may have changed or has come. */
  readonly version: number;
}

interface KnownDetail {
  readonly detail: FacesDetail | null;
  stale: boolean;
}

export interface RowsOf {
  readonly batchId: BatchId | null;
  readonly filter: FacesFilter;
}

export const rowsName = ({ batchId, filter }: RowsOf): string => `${batchId ?? 'all'}:${filter}`;
export const sheetName = (batchId: BatchId | null): string => `${batchId ?? 'all'}`;

type FacesBridge = Pick<Bridge, 'call' | 'subscribe'>;

/**
 * What the window knows of faces. It follows `faces.changed` and asks again only for what somebody looks at: each
 * `want…` fetches what is absent or stale, one question of a kind at a time.
 */
export class FacesStore {
  readonly rows = new ListCache<FacesRow>();
  readonly tiles = new ListCache<FaceTile>();
  readonly #details = new Map<ItemId, KnownDetail>();
  readonly #bridge: FacesBridge;
  readonly #now: () => number;
  readonly #store: StoreApi<FacesState>;
  readonly #asking = new Set<string>();
  readonly #askedAt = new Map<string, number>();
  #batchesStale = true;
  #revision: number | null = null;
  /** Grows with each change: an answer to an older question is stale when it lands. */
  #changes = 0;
  #engine: EngineStatus['kind'] = 'starting';
  #wakes: ReturnType<typeof setTimeout> | undefined;

  constructor(bridge: FacesBridge, now: () => number = Date.now) {
    this.#bridge = bridge;
    this.#now = now;
    this.#store = createStore<FacesState>(() => ({ counts: null, batches: null, version: 0 }));
  }

  get api(): StoreApi<FacesState> {
    return this.#store;
  }

  /** Follows what is found until the function that comes back is called. */
  start(): () => void {
    const stops = [
      this.#bridge.subscribe('faces.changed', (change) => this.#onChange(change)),
      this.#bridge.subscribe('queue.delta', (delta) => this.#onDelta(delta)),
      this.#bridge.subscribe('engine.status', (status) => this.#onEngine(status)),
    ];
    this.wantBatches();
    return () => {
      clearTimeout(this.#wakes);
      stops.forEach((stop) => stop());
    };
  }

  wantBatches(): void {
    if (!this.#batchesStale || !this.#mayAsk('batches')) return;
    const changes = this.#changes;
    void this.#ask('batches', this.#bridge.call('faces.batches', {}), ({ batches }) => {
      this.#batchesStale = changes !== this.#changes;
      // Changes tell the counts of all batches; before the first of them the batches do.
      const counts = this.#store.getState().counts ?? countsOf(batches);
      this.#store.setState({ batches, counts });
    });
  }

  wantRows(of: RowsOf, first: number, last: number): void {
    const list = rowsName(of);
    for (const number of this.rows.wanted(list, first, last)) {
      const what = `rows ${list} ${number}`;
      if (!this.#mayAsk(what)) continue;
      const changes = this.#changes;
      const input = { ...of, offset: number * LIST_PAGE, limit: LIST_PAGE };
      void this.#ask(what, this.#bridge.call('faces.page', input), ({ rows, total }) =>
        this.rows.put(list, number, rows, total, changes !== this.#changes),
      );
    }
  }

  wantTiles(batchId: BatchId | null, first: number, last: number): void {
    const list = sheetName(batchId);
    for (const number of this.tiles.wanted(list, first, last)) {
      const what = `tiles ${list} ${number}`;
      if (!this.#mayAsk(what)) continue;
      const changes = this.#changes;
      const input = { batchId, offset: number * LIST_PAGE, limit: LIST_PAGE };
      void this.#ask(what, this.#bridge.call('faces.sheet', input), ({ tiles, total }) =>
        this.tiles.put(list, number, tiles, total, changes !== this.#changes),
      );
    }
  }

  /** Undefined before its answer; null where the row is gone. */
  detail(itemId: ItemId): FacesDetail | null | undefined {
    return this.#details.get(itemId)?.detail;
  }

  wantDetail(itemId: ItemId): void {
    if (this.#details.get(itemId)?.stale === false || !this.#mayAsk(`detail ${itemId}`)) return;
    const changes = this.#changes;
    void this.#ask(`detail ${itemId}`, this.#bridge.call('faces.detail', { itemId }), (detail) => {
      this.#details.delete(itemId);
      this.#details.set(itemId, { detail, stale: changes !== this.#changes });
      for (const oldest of this.#details.keys()) {
        if (this.#details.size <= MOST_DETAILS) break;
        this.#details.delete(oldest);
      }
    });
  }

  #onChange({ revision, counts, itemIds, cut }: FacesChange): void {
    const isNext = this.#revision === null || revision === this.#revision + 1;
    this.#revision = revision;
    this.#changes += 1;
    this.#batchesStale = true;
    // A picture that was looked at may belong to another list and stand elsewhere in it.
    this.rows.distrust();
    this.tiles.distrust();
    const all = cut || !isNext;
    for (const [itemId, known] of this.#details) if (all || itemIds.includes(itemId)) known.stale = true;
    this.#store.setState({ counts });
    this.#bump();
  }

  /** The state of the upload is part of the detail. */
  #onDelta({ items, itemsCut }: QueueDelta): void {
    let some = false;
    for (const [itemId, known] of this.#details) {
      const moved = items.some((row) => row.itemId === itemId && row.state.kind !== known.detail?.state.kind);
      if (!moved && !(itemsCut && known.detail?.state.kind !== 'done')) continue;
      known.stale = true;
      some = true;
    }
    if (some) this.#bump();
  }

  #onEngine({ kind }: EngineStatus): void {
    const before = this.#engine;
    this.#engine = kind;
    if (kind !== 'running' || before === 'running') return;
    this.#revision = null;
    this.#changes += 1;
    this.#batchesStale = true;
    this.rows.distrust();
    this.tiles.distrust();
    for (const known of this.#details.values()) known.stale = true;
    this.#bump();
  }

  /** False while the same question is on its way or was asked just now; then those who look are woken later. */
  #mayAsk(what: string): boolean {
    if (this.#asking.has(what)) return false;
    const wait = (this.#askedAt.get(what) ?? -ASK_EVERY_MS) + ASK_EVERY_MS - this.#now();
    if (wait <= 0) return true;
    this.#wakes ??= setTimeout(() => {
      this.#wakes = undefined;
      this.#bump();
    }, wait);
    return false;
  }

  async #ask<T>(what: string, reply: Promise<Reply<T>>, take: (value: T) => void): Promise<void> {
    this.#asking.add(what);
    this.#askedAt.set(what, this.#now());
    const answer = await reply;
    this.#asking.delete(what);
    if (!answer.ok) return;
    take(answer.value);
    this.#bump();
  }

  #bump(): void {
    // Old times say nothing any more.
    for (const [what, at] of this.#askedAt)
      if (this.#now() - at > 10 * ASK_EVERY_MS) this.#askedAt.delete(what);
    this.#store.setState(({ version }) => ({ version: version + 1 }));
  }
}

/** The counts of all batches together. */
export function countsOf(batches: readonly FacesBatch[]): FacesCounts {
  const sum = (of: (counts: FacesCounts) => number): number =>
    batches.reduce((all, { counts }) => all + of(counts), 0);
  return {
    all: sum((counts) => counts.all),
    with: sum((counts) => counts.with),
    without: sum((counts) => counts.without),
    failed: sum((counts) => counts.failed),
    waiting: sum((counts) => counts.waiting),
    asking: sum((counts) => counts.asking),
  };
}
