import type { ReceivedBody } from '../storage/receive-body';
import type { StoredObject } from '../storage/records';
import { Refusal } from '../wire/refusal';
import type { Bucket } from './call';

/** What becomes of a body that has arrived. */
export interface NewObject {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly nowMs: number;
  /** The store's epoch when the body began to arrive. */
  readonly epoch: number;
  /** The last checks, made in one breath with the change: of two clients that race, one must lose. */
  readonly check: (body: ReceivedBody) => void;
}

/** Makes an object of a body, or forgets the body where a check throws. */
export function storeObject(bucket: Bucket, body: ReceivedBody, made: NewObject): StoredObject {
  const object: StoredObject = {
    key: made.key,
    sizeBytes: body.sizeBytes,
    crc64: body.crc64.toString(),
    etag: body.md5.toString('hex').toUpperCase(),
    lastModifiedAt: made.nowMs,
    type: 'Normal',
    headers: made.headers,
    pieces: [body.piece],
  };
  try {
    made.check(body);
    if (bucket.store.epoch !== made.epoch) throw resetMeanwhile();
    bucket.store.put(object);
  } catch (error) {
    bucket.store.blobs.release([body.piece]);
    throw error;
  }
  return object;
}

/** The refusal of a body that began to arrive before the sandbox was emptied. */
export function resetMeanwhile(): Refusal {
  return new Refusal(500, 'InternalError', 'The sandbox was reset while the body arrived.');
}
