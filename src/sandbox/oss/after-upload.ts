import type { Callback } from '../callback/callback';
import { callbackBody } from '../callback/callback-body';
import { callBack } from '../callback/call-back';
import { imageInfoOf } from '../callback/image-info';
import type { Operation } from '../faults/fault-rules';
import type { StoredObject } from '../storage/records';
import type { Answer } from '../wire/answer';
import type { Exchange } from '../wire/exchange';
import { Refusal } from '../wire/refusal';
import type { Bucket } from './call';
import { ossRefusal } from './refuse';

/** An object that has just been stored, by whom and how. */
export interface Stored {
  readonly exchange: Exchange;
  readonly bucket: Bucket;
  readonly object: StoredObject;
  readonly operation: Operation;
  readonly callback: Callback | null;
}

/**
 * The answer to an upload: `plain` where no callback was asked for, else what the called server said, with
 * 200. Where it said nothing good it is 203 CallbackFailed; the object stays, and the answer's headers tell
 * its ETag and CRC all the same.
 */
export async function answerUpload(stored: Stored, plain: Answer): Promise<Answer> {
  const { exchange, bucket, object, operation, callback } = stored;
  if (!callback) return plain;
  const { ETag, 'x-oss-hash-crc64ecma': crc64 } = plain.headers;
  const headers = { ...(ETag ? { ETag } : {}), ...(crc64 ? { 'x-oss-hash-crc64ecma': crc64 } : {}) };
  const body = callbackBody(callback, {
    bucket: bucket.name,
    object,
    image: callback.body.includes('${imageInfo.') ? await imageInfoOf(object, bucket.store.blobs) : null,
    requestId: exchange.requestId,
    clientIp: (exchange.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    operation,
  });
  const { requestId, nowMs } = exchange;
  const outgoing = { callback, body, bucket: bucket.name, requestId, nowMs };
  const outcome = await callBack(outgoing, bucket.signer);
  if (outcome.kind === 'answered') {
    return { status: 200, headers: { ...headers, 'Content-Type': 'application/json' }, body: outcome.json };
  }
  const failed = ossRefusal(exchange, new Refusal(203, 'CallbackFailed', outcome.sentence));
  return { ...failed, headers: { ...headers, ...failed.headers } };
}
