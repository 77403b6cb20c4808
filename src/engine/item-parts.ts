/** The parts of an upload: sent, acknowledged, found again after a restart. */
import type { Outcome } from '../shared/faults';
import type { Crc64 } from '../shared/ids';
import { combinedCrc64, hasAllParts, partRange, withParts } from './item';
import { requeue, forgetFailures, meetFault, meetMismatch, WHOLE } from './item-faults';
import { proceedTo, retryFrom, discardUpload } from './item-outcomes';
import type { ListedPart, RangeDigest, StoredPart, UploadedPart } from './ports';
import type { LiveItem, Upload } from './state';
import type { Transition } from './transition';

export function afterPart(
  turn: Transition,
  item: LiveItem,
  partNumber: number,
  result: { readonly read: Outcome<Crc64>; readonly sent: Outcome<StoredPart> },
  generation: number,
): void {
  const { upload } = item;
  if (upload === null) return;
  const { read, sent } = result;
  if (read.ok && sent.ok && sent.value.crc64 === read.value) {
    const part = {
      partNumber,
      sizeBytes: partRange(item, upload, partNumber).sizeBytes,
      etag: sent.value.etag,
      crc64: read.value,
    };
    acknowledge(turn, item, upload, part);
    return;
  }
  const back: LiveItem = { ...item, upload: { ...upload, remaining: insert(upload.remaining, partNumber) } };
  if (!read.ok) meetFault(turn, back, partNumber, read.fault, generation);
  else if (sent.ok) meetMismatch(turn, back, partNumber);
  else if (sent.fault.code === 'upload-gone') {
    // Other parts of it will say the same; the list is asked once nothing is in flight.
    if (item.todo.kind === 'parts') retryFrom(turn, back, { kind: 'list-parts', gone: true }, sent.fault);
    else requeue(turn, back);
  } else meetFault(turn, back, partNumber, sent.fault, generation);
}

function insert(numbers: readonly number[], number: number): readonly number[] {
  return [...numbers, number].sort((left, right) => left - right);
}

function acknowledge(turn: Transition, item: LiveItem, upload: Upload, part: UploadedPart): void {
  const lastSeq = turn.write({ kind: 'part-stored', itemId: item.work.itemId, part });
  const acknowledged = new Map(upload.acknowledged).set(part.partNumber, part);
  const begun = new Set(item.partsBegun);
  begun.delete(part.partNumber);
  const grown = {
    ...forgetFailures(item, part.partNumber),
    partsBegun: begun,
    upload: { ...upload, acknowledged, lastSeq },
  };
  if (item.todo.kind === 'parts' && grown.inFlight.size === 0 && hasAllParts(grown, grown.upload)) {
    // Complete is sent only after the last part's row is on the disk.
    turn.awaitRecord({ ...grown, todo: { kind: 'complete' } }, lastSeq);
    return;
  }
  requeue(turn, grown);
}

/** On resume the server's answer wins; where it may not be asked the checkpoint alone serves. */
export function afterListParts(
  turn: Transition,
  item: LiveItem,
  result: Outcome<readonly ListedPart[]>,
  generation: number,
): void {
  const { upload } = item;
  if (upload === null) return;
  if (result.ok) {
    reconcile(turn, item, upload, result.value);
    return;
  }
  const gone = item.todo.kind === 'list-parts' && item.todo.gone === true;
  const forbidden = result.fault.code === 'no-permission';
  if (forbidden && !gone) adoptNext(turn, item, upload);
  else if (!forbidden && result.fault.code !== 'upload-gone')
    meetFault(turn, item, WHOLE, result.fault, generation);
  else if (hasAllParts(item, upload))
    proceedTo(turn, item, { kind: 'settle', why: 'gone', ours: combinedCrc64(upload) });
  else discardUpload(turn, item, result.fault);
}

function reconcile(turn: Transition, item: LiveItem, upload: Upload, listed: readonly ListedPart[]): void {
  const { itemId, source } = item.work;
  const theirs = new Map(listed.map((part) => [part.partNumber, part]));
  const kept: UploadedPart[] = [];
  const dropped: number[] = [];
  for (const part of upload.acknowledged.values()) {
    const server = theirs.get(part.partNumber);
    if (server?.etag === part.etag && server.sizeBytes === part.sizeBytes) kept.push(part);
    else dropped.push(part.partNumber);
  }
  if (dropped.length > 0) turn.write({ kind: 'parts-dropped', itemId, partNumbers: dropped });
  const known = new Set(kept.map((part) => part.partNumber));
  const adoptable = (part: ListedPart): boolean =>
    !known.has(part.partNumber) && partRange(item, upload, part.partNumber).sizeBytes === part.sizeBytes;
  const reconciled = {
    ...withParts(upload, kept, source.snapshot.sizeBytes),
    unproven: listed.filter(adoptable),
  };
  adoptNext(turn, { ...item, upload: reconciled }, reconciled);
}

/** A part that only the server knows of: ours if the bytes read again have its CRC-64, or its ETag as their MD5. */
export function afterAdopt(turn: Transition, item: LiveItem, result: Outcome<RangeDigest>): void {
  const { upload } = item;
  const candidate = upload?.unproven[0];
  if (upload === null || candidate === undefined) return;
  if (!result.ok) {
    meetFault(turn, item, WHOLE, result.fault, 0);
    return;
  }
  const rest = { ...upload, unproven: upload.unproven.slice(1) };
  const { partNumber, sizeBytes, etag } = candidate;
  const { crc64, md5 } = result.value;
  const ours = candidate.crc64 === null ? etag === md5 : candidate.crc64 === crc64;
  if (!ours) {
    adoptNext(turn, { ...item, upload: rest }, rest);
    return;
  }
  const part: UploadedPart = { partNumber, sizeBytes, etag, crc64 };
  const lastSeq = turn.write({ kind: 'part-stored', itemId: item.work.itemId, part });
  const adopted: Upload = {
    ...rest,
    acknowledged: new Map(rest.acknowledged).set(partNumber, part),
    remaining: rest.remaining.filter((number) => number !== partNumber),
    lastSeq,
  };
  adoptNext(turn, { ...item, upload: adopted }, adopted);
}

function adoptNext(turn: Transition, item: LiveItem, upload: Upload): void {
  if (upload.unproven.length > 0) proceedTo(turn, item, { kind: 'adopt' });
  else if (!hasAllParts(item, upload)) proceedTo(turn, item, { kind: 'parts' });
  else if (upload.lastSeq > turn.state.persistedSeq)
    turn.awaitRecord({ ...forgetFailures(item, WHOLE), todo: { kind: 'complete' } }, upload.lastSeq);
  else proceedTo(turn, item, { kind: 'complete' });
}
