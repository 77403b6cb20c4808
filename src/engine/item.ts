/** Pure questions about one item, and its beginning. */
import type { Fault } from '../shared/faults';
import { fault } from '../shared/faults';
import type { Crc64 } from '../shared/ids';
import { joinCrc64 } from './crc64';
import { LARGEST_OBJECT, PUT_LIMIT } from './limits';
import { choosePartSize, countParts, rangeOfPart } from './part-planner';
import type { UploadedPart } from './ports';
import type { Checkpoint, WorkItem } from './queue-ports';
import type { LiveItem, Todo, Upload } from './state';

export function admit(work: WorkItem): LiveItem {
  const item: LiveItem = {
    work,
    todo: { kind: 'put' },
    inFlight: new Map(),
    awaitsSeq: null,
    ended: null,
    closing: null,
    upload: work.checkpoint === null ? null : uploadOf(work.checkpoint, work.source.snapshot.sizeBytes),
    intent: 'go',
    blockedUntil: 0,
    trouble: null,
    failures: new Map(),
    outcomeUnknown: work.fromEarlierRun || work.lookAgain || work.begun.includes(0),
    mayReplace: false,
    headForbidden: false,
    partsBegun: new Set(work.begun),
    requestIds: [],
  };
  return { ...item, todo: work.lookAgain ? { kind: 'look' } : firstTodo(item) };
}

/** Where an item whose source is known begins: with what an earlier run left at the server. */
export function firstTodo(item: LiveItem): Todo {
  if (item.upload !== null) return { kind: 'list-parts' };
  const { initiatingAtServer } = item.work;
  if (initiatingAtServer !== null) return { kind: 'find-orphans', sinceServer: initiatingAtServer };
  return freshTodo(item);
}

/** Where an item begins of which the server has nothing. */
export function freshTodo(item: LiveItem): Todo {
  const { conflict, source } = item.work;
  const looksFirst =
    (conflict === 'skip-identical' || conflict === 'ask') && !item.mayReplace && !item.headForbidden;
  if (looksFirst) return { kind: 'head' };
  return source.snapshot.sizeBytes <= PUT_LIMIT ? { kind: 'put' } : { kind: 'mark-initiating' };
}

/** The server refuses to replace an object, unless the policy says to replace it (P2). */
export function forbidsOverwrite(item: LiveItem): boolean {
  const { conflict } = item.work;
  if (conflict === 'overwrite') return false;
  return conflict !== 'skip-identical' || !item.mayReplace;
}

export function newUpload(uploadId: Upload['uploadId'], sizeBytes: number): Upload {
  return uploadOf({ uploadId, partSizeBytes: choosePartSize(sizeBytes), parts: [] }, sizeBytes);
}

function uploadOf(checkpoint: Checkpoint, sizeBytes: number): Upload {
  const acknowledged = new Map(checkpoint.parts.map((part) => [part.partNumber, part]));
  return {
    ...checkpoint,
    acknowledged,
    remaining: missing(acknowledged, sizeBytes, checkpoint.partSizeBytes),
    unproven: [],
    lastSeq: 0,
  };
}

function missing(
  acknowledged: ReadonlyMap<number, UploadedPart>,
  sizeBytes: number,
  partSizeBytes: number,
): readonly number[] {
  const total = countParts(sizeBytes, partSizeBytes);
  return Array.from({ length: total }, (_, index) => index + 1).filter((number) => !acknowledged.has(number));
}

/** The upload with these parts alone; what is not among them is sent (again). */
export function withParts(upload: Upload, parts: readonly UploadedPart[], sizeBytes: number): Upload {
  const acknowledged = new Map(parts.map((part) => [part.partNumber, part]));
  return { ...upload, acknowledged, remaining: missing(acknowledged, sizeBytes, upload.partSizeBytes) };
}

/** Parts in the order that CompleteMultipartUpload demands. */
export function partsInOrder(upload: Upload): readonly UploadedPart[] {
  return [...upload.acknowledged.values()].sort((left, right) => left.partNumber - right.partNumber);
}

export function hasAllParts(item: LiveItem, upload: Upload): boolean {
  return upload.acknowledged.size === countParts(item.work.source.snapshot.sizeBytes, upload.partSizeBytes);
}

/** The CRC-64 of the whole file, out of its parts as they were read from the disk. */
export function combinedCrc64(upload: Upload): Crc64 {
  return joinCrc64(partsInOrder(upload));
}

export function partRange(
  item: LiveItem,
  upload: Upload,
  partNumber: number,
): ReturnType<typeof rangeOfPart> {
  return rangeOfPart(item.work.source.snapshot.sizeBytes, upload.partSizeBytes, partNumber);
}

/** Why an item can never be sent, before anything is tried. */
export function impossible(work: WorkItem): Fault | null {
  if (work.source.snapshot.sizeBytes <= LARGEST_OBJECT) return null;
  return fault('too-large', 'The file is larger than an object of 9,500 parts of 512 MiB can be.');
}

/** Something of this item may be begun now, as far as the item itself is concerned. */
export function isReady(item: LiveItem, at: number): boolean {
  if (item.awaitsSeq !== null || item.closing !== null || item.ended !== null || item.intent !== 'go')
    return false;
  if (item.blockedUntil > at) return false;
  if (item.todo.kind === 'parts') return (item.upload?.remaining.length ?? 0) > 0;
  return item.inFlight.size === 0;
}
