import type { BatchRow, Cause, QueueDelta, QueueSnapshot, Summary } from '../../shared/queue-view';

/** What the window knows of the whole queue; rows of files live in the page cache. */
export interface QueueState {
  readonly revision: number;
  /** Newest first. */
  readonly batches: readonly BatchRow[];
  readonly causes: readonly Cause[];
  readonly summary: Summary;
}

const newestFirst = (a: BatchRow, b: BatchRow): number =>
  b.createdAt - a.createdAt || Number(b.batchId) - Number(a.batchId);

export function fromSnapshot(snapshot: QueueSnapshot): QueueState {
  return {
    revision: snapshot.revision,
    batches: [...snapshot.batches].sort(newestFirst),
    causes: snapshot.causes,
    summary: snapshot.summary,
  };
}

export type DeltaOutcome =
  | { readonly kind: 'next'; readonly state: QueueState }
  /** Deltas were missed: only a new snapshot can be trusted. */
  | { readonly kind: 'gap' }
  /** Already contained in the snapshot. */
  | { readonly kind: 'old' };

/** The queue after a delta. Batches that did not change keep their identity, so their rows are not drawn again. */
export function withDelta(state: QueueState, delta: QueueDelta): DeltaOutcome {
  if (delta.revision <= state.revision) return { kind: 'old' };
  if (delta.revision !== state.revision + 1) return { kind: 'gap' };
  return {
    kind: 'next',
    state: {
      revision: delta.revision,
      batches: mergeBatches(state.batches, delta),
      causes: delta.causes,
      summary: delta.summary,
    },
  };
}

function mergeBatches(batches: readonly BatchRow[], delta: QueueDelta): readonly BatchRow[] {
  if (delta.batches.length === 0 && delta.removedBatchIds.length === 0) return batches;
  const removed = new Set(delta.removedBatchIds);
  const changed = new Map(delta.batches.map((batch) => [batch.batchId, batch]));
  const kept = batches
    .filter((batch) => !removed.has(batch.batchId))
    .map((batch) => {
      const next = changed.get(batch.batchId);
      changed.delete(batch.batchId);
      return next ?? batch;
    });
  const fresh = [...changed.values()].filter((batch) => !removed.has(batch.batchId));
  return fresh.length === 0 ? kept : [...kept, ...fresh].sort(newestFirst);
}
