import { success, type Outcome } from '../../shared/faults';
import type { Counts } from '../../shared/queue-view';
import { openQueueReader } from '../../store/queue-reader';

interface StatusCounts {
  readonly items: number;
  readonly done: number;
  readonly skipped: number;
  readonly failed: number;
  readonly canceled: number;
  readonly conflict: number;
  readonly sourceChanged: number;
  /** Neither ended nor paused. */
  readonly waiting: number;
  readonly paused: number;
  readonly bytes: number;
  readonly verifiedBytes: number;
  readonly scanning: boolean;
}

export interface QueueStatus extends StatusCounts {
  /** Done, and the server that OSS was to tell does not know of them. */
  readonly untold: number;
  /** Parts of them may lie in the bucket: nobody here may list or abort uploads. */
  readonly possibleOrphans: number;
  readonly batches: readonly (StatusCounts & {
    readonly batchId: number;
    readonly name: string;
    readonly createdAt: string;
  })[];
}

/** What is on the disk of a queue, read beside whoever works on it. */
export function readQueue(directory: string): Outcome<QueueStatus> {
  const reader = openQueueReader(directory);
  if (!reader.ok) return reader;
  const totals = reader.value.totals();
  const batches = reader.value.listBatches(500);
  const untold = reader.value.callbackFaultCount();
  const possibleOrphans = reader.value.possibleOrphanCount();
  reader.value.close();
  if (!totals.ok) return totals;
  if (!untold.ok) return untold;
  if (!possibleOrphans.ok) return possibleOrphans;
  if (!batches.ok) return batches;
  return success({
    ...statusCounts(totals.value.items, totals.value),
    untold: untold.value,
    possibleOrphans: possibleOrphans.value,
    batches: batches.value.map((batch) => ({
      batchId: batch.batchId,
      name: batch.name,
      createdAt: new Date(batch.createdAt).toISOString(),
      ...statusCounts(batch.items, batch),
    })),
  });
}

function statusCounts(
  items: number,
  of: {
    readonly counts: Counts;
    readonly totalBytes: number;
    readonly verifiedBytes: number;
    readonly scanning: boolean;
  },
): StatusCounts {
  const { totalBytes: bytes, verifiedBytes, scanning, counts } = of;
  return { items, ...counts, bytes, verifiedBytes, scanning };
}
