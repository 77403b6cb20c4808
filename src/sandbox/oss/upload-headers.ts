import type { Exchange } from '../wire/exchange';
import { invalidArgument, Refusal } from '../wire/refusal';
import { aclOf, checkEncryption, checkStorageClass } from './object-settings';
import { parseTags } from './tags';

const KEPT_HEADERS = new Map([
  ['content-type', 'Content-Type'],
  ['cache-control', 'Cache-Control'],
  ['content-disposition', 'Content-Disposition'],
  ['content-encoding', 'Content-Encoding'],
  ['content-language', 'Content-Language'],
  ['expires', 'Expires'],
  ['x-oss-storage-class', 'x-oss-storage-class'],
  ['x-oss-tagging', 'x-oss-tagging'],
  ['x-oss-server-side-encryption', 'x-oss-server-side-encryption'],
  ['x-oss-server-side-encryption-key-id', 'x-oss-server-side-encryption-key-id'],
]);
const MAX_META_BYTES = 8 << 10;

/** 5 GB, the most that one request may carry (OSS: PutObject, UploadPart, PostObject). */
export const MAX_BODY_BYTES = 5 * 1024 ** 3;

/** As the headers of a new object, with its ACL, which comes with PutObject, Complete and forms. */
export function keptWithAcl(headers: ReadonlyMap<string, string>): Record<string, string> {
  const acl = aclOf(headers);
  return { ...keptHeaders(headers), ...(acl === null ? {} : { 'x-oss-object-acl': acl }) };
}

/**
 * The headers of an upload, or the fields of a form, that the object keeps: HTTP headers, user metadata, tags, storage
 * class, encryption. Throws where OSS refuses a value.
 */
export function keptHeaders(headers: ReadonlyMap<string, string>): Record<string, string> {
  checkStorageClass(headers);
  checkEncryption(headers);
  const kept: Record<string, string> = {};
  let metaBytes = 0;
  for (const [name, value] of headers) {
    const shown = KEPT_HEADERS.get(name);
    if (shown !== undefined) kept[shown] = value;
    if (!name.startsWith('x-oss-meta-')) continue;
    metaBytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    kept[name] = value;
  }
  if (metaBytes > MAX_META_BYTES) {
    throw invalidArgument('The user metadata of an object must not exceed 8 KB.', { ec: '0017-00000304' });
  }
  kept['Content-Type'] ??= 'application/octet-stream';
  if (kept['x-oss-tagging'] !== undefined) parseTags(kept['x-oss-tagging']);
  return kept;
}

/** True where the request forbids to overwrite an object; refuses a value that is neither true nor false. */
export function forbidsOverwrite(headers: ReadonlyMap<string, string>): boolean {
  const value = headers.get('x-oss-forbid-overwrite');
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw invalidArgument('The value of x-oss-forbid-overwrite must be true or false.', {
    ec: '0017-00000279',
    fields: { ArgumentName: 'x-oss-forbid-overwrite', ArgumentValue: value },
  });
}

/** OSS's answer where x-oss-forbid-overwrite meets an object. */
export function alreadyExists(ec: string): Refusal {
  return new Refusal(
    409,
    'FileAlreadyExists',
    'The object you specified already exists and can not be overwritten.',
    { ec },
  );
}

/** The digest of a Content-MD5 header, null where there is none. */
export function expectedMd5(exchange: Exchange): Buffer | null {
  const value = exchange.headers.get('content-md5');
  if (value === undefined) return null;
  const digest = Buffer.from(value, 'base64');
  if (digest.length !== 16 || digest.toString('base64') !== value) {
    throw new Refusal(400, 'InvalidDigest', 'The Content-MD5 you specified is not valid.', {
      ec: '0017-00000502',
      fields: { 'Content-MD5': value },
    });
  }
  return digest;
}

/** Refuses a body that is not the one its Content-MD5 names. */
export function checkMd5(expected: Buffer | null, actual: Buffer): void {
  if (expected === null || expected.equals(actual)) return;
  throw new Refusal(400, 'InvalidDigest', 'The Content-MD5 you specified did not match what we received.', {
    fields: {
      ClientComputedContentMD5: expected.toString('base64'),
      ServerComputedContentMD5: actual.toString('base64'),
    },
  });
}

/** Refuses a body whose length is not announced, or is over 5 GB. */
export function checkBodyLength(exchange: Exchange, limitBytes = MAX_BODY_BYTES): void {
  const length = exchange.headers.get('content-length');
  if (length === undefined && !/\bchunked\b/i.test(exchange.headers.get('transfer-encoding') ?? '')) {
    throw new Refusal(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.', {
      ec: '0017-00000101',
    });
  }
  if (Number(length ?? 0) > limitBytes) {
    throw new Refusal(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size.', {
      fields: { ProposedSize: length ?? '' },
    });
  }
}
