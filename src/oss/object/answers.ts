import type { HeadResult, ListedPart, StoredObject, StoredPart } from '../../engine/ports';
import { failure, fault, success, type Fault, type Outcome } from '../../shared/faults';
import type { Crc64, ETag, UploadId } from '../../shared/ids';
import { headerOf, requestIdOf } from './errors';
import type { WireAnswer } from '../wire/exchange';
import { childrenOf, integerOf, parseXml, textOf, type XmlNode } from './xml';

/** One page of a listing, and where the next one begins (null: it was the last). */
export interface Page<T, M> {
  readonly entries: readonly T[];
  readonly next: M | null;
}

export interface ListedUpload {
  readonly key: string;
  readonly uploadId: UploadId;
  readonly initiatedAtServer: number;
}

export interface UploadMarker {
  readonly key: string;
  readonly uploadId: string;
}

/** @param callbackFault of a 203: what OSS says of the callback that failed */
export function readStoredObject(
  answer: WireAnswer,
  callbackFault: Fault | null = null,
): Outcome<StoredObject> {
  return success({
    crc64: crc64Of(headerOf(answer.headers, 'x-oss-hash-crc64ecma')),
    etag: etagOf(headerOf(answer.headers, 'etag') ?? ''),
    versionId: headerOf(answer.headers, 'x-oss-version-id'),
    requestId: requestIdOf(answer.headers),
    callbackFault,
  });
}

export function readStoredPart(answer: WireAnswer): Outcome<StoredPart> {
  const etag = headerOf(answer.headers, 'etag');
  if (etag === null) return unreadable('UploadPart');
  return success({
    etag: etagOf(etag),
    crc64: crc64Of(headerOf(answer.headers, 'x-oss-hash-crc64ecma')),
    requestId: requestIdOf(answer.headers),
  });
}

export function readHead(answer: WireAnswer): Outcome<HeadResult> {
  const size = headerOf(answer.headers, 'content-length');
  if (size === null || !/^\d{1,15}$/.test(size)) return unreadable('HeadObject');
  return success({
    kind: 'present',
    sizeBytes: Number(size),
    crc64: crc64Of(headerOf(answer.headers, 'x-oss-hash-crc64ecma')),
    etag: etagOf(headerOf(answer.headers, 'etag') ?? ''),
    versionId: headerOf(answer.headers, 'x-oss-version-id'),
    requestId: requestIdOf(answer.headers),
  });
}

export function readInitiated(answer: WireAnswer): Outcome<{ uploadId: UploadId; requestId: string }> {
  const xml = parseXml(answer.body.toString('utf8'), 'InitiateMultipartUploadResult');
  const uploadId = xml === null ? null : textOf(xml, 'UploadId');
  if (uploadId === null) return unreadable('InitiateMultipartUpload');
  return success({ uploadId: uploadId as UploadId, requestId: requestIdOf(answer.headers) });
}

/**
 * The receipt of Complete. With a callback the body is what the called server said, and the headers alone speak. A
 * consent that cannot be read leaves open what became of the object, so it counts as a lost answer and not as a bad one.
 */
export function readCompleted(answer: WireAnswer, callbackFault: Fault | null = null): Outcome<StoredObject> {
  const stored = readStoredObject(answer, callbackFault);
  const xml = parseXml(answer.body.toString('utf8'), 'CompleteMultipartUploadResult');
  const etag = xml === null ? null : textOf(xml, 'ETag');
  if (stored.ok && etag !== null) return success({ ...stored.value, etag: etagOf(etag) });
  if (callbackFault !== null || (stored.ok && (stored.value.etag !== '' || stored.value.crc64 !== null)))
    return stored;
  return failure(fault('connection-lost', 'The answer to CompleteMultipartUpload could not be read.'));
}

export function readPartsPage(answer: WireAnswer): Outcome<Page<ListedPart, number>> {
  const xml = parseXml(answer.body.toString('utf8'), 'ListPartsResult');
  if (xml === null) return unreadable('ListParts');
  const entries: ListedPart[] = [];
  for (const part of childrenOf(xml, 'Part')) {
    const partNumber = integerOf(part, 'PartNumber');
    const sizeBytes = integerOf(part, 'Size');
    const etag = textOf(part, 'ETag');
    if (partNumber === null || sizeBytes === null || etag === null) return unreadable('ListParts');
    entries.push({
      partNumber,
      sizeBytes,
      etag: etagOf(etag),
      crc64: crc64Of(textOf(part, 'HashCrc64ecma')),
    });
  }
  if (!isTruncated(xml)) return success({ entries, next: null });
  const next = integerOf(xml, 'NextPartNumberMarker');
  return next === null ? unreadable('ListParts') : success({ entries, next });
}

export function readUploadsPage(answer: WireAnswer): Outcome<Page<ListedUpload, UploadMarker>> {
  const xml = parseXml(answer.body.toString('utf8'), 'ListMultipartUploadsResult');
  if (xml === null) return unreadable('ListMultipartUploads');
  const decode = textOf(xml, 'EncodingType') === 'url' ? decodeUrl : (text: string) => text;
  const entries: ListedUpload[] = [];
  for (const upload of childrenOf(xml, 'Upload')) {
    const key = decode(textOf(upload, 'Key') ?? '');
    const uploadId = textOf(upload, 'UploadId');
    const initiatedAtServer = Date.parse(textOf(upload, 'Initiated') ?? '');
    if (key === null || uploadId === null || Number.isNaN(initiatedAtServer))
      return unreadable('ListMultipartUploads');
    entries.push({ key, uploadId: uploadId as UploadId, initiatedAtServer });
  }
  if (!isTruncated(xml)) return success({ entries, next: null });
  const key = decode(textOf(xml, 'NextKeyMarker') ?? '');
  const uploadId = textOf(xml, 'NextUploadIdMarker');
  if (key === null || uploadId === null) return unreadable('ListMultipartUploads');
  return success({ entries, next: { key, uploadId } });
}

export const unreadable = (operation: string): Outcome<never> =>
  failure(fault('bad-answer', `The answer to ${operation} could not be understood.`));

const isTruncated = (xml: XmlNode): boolean => textOf(xml, 'IsTruncated') === 'true';

/** OSS: an unsigned decimal of 64 bits. Anything else proves nothing. */
function crc64Of(text: string | null): Crc64 | null {
  return text !== null && /^\d{1,20}$/.test(text) ? (text as Crc64) : null;
}

function etagOf(text: string): ETag {
  return text.trim().replace(/^"|"$/g, '') as ETag;
}

/** encoding-type=url: OSS may write a blank as `+`; a plus is always escaped. */
function decodeUrl(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
