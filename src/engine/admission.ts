/** Items come from the store into the window, in the order of the queue. */
import { itemIdAt, type BatchId, type DestinationId, type ItemId } from '../shared/ids';
import type { Outcome } from '../shared/faults';
import { admit, impossible } from './item';
import { fail } from './item-end';
import type { ScanJob, WorkItem } from './queue-ports';
import type { Transition } from './transition';

/** How long a store that could not be read is left alone; its trouble is told apart. */
const READ_AGAIN_AFTER = 2_000;

export function takeWork(
  turn: Transition,
  destinationId: DestinationId,
  limit: number,
  loaded: Outcome<readonly WorkItem[]>,
): void {
  const { loading, cursor } = turn.destination(destinationId);
  turn.patchDestination(destinationId, { loading: 'no' });
  // A command has changed rows since these were read: they are read again.
  if (loading === 'stale') return;
  if (!loaded.ok) {
    turn.patchDestination(destinationId, { loading: 'failed' });
    turn.emit({ kind: 'set-timer', timer: `load:${destinationId}`, at: turn.at + READ_AGAIN_AFTER });
    return;
  }
  if (loading === 'yes') {
    const last = loaded.value.at(-1)?.itemId ?? cursor;
    turn.patchDestination(destinationId, { exhausted: loaded.value.length < limit, cursor: last });
  }
  for (const work of loaded.value) if (!turn.state.items.has(work.itemId)) admitOne(turn, work);
}

function admitOne(turn: Transition, work: WorkItem): void {
  const { destinationId } = work;
  const { live, leftovers } = turn.destination(destinationId);
  turn.patchDestination(destinationId, {
    live: live + 1,
    leftovers: leftovers.some((leftover) => leftover.itemId === work.itemId)
      ? leftovers.filter((leftover) => leftover.itemId !== work.itemId)
      : leftovers,
  });
  const item = turn.keepItem(admit(work));
  const why = impossible(work);
  if (why !== null) fail(turn, item, why);
  else turn.enqueue(item, 'fresh');
}

/** Rows were added to a batch; older batches come first, so the cursor may have to go back. */
export function workFound(turn: Transition, job: ScanJob): void {
  const { cursor, loading } = turn.destination(job.destinationId);
  if (loading === 'yes') turn.patchDestination(job.destinationId, { loading: 'moved' });
  const first = firstOf(job.batchId);
  turn.patchDestination(job.destinationId, {
    exhausted: false,
    cursor: Math.min(cursor, Math.max(first, cursorIn(cursor, job.batchId))),
  });
}

/** Rows became runnable where the cursor may have passed already: it goes back to just before the first of them. */
export function workFreed(turn: Transition, destinationId: DestinationId, itemId: ItemId): void {
  const { cursor, loading } = turn.destination(destinationId);
  if (loading === 'yes') turn.patchDestination(destinationId, { loading: 'moved' });
  turn.patchDestination(destinationId, { exhausted: false, cursor: Math.min(cursor, itemId - 1) });
}

/** Everything is looked at again from the start: rows became runnable anywhere. */
export function rewind(turn: Transition): void {
  for (const destinationId of turn.state.destinations.keys())
    turn.patchDestination(destinationId, { cursor: 0, exhausted: false });
}

const firstOf = (batchId: BatchId): number => itemIdAt(batchId, 0);
/** Within the batch that is being read the cursor stays: new rows come after it. */
const cursorIn = (cursor: number, batchId: BatchId): number =>
  cursor < itemIdAt((batchId + 1) as BatchId, 0) ? cursor : 0;
