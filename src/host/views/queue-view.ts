/**
 * The queue as the window sees it: what the store knows, with what is live laid over it. A snapshot on demand, and
 * deltas of what changed since the last one.
 */
import type { ItemEnd, WorkItem } from '../../engine/queue-ports';
import type { Runner } from '../../engine/runner';
import type { LiveItem } from '../../engine/state';
import { success, type Fault, type Outcome } from '../../shared/faults';
import type { BatchId, DestinationId, ItemId } from '../../shared/ids';
import type {
  BatchRow,
  Cause,
  EngineStatus,
  ItemDetail,
  ItemRow,
  QueueDelta,
  QueueSnapshot,
} from '../../shared/queue-view';
import type { QueueReader, StoredRow } from '../../store/queue-types';
import { BatchProjection } from './batch-projection';
import { endedState, holdOf, liveState, partLetters, provenBytes } from './live-row';
import { Speed } from './speed';

export interface ViewSources {
  readonly runner: Runner;
  readonly store: QueueReader;
  readonly now: () => number;
  /** `oss://bucket/key` of a destination, for copying. */
  readonly address: (destinationId: DestinationId, key: string) => string;
}

const MOST_ITEMS = 500;
const MOST_CAUSES = 100;
const HELD_BY_RULE: ReadonlySet<string> = new Set(['scanned', 'paused', 'waiting', 'failed']);
const IDLE_STATUS: EngineStatus = { kind: 'starting' };

export class QueueView {
  readonly #sources: ViewSources;
  readonly #speeds = new Map<ItemId, Speed>();
  readonly #batchView: BatchProjection;
  #revision = 0;
  #batches = new Map<BatchId, string>();
  #rows = new Map<ItemId, LiveItem>();
  #ended: ItemRow[] = [];
  #cut = false;
  readonly #noted = new Set<ItemId>();
  #summary = '';
  #causes = '';

  constructor(sources: ViewSources) {
    this.#sources = sources;
    this.#batchView = new BatchProjection(sources.runner, sources.store, sources.now);
  }

