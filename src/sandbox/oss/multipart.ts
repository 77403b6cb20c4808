import { createHash } from 'node:crypto';
import { callbackOf } from '../callback/callback';
import { combineCrc64 } from '../crc64';
import { randomHex } from '../random-hex';
import type { MultipartUpload, StoredObject, StoredPart } from '../storage/records';
import { readBody } from '../wire/body';
import { percentEncode } from '../wire/percent-encoding';
import { invalidArgument, Refusal } from '../wire/refusal';
import type { Answer } from '../wire/answer';
import { answerUpload } from './after-upload';
import { emptyAnswer, xmlAnswer, type OssCall } from './call';
import { parseCompletion, type NamedPart } from './completion';
import { aclOf, encryptionShown } from './object-settings';
import { resetMeanwhile } from './store-object';
import {
  alreadyExists,
  checkBodyLength,
  checkMd5,
  expectedMd5,
  forbidsOverwrite,
  keptHeaders,
  MAX_BODY_BYTES,
} from './upload-headers';

const MIN_PART_BYTES = 100 * 1024;
const MAX_PART_NUMBER = 10_000;
// 10,000 parts of some 120 bytes each, and room for indentation.
const MAX_COMPLETION_BYTES = 4 << 20;

/** InitiateMultipartUpload. */
export function initiateMultipartUpload({ exchange, bucket, key }: OssCall): Answer {
  if (forbidsOverwrite(exchange.headers) && bucket.store.object(key)) throw alreadyExists('0026-00000002');
  const uploadId = randomHex(16);
  const isUrlEncoded = exchange.query.get('encoding-type') === 'url';
  bucket.store.initiate({
    uploadId,
    key,
    initiatedAt: exchange.nowMs,
    headers: keptHeaders(exchange.headers),
  });
  return xmlAnswer('InitiateMultipartUploadResult', [
    ['EncodingType', isUrlEncoded ? 'url' : null],
    ['Bucket', bucket.name],
    ['Key', isUrlEncoded ? percentEncode(key) : key],
    ['UploadId', uploadId],
  ]);
}

/** UploadPart: stores a part; the same number again replaces it. */
export async function uploadPart({ exchange, bucket, key }: OssCall): Promise<Answer> {
  const uploadId = exchange.query.get('uploadId') ?? '';
  const partNumber = partNumberOf(exchange.query.get('partNumber') ?? '');
  checkBodyLength(exchange);
  const md5 = expectedMd5(exchange);
  openUpload({ bucket, key, uploadId });
  const { epoch } = bucket.store;
  const body = await bucket.receiver.receive(exchange, MAX_BODY_BYTES);
  const part: StoredPart = {
    partNumber,
    sizeBytes: body.sizeBytes,
    crc64: body.crc64.toString(),
    etag: body.md5.toString('hex').toUpperCase(),
    lastModifiedAt: exchange.nowMs,
    piece: body.piece,
  };
  try {
    checkMd5(md5, body.md5);
    if (bucket.store.epoch !== epoch) throw resetMeanwhile();
    // It may have been completed or aborted while the body arrived.
    openUpload({ bucket, key, uploadId });
    bucket.store.addPart(uploadId, part);
  } catch (error) {
    bucket.store.blobs.release([body.piece]);
    throw error;
  }
  return emptyAnswer(200, {
    ETag: `"${part.etag}"`,
    'Content-MD5': body.md5.toString('base64'),
    'x-oss-hash-crc64ecma': part.crc64,
  });
}

/** CompleteMultipartUpload: the listed parts, in ascending order, become the object. */
export async function completeMultipartUpload({ exchange, bucket, key }: OssCall): Promise<Answer> {
  const uploadId = exchange.query.get('uploadId') ?? '';
  const callback = callbackOf(exchange);
  const isForbidden = forbidsOverwrite(exchange.headers);
  const acl = aclOf(exchange.headers);
  const isAll = exchange.headers.get('x-oss-complete-all') === 'yes';
  const md5 = expectedMd5(exchange);
  const text = await readBody(exchange, MAX_COMPLETION_BYTES);
  checkMd5(md5, createHash('md5').update(text).digest());
  // Nothing is awaited from here on: check and change are one step.
  const upload = openUpload({ bucket, key, uploadId });
  const parts = isAll ? allParts(upload) : namedParts(upload, parseCompletion(text.toString('utf8')));
  checkPartSizes(parts);
  if (isForbidden && bucket.store.object(key)) throw alreadyExists('0042-00000214');
  const object = assemble(upload, parts, acl, exchange.nowMs);
  bucket.store.complete(uploadId, object);
  const isUrlEncoded = exchange.query.get('encoding-type') === 'url';
  const plain = xmlAnswer(
    'CompleteMultipartUploadResult',
    [
      ['EncodingType', isUrlEncoded ? 'url' : null],
      ['Location', `http://${exchange.host}${exchange.rawPath}`],
      ['Bucket', bucket.name],
      ['Key', isUrlEncoded ? percentEncode(key) : key],
      ['ETag', `"${object.etag}"`],
    ],
    { ETag: `"${object.etag}"`, 'x-oss-hash-crc64ecma': object.crc64, ...encryptionShown(object) },
  );
  return answerUpload({ exchange, bucket, object, operation: 'CompleteMultipartUpload', callback }, plain);
}

