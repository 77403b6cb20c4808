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
  /** Host names without port that stand for the bucket (CNAME). */
  readonly customDomains: readonly string[];
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
  if (book.customDomains.includes(host)) return { bucket: book.bucket, key: path };
  if (isIP(host) !== 0) return pathStyle(path);
  const [label = '', ...suffix] = host.split('.');
  const isService = suffix.length === 0 || label === `oss-${book.region}`;
  if (!isService) return { bucket: label, key: path };
  if (path === '') return { bucket: null, key: '' };
  throw new Refusal(
    403,
    'SecondLevelDomainForbidden',
    'The bucket you are attempting to access must be addressed using OSS third level domain.',
  );
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

/** Throws InvalidBucketName or NoSuchBucket unless the request names the one bucket there is. */
export function checkBucket(bucket: string, existing: string): void {
  if (bucket === existing) return;
  if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new Refusal(400, 'InvalidBucketName', 'The specified bucket is not valid.');
  }
  throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist.', {
    ec: '0015-00000101',
    fields: { BucketName: bucket },
  });
}
