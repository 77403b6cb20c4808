import { createHash } from 'node:crypto';
import { callbackOf } from '../callback/callback';
import type { StoredObject } from '../storage/records';
import { readBody } from '../wire/body';
import { Refusal } from '../wire/refusal';
import type { Answer } from '../wire/answer';
import { answerUpload } from './after-upload';
import { emptyAnswer, xmlAnswer, type OssCall } from './call';
import { rangeOf } from './range';
import { encryptionShown } from './object-settings';
import { storeObject } from './store-object';
import {
  alreadyExists,
  checkBodyLength,
  checkMd5,
  expectedMd5,
  forbidsOverwrite,
  keptWithAcl,
  MAX_BODY_BYTES,
} from './upload-headers';
import { formatTags, parseTagging, parseTags } from './tags';

// Ten tags of 384 characters each, escaped, and their elements.
const MAX_TAGGING_BYTES = 64 << 10;

/** PutObject: stores one body as an object. */
export async function putObject({ exchange, bucket, key }: OssCall): Promise<Answer> {
  checkBodyLength(exchange);
  const callback = callbackOf(exchange);
  const isForbidden = forbidsOverwrite(exchange.headers);
  const md5 = expectedMd5(exchange);
  const headers = keptWithAcl(exchange.headers);
  const refuseOverwrite = (): void => {
    if (isForbidden && bucket.store.object(key)) throw alreadyExists('0026-00000002');
  };
  refuseOverwrite();
  const { epoch } = bucket.store;
  const body = await bucket.receiver.receive(exchange, MAX_BODY_BYTES);
  const check = (): void => {
    checkMd5(md5, body.md5);
    refuseOverwrite();
  };
  const object = storeObject(bucket, body, { key, headers, nowMs: exchange.nowMs, epoch, check });
  const plain = emptyAnswer(200, {
    ETag: `"${object.etag}"`,
    'Content-MD5': body.md5.toString('base64'),
    'x-oss-hash-crc64ecma': object.crc64,
    ...encryptionShown(object),
  });
  return answerUpload({ exchange, bucket, object, operation: 'PutObject', callback }, plain);
}

/** HeadObject. */
export function headObject(call: OssCall): Answer {
  const object = existing(call);
  return emptyAnswer(200, { ...objectHeaders(object), 'Content-Length': String(object.sizeBytes) });
}

/** GetObject, whole or one range of it. */
export function getObject(call: OssCall): Answer {
  const { exchange, bucket } = call;
  const object = existing(call);
  if (bucket.discards && object.pieces.some((piece) => piece.blob === '' && piece.sizeBytes > 0)) {
    throw new Refusal(400, 'OperationNotSupported', 'This sandbox was started to discard what it receives.');
  }
  const range = rangeOf(exchange, object.sizeBytes);
  const [from, to] = range ?? [0, object.sizeBytes];
  const partial = range ? { 'Content-Range': `bytes ${from}-${to - 1}/${object.sizeBytes}` } : {};
  return {
    status: range ? 206 : 200,
    headers: { ...objectHeaders(object), ...overrides(call), ...partial },
    body: { sizeBytes: to - from, chunks: () => bucket.store.blobs.read(object.pieces, from, to) },
  };
}

/** DeleteObject; an object that is not there is as good as deleted. */
export function deleteObject({ bucket, key }: OssCall): Answer {
  bucket.store.delete(key);
  return emptyAnswer(204);
}

/** GetObjectTagging. */
export function getObjectTagging(call: OssCall): Answer {
  const tags = parseTags(existing(call).headers['x-oss-tagging'] ?? '');
  return xmlAnswer('Tagging', [
    [
      'TagSet',
      tags.map(
        ({ key, value }) =>
          [
            'Tag',
            [
              ['Key', key],
              ['Value', value],
            ],
          ] as const,
      ),
    ],
  ]);
}

/** PutObjectTagging: replaces the tags of an object, and nothing else of it. */
export async function putObjectTagging(call: OssCall): Promise<Answer> {
  const { exchange, bucket } = call;
  const md5 = expectedMd5(exchange);
  const text = await readBody(exchange, MAX_TAGGING_BYTES);
  checkMd5(md5, createHash('md5').update(text).digest());
  const tags = parseTagging(text.toString('utf8'));
  const object = existing(call);
  const headers = new Map(Object.entries(object.headers));
  if (tags.length === 0) headers.delete('x-oss-tagging');
  else headers.set('x-oss-tagging', formatTags(tags));
  bucket.store.put({ ...object, headers: Object.fromEntries(headers) });
  return emptyAnswer(200);
}

function existing({ bucket, key }: OssCall): StoredObject {
  const object = bucket.store.object(key);
  if (object) return object;
  throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.', {
    ec: '0026-00000001',
    fields: { Key: key },
  });
}

/** Told by GetObjectTagging and GetObjectAcl alone. */
const UNSHOWN: ReadonlySet<string> = new Set(['x-oss-tagging', 'x-oss-object-acl']);

function objectHeaders(object: StoredObject): Record<string, string> {
  const { 'x-oss-tagging': tagging } = object.headers;
  const headers = Object.fromEntries(Object.entries(object.headers).filter(([name]) => !UNSHOWN.has(name)));
  return {
    ...headers,
    ...(tagging === undefined ? {} : { 'x-oss-tagging-count': String(parseTags(tagging).length) }),
    'x-oss-storage-class': headers['x-oss-storage-class'] ?? 'Standard',
    'Accept-Ranges': 'bytes',
    ETag: `"${object.etag}"`,
    'Last-Modified': new Date(object.lastModifiedAt).toUTCString(),
    'x-oss-object-type': object.type,
    'x-oss-hash-crc64ecma': object.crc64,
  };
}

const OVERRIDES = [
  'Content-Type',
  'Content-Language',
  'Cache-Control',
  'Content-Disposition',
  'Content-Encoding',
  'Expires',
];

function overrides({ exchange }: OssCall): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of OVERRIDES) {
    const value = exchange.query.get(`response-${name.toLowerCase()}`);
    if (value !== null) headers[name] = value;
  }
  return headers;
}
