/** What a live item is doing, in the words of the queue's rows. Pure. */
import { countParts } from '../../engine/part-planner';
import type { DestinationState, LiveItem } from '../../engine/state';
import type { ItemEnd } from '../../engine/queue-ports';
import type { ItemState } from '../../shared/queue-view';

export type Hold = 'no' | 'offline' | 'credentials';

/** What a destination waits for. */
export function holdOf(destination: DestinationState | undefined): Hold {
  if (destination?.network.kind === 'offline') return 'offline';
  return destination?.credentials.kind === 'waiting' ? 'credentials' : 'no';
}

export function liveState(item: LiveItem, hold: Hold, now: number): ItemState {
  if (item.ended !== null) return { kind: 'completing' };
  if (item.inFlight.size > 0 || item.awaitsSeq !== null) return activeState(item);
  if (hold !== 'no') return { kind: 'paused', why: hold };
  if (item.trouble !== null && item.blockedUntil > now) {
    const { fault, attempt } = item.trouble;
    return { kind: 'retrying', at: item.blockedUntil, attempt, fault };
  }
  return item.upload !== null && item.upload.acknowledged.size > 0
    ? { kind: 'uploading' }
    : { kind: 'waiting' };
}

function activeState(item: LiveItem): ItemState {
  switch (item.todo.kind) {
    case 'put':
    case 'mark-initiating':
    case 'initiate':
    case 'parts':
      return { kind: 'uploading' };
    case 'complete':
      return { kind: 'completing' };
    default:
      return { kind: 'verifying' };
  }
}

/** Bytes whose CRC-64 the server has confirmed. */
export function provenBytes(item: LiveItem): number {
  const kind = item.ended?.end.kind;
  if (kind === 'done' || kind === 'skipped') return item.work.source.snapshot.sizeBytes;
  let bytes = 0;
  for (const part of item.upload?.acknowledged.values() ?? []) bytes += part.sizeBytes;
  return bytes;
}

/** One letter a part: `w` waiting, `s` sending, `v` verified, `a` sent again. */
export function partLetters(item: LiveItem): string {
  const { upload } = item;
  const sending = new Set(item.inFlight.values());
  if (upload === null)
    return sending.has(0) && item.todo.kind === 'put' ? (item.failures.has(0) ? 'a' : 's') : 'w';
  const total = countParts(item.work.source.snapshot.sizeBytes, upload.partSizeBytes);
  return Array.from({ length: total }, (_, index) => {
    const partNumber = index + 1;
    if (upload.acknowledged.has(partNumber)) return 'v';
    if (sending.has(partNumber)) return item.failures.has(partNumber) ? 'a' : 's';
    return 'w';
  }).join('');
}

/** How an item that has just ended stands in the list. */
export function endedState(end: ItemEnd, at: number): ItemState {
  switch (end.kind) {
    case 'done':
      return {
        kind: 'done',
        at,
        ...(end.callbackFault === undefined ? {} : { callbackFault: end.callbackFault }),
      };
    case 'skipped':
      return { kind: 'skipped', why: end.why, at };
    case 'canceled':
      return { kind: 'canceled' };
    default:
      return { kind: end.kind, fault: end.fault };
  }
}