  /** An end is told; its row goes into the next delta. */
  noteEnded(work: WorkItem, at: number, end: ItemEnd): void {
    if (this.#ended.length >= MOST_ITEMS) this.#cut = true;
    else this.#ended.push(endedRow(work, at, end));
    this.#speeds.delete(work.itemId);
  }

  /** Rows that no engine holds look different now (a rule was asked about them); they go into the next delta. */
  noteRows(itemIds: readonly ItemId[]): void {
    for (const itemId of itemIds) {
      if (this.#noted.size < MOST_ITEMS) this.#noted.add(itemId);
      else this.#cut = true;
    }
  }

  /** A command may have moved rows that no engine holds, a million of them: pages are to be asked for again. */
  noteCommand(): void {
    this.#cut = true;
  }

  snapshot(): Outcome<QueueSnapshot> {
    const batches = this.#batchView.rows();
    if (!batches.ok) return batches;
    const summary = this.#batchView.summary(batches.value);
    if (!summary.ok) return summary;
    return success({
      revision: this.#revision,
      batches: [...batches.value],
      causes: this.#allCauses(),
      summary: summary.value,
      engine: IDLE_STATUS,
    });
  }

  /** Null when nothing that shows has changed since the last one. */
  delta(): QueueDelta | null {
    const batches = this.#batchView.rows();
    const summary = batches.ok ? this.#batchView.summary(batches.value) : batches;
    if (!batches.ok || !summary.ok) return null;
    const changed = this.#changedBatches(batches.value);
    const items = this.#changedItems();
    const causes = this.#allCauses();
    const summaryText = JSON.stringify(summary.value);
    const causesText = JSON.stringify(causes);
    const still = changed.rows.length + changed.removed.length + items.rows.length === 0;
    if (still && !items.cut && summaryText === this.#summary && causesText === this.#causes) return null;
    this.#summary = summaryText;
    this.#causes = causesText;
    this.#revision += 1;
    return {
      revision: this.#revision,
      batches: changed.rows,
      removedBatchIds: changed.removed,
      items: items.rows,
      itemsCut: items.cut,
      causes,
      summary: summary.value,
    };
  }

  items(
    batchId: BatchId,
    offset: number,
    limit: number,
  ): Outcome<{ revision: number; total: number; rows: ItemRow[] }> {
    const batch = this.#sources.store.batch(batchId);
    if (!batch.ok) return batch;
    const rows = this.#sources.store.rows(batchId, offset, limit);
    if (!rows.ok) return rows;
    return success({
      revision: this.#revision,
      total: batch.value?.items ?? 0,
      rows: rows.value.map((row) => this.#overlay(row)),
    });
  }

  detail(itemId: ItemId): Outcome<ItemDetail | null> {
    const stored = this.#sources.store.detail(itemId);
    if (!stored.ok || stored.value === null) return stored.ok ? success(null) : stored;
    const { row, destinationId, key, partSizeBytes, ...rest } = stored.value;
    const live = this.#sources.runner.state.items.get(itemId);
    const partSize = live?.upload?.partSizeBytes ?? partSizeBytes ?? row.sizeBytes;
    return success({
      row: this.#overlay(row),
      key,
      destinationId,
      address: this.#sources.address(destinationId, key),
      sourcePath: rest.sourcePath,
      modifiedAt: rest.modifiedAt,
      uploadId: live?.upload?.uploadId ?? rest.uploadId,
      partSizeBytes: partSize,
      parts:
        live === undefined
          ? storedLetters(row, partSize, new Set(rest.parts.map((part) => part.partNumber)))
          : partLetters(live),
      crc64: rest.crc64,
      etag: rest.etag,
      versionId: rest.versionId,
      requestIds: [...(live?.requestIds ?? rest.requestIds)],
      possibleOrphan: row.possibleOrphan,
    });
  }

  #overlay(row: StoredRow): ItemRow {
    const live = this.#sources.runner.state.items.get(row.itemId);
    if (live !== undefined) return this.#liveRow(live);
    const { itemId, batchId, name, sizeBytes, state, verifiedBytes } = row;
    return {
      itemId,
      batchId,
      name,
      sizeBytes,
      state,
      sentBytes: verifiedBytes,
      verifiedBytes,
      bytesPerSecond: 0,
    };
  }

  #liveRow(item: LiveItem): ItemRow {
    const { runner, now } = this.#sources;
    const { itemId, batchId, destinationId, source } = item.work;
    const verifiedBytes = provenBytes(item);
    let sentBytes = verifiedBytes;
    for (const flight of runner.inFlight.values())
      if (flight.itemId === itemId) sentBytes += flight.sentBytes;
    const at = now();
    const state = liveState(item, holdOf(runner.state.destinations.get(destinationId)), at);
    const bytesPerSecond = item.inFlight.size > 0 ? this.#speed(itemId).note(sentBytes, at) : 0;
    const { sizeBytes } = source.snapshot;
    return {
      itemId,
      batchId,
      name: item.work.name,
      sizeBytes,
      state,
      sentBytes: Math.min(sentBytes, sizeBytes),
      verifiedBytes,
      bytesPerSecond,
    };
  }

  #speed(of: ItemId): Speed {
    const known = this.#speeds.get(of);
    if (known !== undefined) return known;
    const made = new Speed();
    this.#speeds.set(of, made);
    return made;
  }

  #changedItems(): { rows: ItemRow[]; cut: boolean } {
    const { runner, store } = this.#sources;
    const moving = new Set([...runner.inFlight.values()].map((flight) => flight.itemId));
    const rows = this.#ended;
    let cut = this.#cut;
    const seen = new Map<ItemId, LiveItem>();
    for (const item of runner.state.items.values()) {
      const { itemId } = item.work;
      seen.set(itemId, item);
      if (this.#rows.get(itemId) === item && !moving.has(itemId)) continue;
      if (rows.length >= MOST_ITEMS) cut = true;
      else rows.push(this.#liveRow(item));
    }
    // An item that left without an end was paused: its row is looked up again.
    for (const [itemId] of this.#rows) {
      if (seen.has(itemId) || rows.length >= MOST_ITEMS || rows.some((row) => row.itemId === itemId))
        continue;
      const stored = store.row(itemId);
      if (stored.ok && stored.value !== null) rows.push(this.#overlay(stored.value));
    }
    for (const itemId of this.#noted) {
      if (seen.has(itemId) || rows.length >= MOST_ITEMS || rows.some((row) => row.itemId === itemId))
        continue;
      const stored = store.row(itemId);
      // What has ended is told by its end.
      if (stored.ok && stored.value !== null && HELD_BY_RULE.has(stored.value.state.kind))
        rows.push(this.#overlay(stored.value));
    }
    this.#noted.clear();
    this.#rows = seen;
    this.#ended = [];
    this.#cut = false;
    return { rows, cut };
  }

  #changedBatches(batches: readonly BatchRow[]): { rows: BatchRow[]; removed: BatchId[] } {
    const now = new Map(batches.map((batch) => [batch.batchId, JSON.stringify(batch)]));
    const rows = batches.filter((batch) => this.#batches.get(batch.batchId) !== now.get(batch.batchId));
    const removed = [...this.#batches.keys()].filter((batchId) => !now.has(batchId));
    this.#batches = now;
    return { rows, removed };
  }

  #allCauses(): Cause[] {
    const { runner, store } = this.#sources;
    const stored = store.causes();
    const causes = stored.ok ? [...stored.value] : [];
    for (const destination of runner.state.destinations.values()) {
      const { destinationId, network, credentials, live } = destination;
      if (live === 0) continue;
      if (network.kind === 'offline')
        causes.unshift(waitingCause('offline', destinationId, network.fault, live));
      else if (credentials.kind === 'waiting')
        causes.unshift(waitingCause('credentials', destinationId, credentials.fault, live));
    }
    const { storeTrouble } = runner.state;
    const [first] = runner.state.destinations.keys();
    if (storeTrouble !== null && first !== undefined)
      causes.unshift(waitingCause('disk', first, storeTrouble, 0));
    return causes.slice(0, MOST_CAUSES);
  }
}

function waitingCause(kind: Cause['kind'], destinationId: DestinationId, fault: Fault, files: number): Cause {
  return {
    id: `${destinationId}:${kind}:${fault.code}`,
    destinationId,
    kind,
    fault,
    files,
    itemIds: [],
    names: [],
  };
}

function endedRow(work: WorkItem, at: number, end: ItemEnd): ItemRow {
  const { itemId, batchId, name, source } = work;
  const { sizeBytes } = source.snapshot;
  const proven = end.kind === 'done' || end.kind === 'skipped' ? sizeBytes : 0;
  return {
    itemId,
    batchId,
    name,
    sizeBytes,
    state: endedState(end, at),
    sentBytes: proven,
    verifiedBytes: proven,
    bytesPerSecond: 0,
  };
}

function storedLetters(row: StoredRow, partSizeBytes: number, stored: ReadonlySet<number>): string {
  const total = partSizeBytes > 0 ? Math.max(1, Math.ceil(row.sizeBytes / partSizeBytes)) : 1;
  if (row.state.kind === 'done' || row.state.kind === 'skipped') return 'v'.repeat(total);
  return Array.from({ length: total }, (_, index) => (stored.has(index + 1) ? 'v' : 'w')).join('');
}
