/** Batches and the sum of all, as the window sees them: the store's counters and what is on sockets now. */
import type { Runner } from '../../engine/runner';
import { success, type Outcome } from '../../shared/faults';
import { batchOf, type BatchId } from '../../shared/ids';
import type { BatchRow, Summary } from '../../shared/queue-view';
import type { QueueReader, StoredBatch } from '../../store/queue-types';
import { holdOf } from './live-row';
import { Speed } from './speed';

const MOST_BATCHES = 500;

interface Activity {
  active: number;
  inFlightBytes: number;
}

export class BatchProjection {
  readonly #runner: Runner;
  readonly #store: QueueReader;
  readonly #now: () => number;
  readonly #speeds = new Map<BatchId, Speed>();
  readonly #speed = new Speed();
  /** Never backwards: a part that failed takes its bytes back, the bar does not. */
  readonly #sentBefore = new Map<BatchId, number>();

  constructor(runner: Runner, store: QueueReader, now: () => number) {
    this.#runner = runner;
    this.#store = store;
    this.#now = now;
  }

  rows(): Outcome<readonly BatchRow[]> {
    const stored = this.#store.listBatches(MOST_BATCHES);
    if (!stored.ok) return stored;
    const activity = this.#activity();
    return success(stored.value.map((batch) => this.#row(batch, activity.get(batch.batchId))));
  }

  summary(batches: readonly BatchRow[]): Outcome<Summary> {
    const totals = this.#store.totals();
    if (!totals.ok) return totals;
    const { counts, items, totalBytes, verifiedBytes, scanning, pausedByUser } = totals.value;
    const bytesPerSecond = Math.round(this.#speed.note(this.#runner.sent.bytes, this.#now()));
    const open = batches.filter((batch) => batch.counts.waiting > 0 || batch.scanning);
    const left = open.reduce((sum, batch) => sum + batch.totalBytes - batch.sentBytes, 0);
    const inFlight = open.reduce((sum, batch) => sum + batch.sentBytes - batch.verifiedBytes, 0);
    return success({
      items,
      doneItems: counts.done,
      endedItems: items - counts.waiting - counts.paused,
      totalBytes,
      verifiedBytes,
      sentBytes: verifiedBytes + Math.max(0, inFlight),
      bytesPerSecond,
      secondsLeft: open.length > 0 && !scanning ? this.#speed.secondsLeft(left) : null,
      connections: this.#runner.inFlight.size,
      scanning,
      pausedByUser,
    });
  }

  #row(batch: StoredBatch, activity: Activity | undefined): BatchRow {
    const { heldByUser, ...row } = batch;
    const { batchId, scanning, totalBytes } = batch;
    const open = batch.counts.waiting > 0 || scanning;
    const held = heldByUser ? 'user' : holdOf(this.#runner.state.destinations.get(batch.destinationId));
    const sent = batch.verifiedBytes + (activity?.inFlightBytes ?? 0);
    const sentBytes = Math.min(open ? Math.max(sent, this.#sentBefore.get(batchId) ?? 0) : sent, totalBytes);
    if (open) this.#sentBefore.set(batchId, sentBytes);
    else this.#sentBefore.delete(batchId);
    const moving = open && held === 'no';
    const speed = moving ? this.#speedOf(batchId) : null;
    return {
      ...row,
      held: open || heldByUser ? held : 'no',
      active: activity?.active ?? 0,
      sentBytes,
      bytesPerSecond: Math.round(speed?.note(sentBytes, this.#now()) ?? 0),
      secondsLeft: scanning ? null : (speed?.secondsLeft(totalBytes - sentBytes) ?? null),
    };
  }

  #speedOf(batchId: BatchId): Speed {
    const speed = this.#speeds.get(batchId) ?? new Speed();
    this.#speeds.set(batchId, speed);
    return speed;
  }

  #activity(): ReadonlyMap<BatchId, Activity> {
    const byBatch = new Map<BatchId, Activity>();
    for (const flight of this.#runner.inFlight.values()) {
      const batchId = batchOf(flight.itemId);
      const known = byBatch.get(batchId) ?? { active: 0, inFlightBytes: 0 };
      known.inFlightBytes += flight.sentBytes;
      byBatch.set(batchId, known);
    }
    for (const item of this.#runner.state.items.values()) {
      const known = item.inFlight.size > 0 ? byBatch.get(item.work.batchId) : undefined;
      if (known !== undefined) known.active += 1;
    }
    return byBatch;
  }
}
