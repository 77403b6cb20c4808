import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Bridge } from '../../shared/ipc/contract';
import type { BatchId } from '../../shared/ids';
import type { BatchRow, EngineStatus, QueueDelta } from '../../shared/queue-view';
import { PAGE_ROWS, PageCache } from './page-cache';
import { fromSnapshot, withDelta, type QueueState } from './queue-state';
import { withSpeed, type SpeedSample } from './speed-history';

/** Deltas that wait for a snapshot; more than this and the snapshot will be newer than most of them. */
const MOST_WAITING_DELTAS = 100;
/** After an engine that did not answer. */
const ASK_AGAIN_MS = 1_000;

export interface QueueStoreState {
  /** Null until the first snapshot. */
  readonly queue: QueueState | null;
  readonly engine: EngineStatus;
  /** Grows whenever a row of a file may have changed. */
  readonly rowsVersion: number;
  readonly speed: readonly SpeedSample[];
}

type QueueBridge = Pick<Bridge, 'call' | 'subscribe'>;

/**
 * The queue as the window sees it: a snapshot, then revisioned deltas. A gap between revisions, or an engine that was
 * started again, takes a new snapshot; rows come by pages as they are looked at.
 */
export class QueueStore {
  readonly pages = new PageCache();
  readonly #bridge: QueueBridge;
  readonly #now: () => number;
  readonly #store: StoreApi<QueueStoreState>;
  readonly #asked = new Set<string>();
  #waitingDeltas: QueueDelta[] | null = null;
  /** Pages asked for before the newest snapshot may count revisions of an engine that is gone. */
  #epoch = 0;

  constructor(bridge: QueueBridge, now: () => number = Date.now) {
    this.#bridge = bridge;
    this.#now = now;
    this.#store = createStore<QueueStoreState>(() => ({
      queue: null,
      engine: { kind: 'starting' },
      rowsVersion: 0,
      speed: [],
    }));
  }

  get api(): StoreApi<QueueStoreState> {
    return this.#store;
  }

  /** Follows the queue until the function that comes back is called. */
  start(): () => void {
    const stops = [
      this.#bridge.subscribe('queue.delta', (delta) => this.#onDelta(delta)),
      this.#bridge.subscribe('engine.status', (engine) => this.#onEngine(engine)),
    ];
    this.#takeSnapshot();
    return () => stops.forEach((stop) => stop());
  }

  /** Fetches what rows `first` to `last` of a batch lack. */
  want(batchId: BatchId, first: number, last: number): void {
    for (const number of this.pages.wanted(batchId, first, last)) this.#askPage(batchId, number);
  }

  #onEngine(engine: EngineStatus): void {
    const before = this.#store.getState().engine;
    this.#store.setState({ engine });
    if (engine.kind === 'running' && before.kind !== 'running') this.#takeSnapshot();
  }

  #onDelta(delta: QueueDelta): void {
    if (this.#waitingDeltas !== null) {
      this.#waitingDeltas.push(delta);
      if (this.#waitingDeltas.length > MOST_WAITING_DELTAS) this.#waitingDeltas.shift();
      return;
    }
    const { queue } = this.#store.getState();
    if (queue === null) return;
    const outcome = withDelta(queue, delta);
    if (outcome.kind === 'gap') this.#takeSnapshot(delta);
    else if (outcome.kind === 'next') this.#advance(queue, outcome.state, delta);
  }

  #advance(before: QueueState, after: QueueState, delta: QueueDelta): void {
    for (const batchId of delta.removedBatchIds) this.pages.drop(batchId);
    this.#distrustResized(before.batches, delta.batches);
    this.pages.apply(delta.revision, delta.items, delta.itemsCut);
    const { rowsVersion, speed } = this.#store.getState();
    this.#store.setState({
      queue: after,
      rowsVersion: rowsVersion + 1,
      speed: withSpeed(speed, this.#now(), after.summary.bytesPerSecond),
    });
  }

  /** A batch that grew has a longer last page; one that shrank has other rows everywhere. */
  #distrustResized(before: readonly BatchRow[], changed: readonly BatchRow[]): void {
    const sizes = new Map(before.map((batch) => [batch.batchId, batch.items]));
    for (const batch of changed) {
      const size = sizes.get(batch.batchId);
      if (size === undefined || size === batch.items) continue;
      this.pages.distrust(batch.batchId, batch.items > size ? Math.floor(size / PAGE_ROWS) : 0);
    }
  }

  #takeSnapshot(first?: QueueDelta): void {
    if (this.#waitingDeltas !== null) return;
    this.#waitingDeltas = first === undefined ? [] : [first];
    void this.#bridge.call('queue.snapshot', {}).then((reply) => {
      const waiting = this.#waitingDeltas ?? [];
      this.#waitingDeltas = null;
      if (!reply.ok) {
        setTimeout(() => this.#takeSnapshot(), ASK_AGAIN_MS);
        return;
      }
      this.pages.distrustAll();
      this.#epoch += 1;
      const { rowsVersion, speed } = this.#store.getState();
      this.#store.setState({
        queue: fromSnapshot(reply.value),
        engine: reply.value.engine,
        rowsVersion: rowsVersion + 1,
        speed: withSpeed(speed, this.#now(), reply.value.summary.bytesPerSecond),
      });
      for (const delta of waiting) this.#onDelta(delta);
    });
  }

  #askPage(batchId: BatchId, number: number): void {
    const name = `${batchId}:${number}`;
    if (this.#asked.has(name)) return;
    this.#asked.add(name);
    const epoch = this.#epoch;
    const input = { batchId, offset: number * PAGE_ROWS, limit: PAGE_ROWS };
    void this.#bridge.call('queue.items', input).then((reply) => {
      this.#asked.delete(name);
      if (!reply.ok) return;
      if (epoch === this.#epoch) this.pages.put(batchId, number, reply.value.rows, reply.value.revision);
      this.#store.setState(({ rowsVersion }) => ({ rowsVersion: rowsVersion + 1 }));
    });
  }
}
