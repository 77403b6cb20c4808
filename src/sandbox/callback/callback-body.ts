import type { StoredObject } from '../storage/records';
import { percentEncode } from '../wire/percent-encoding';
import type { Callback } from './callback';
import type { ImageInfo } from './image-info';

/** What the variables of a callback are about. */
export interface CallbackSubject {
  readonly bucket: string;
  readonly object: StoredObject;
  readonly image: ImageInfo | null;
  readonly requestId: string;
  readonly clientIp: string;
  readonly operation: string;
}

/**
 * The body of a callback with its variables put in, as OSS does it: escaped for a URL in a form, as JSON
 * values (texts with quotes around them) in JSON. A variable that does not exist or does not apply is empty.
 */
export function callbackBody(callback: Callback, subject: CallbackSubject): string {
  const values = new Map([...systemVariables(subject), ...callback.variables]);
  return callback.body.replace(/\$\{([^}]*)\}/g, (_all, name: string) => {
    const value = values.get(name) ?? '';
    return callback.bodyType === 'application/json' ? JSON.stringify(value) : percentEncode(String(value));
  });
}

function systemVariables(subject: CallbackSubject): [string, string | number][] {
  const { object, image } = subject;
  // The ETag of an object that was put in one request is its MD5.
  const md5 = object.type === 'Normal' ? Buffer.from(object.etag, 'hex').toString('base64') : '';
  return [
    ['bucket', subject.bucket],
    ['object', object.key],
    ['etag', object.etag],
    ['size', object.sizeBytes],
    ['mimeType', object.headers['Content-Type'] ?? ''],
    ['crc64', object.crc64],
    ['contentMd5', md5],
    ['imageInfo.format', image?.format ?? ''],
    ['imageInfo.height', image?.height ?? ''],
    ['imageInfo.width', image?.width ?? ''],
    ['clientIp', subject.clientIp],
    ['reqId', subject.requestId],
    ['operation', subject.operation],
  ];
}
