/** How an item ends: first nothing of it is in flight, then its end is on the disk, then it is told. */
import type { Fault } from '../shared/faults';
import type { StoredObject } from './ports';
import type { ItemEnd } from './queue-ports';
import type { LiveItem } from './state';
import type { Transition } from './transition';
import type { Crc64 } from '../shared/ids';

/** Ends whose unfinished upload is of no more use; a failed item keeps its parts for the next try. */
const LEAVES_PARTS: ReadonlySet<ItemEnd['kind']> = new Set([
  'canceled',
  'source-changed',
  'skipped',
  'conflict',
]);

/** Requests of the item are cut off (Initiate is not: its UploadId must be known); then it ends so. */
export function close(turn: Transition, item: LiveItem, end: ItemEnd): void {
  const closing = turn.keepItem({ ...item, closing: end });
  turn.dequeue(closing);
  // An Initiate alone is heard to its end: cut off, it would leave an upload of which nobody knows the id (P4).
  if (closing.todo.kind !== 'initiate')
    for (const request of closing.inFlight.keys()) turn.emit({ kind: 'cancel', request });
  settleClosing(turn, closing);
}

export function settleClosing(turn: Transition, item: LiveItem): void {
  if (item.closing === null || item.inFlight.size > 0 || item.awaitsSeq !== null) return;
  finish(turn, item, item.closing);
}

export function fail(turn: Transition, item: LiveItem, why: Fault): void {
  if (why.code === 'source-changed') close(turn, item, { kind: 'source-changed', fault: why });
  else close(turn, item, { kind: 'failed', fault: why });
}

/** The bytes in the bucket are proven to be the bytes on the disk. */
export function finishDone(
  turn: Transition,
  item: LiveItem,
  crc64: Crc64,
  { etag, versionId, requestId, callbackFault }: Omit<StoredObject, 'crc64'>,
): void {
  const requestIds = [...item.requestIds, requestId].slice(-20);
  const note = callbackFault === null ? {} : { callbackFault };
  close(turn, item, { kind: 'done', crc64, etag, versionId, requestIds, ...note });
}

function finish(turn: Transition, item: LiveItem, end: ItemEnd): void {
  const { itemId, destinationId, key } = item.work;
  if (item.upload !== null && end.kind === 'done') turn.write({ kind: 'upload-closed', itemId });
  if (item.upload !== null && LEAVES_PARTS.has(end.kind)) {
    const leftover = { itemId, destinationId, key, uploadId: item.upload.uploadId };
    turn.patchDestination(destinationId, {
      leftovers: [...turn.destination(destinationId).leftovers, leftover],
    });
  }
  if (item.todo.kind === 'find-orphans' && LEAVES_PARTS.has(end.kind))
    turn.write({ kind: 'possible-orphan', itemId });
  const seq = turn.write({ kind: 'ended', itemId, at: turn.at, end });
  turn.awaitRecord({ ...item, closing: null, ended: { at: turn.at, end } }, seq);
}

/** The item's end is on the disk. */
export function tell(turn: Transition, item: LiveItem): void {
  if (item.ended === null) return;
  turn.emit({ kind: 'announce', item: item.work, at: item.ended.at, end: item.ended.end });
  turn.evict(item);
}

/** A pause of the user: the item leaves the window once what is on its way has arrived. */
export function leaveIfPaused(turn: Transition, item: LiveItem): void {
  if (item.intent === 'go' || item.inFlight.size > 0 || item.awaitsSeq !== null) return;
  if (item.closing !== null || item.ended !== null) return;
  // What comes back from the store must know that an object of this key may be its own.
  if (item.outcomeUnknown && !item.work.fromEarlierRun)
    turn.write({ kind: 'part-begun', itemId: item.work.itemId, partNumber: 0 });
  turn.evict(item);
}
