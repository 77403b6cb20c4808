import { isIP } from 'node:net';
import type { Exchange } from '../wire/exchange';
import { Refusal } from '../wire/refusal';

/** Where a request points. The bucket is null for the service itself, the key empty for the bucket itself. */
export interface Address {
  readonly bucket: string | null;
  readonly key: string;
}

/** What the host names mean here. */
export interface AddressBook {
  readonly region: string;
  readonly bucket: string;
  /** The bucket that each custom domain (CNAME) stands for, by host name in lower case and without port. */
  readonly customDomains: ReadonlyMap<string, string>;
}

/**
 * Finds bucket and key. The first label of the host is the bucket, whatever follows; a custom domain stands
 * for the bucket; an IP address alone takes `/bucket/key`. Throws InvalidObjectName on an undecodable path.
 */
export function addressOf(exchange: Exchange, book: AddressBook): Address {
  if (exchange.path === null) {
    throw new Refusal(400, 'InvalidObjectName', 'The specified object is not valid.', {
      ec: '0016-00000001',
    });
  }
  const path = exchange.path.replace(/^\//, '');
  const host = hostName(exchange.host);
  const bound = book.customDomains.get(host);
  if (bound !== undefined) return { bucket: bound, key: path };
  if (isIP(host) !== 0) return pathStyle(path);
  const [label = '', ...suffix] = host.split('.');
  const isService = suffix.length === 0 || label === `oss-${book.region}`;
  if (!isService && !isBucketHost(label, suffix, book)) throw noSuchBucket(host);
  if (!isService) return { bucket: label, key: path };
  if (path === '') return { bucket: null, key: '' };
  throw new Refusal(
    403,
    'SecondLevelDomainForbidden',
    'The bucket you are attempting to access must be addressed using OSS third level domain.',
  );
}

// What is neither can only be a domain that is bound to no bucket.
function isBucketHost(label: string, suffix: readonly string[], book: AddressBook): boolean {
  return label === book.bucket || suffix.length === 1 || suffix[0]?.startsWith('oss-') === true;
}

function pathStyle(path: string): Address {
  const at = path.indexOf('/');
  if (at < 0) return { bucket: path === '' ? null : path, key: '' };
  return { bucket: path.slice(0, at), key: path.slice(at + 1) };
}

function hostName(host: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(host);
  return (bracketed?.[1] ?? host.replace(/:\d+$/, '')).toLowerCase();
}

/** Throws InvalidObjectName where a key breaks OSS's rules: 1 to 1023 bytes, no leading slash or backslash. */
export function checkKey(key: string): void {
  const length = Buffer.byteLength(key, 'utf8');
  const ec =
    length < 1
      ? '0016-00000001'
      : length > 1023
        ? '0016-00000002'
        : key.startsWith('/')
          ? '0016-00000004'
          : key.startsWith('\\')
            ? '0016-00000005'
            : null;
  if (ec !== null) throw new Refusal(400, 'InvalidObjectName', 'The specified object is not valid.', { ec });
}

/** True for a name that a bucket may have. */
export function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name);
}

/** Throws InvalidBucketName or NoSuchBucket unless the request names the one bucket there is. */
export function checkBucket(bucket: string, existing: string): void {
  if (bucket === existing) return;
  if (!isBucketName(bucket)) {
    throw new Refusal(400, 'InvalidBucketName', 'The specified bucket is not valid.');
  }
  throw noSuchBucket(bucket);
}

function noSuchBucket(bucket: string): Refusal {
  return new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist.', {
    ec: '0015-00000101',
    fields: { BucketName: bucket },
  });
}