/** AbortMultipartUpload: forgets the upload and its parts. */
export function abortMultipartUpload({ exchange, bucket, key }: OssCall): Answer {
  const uploadId = exchange.query.get('uploadId') ?? '';
  openUpload({ bucket, key, uploadId });
  bucket.store.abort(uploadId);
  return emptyAnswer(204);
}

/** The unfinished upload of that id and key, else NoSuchUpload. */
export function openUpload(
  place: Pick<OssCall, 'bucket' | 'key'> & { readonly uploadId: string },
): MultipartUpload {
  const upload = place.bucket.store.upload(place.uploadId);
  if (upload?.key === place.key) return upload;
  throw new Refusal(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { ec: '0042-00000002', fields: { UploadId: place.uploadId } },
  );
}

function partNumberOf(text: string): number {
  const partNumber = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (partNumber >= 1 && partNumber <= MAX_PART_NUMBER) return partNumber;
  throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive.', {
    ec: '0017-00000220',
    fields: { ArgumentName: 'partNumber', ArgumentValue: text },
  });
}

function allParts(upload: MultipartUpload): StoredPart[] {
  const parts = [...upload.parts.values()].sort((left, right) => left.partNumber - right.partNumber);
  if (parts.length === 0) throw invalidPart(0, '');
  return parts;
}

function namedParts(upload: MultipartUpload, named: readonly NamedPart[]): StoredPart[] {
  let previous = 0;
  return named.map(({ partNumber, etag }) => {
    if (partNumber <= previous) {
      throw new Refusal(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.', {
        ec: '0042-00000209',
      });
    }
    previous = partNumber;
    const part = upload.parts.get(partNumber);
    if (part?.etag !== etag.toUpperCase()) throw invalidPart(partNumber, etag);
    return part;
  });
}

function invalidPart(partNumber: number, etag: string): Refusal {
  return new Refusal(
    400,
    'InvalidPart',
    'One or more of the specified parts could not be found or the specified entity tag might not have matched the part.',
    { ec: '0042-00000201', fields: { PartNumber: String(partNumber), ETag: etag } },
  );
}

// The size of a part is judged only here, and the last one may be as small as it likes.
function checkPartSizes(parts: readonly StoredPart[]): void {
  const small = parts.slice(0, -1).find((part) => part.sizeBytes < MIN_PART_BYTES);
  if (!small) return;
  throw new Refusal(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size.', {
    ec: '0042-00000213',
    fields: {
      MinSizeAllowed: String(MIN_PART_BYTES),
      ProposedSize: String(small.sizeBytes),
      PartNumber: String(small.partNumber),
    },
  });
}

function assemble(
  upload: MultipartUpload,
  parts: readonly StoredPart[],
  acl: string | null,
  nowMs: number,
): StoredObject {
  const etags = createHash('md5');
  let crc64 = 0n;
  let sizeBytes = 0;
  for (const part of parts) {
    etags.update(Buffer.from(part.etag, 'hex'));
    crc64 = combineCrc64(crc64, BigInt(part.crc64), part.sizeBytes);
    sizeBytes += part.sizeBytes;
  }
  return {
    key: upload.key,
    sizeBytes,
    crc64: crc64.toString(),
    etag: `${etags.digest('hex').toUpperCase()}-${parts.length}`,
    lastModifiedAt: nowMs,
    type: 'Multipart',
    headers: { ...upload.headers, ...(acl === null ? {} : { 'x-oss-object-acl': acl }) },
    pieces: parts.map((part) => part.piece),
  };
}
