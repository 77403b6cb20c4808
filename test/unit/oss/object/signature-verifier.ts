import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * Verifies OSS signatures from what arrived on the wire, by the rules of Alibaba's documents ("Include V4
 * signatures in the Authorization header", "Include signatures in the Authorization header"). It shares no code
 * with what signs.
 */
export function verifySignature(
  request: IncomingMessage,
  bucket: string,
  style: 'host' | 'path',
  secret: string,
): string {
  const authorization = request.headers.authorization ?? '';
  return authorization.startsWith('OSS4-')
    ? verifyV4(request, bucket, style, secret, authorization)
    : verifyV1(request, bucket, style, secret, authorization);
}

interface Target {
  /** As it came, still escaped. */
  readonly rawPath: string;
  /** Names and values, decoded; the value null when there was none. */
  readonly parameters: readonly (readonly [string, string | null])[];
}

function targetOf(request: IncomingMessage, bucket: string, style: 'host' | 'path'): Target {
  const [rawPath = '', rawQuery] = (request.url ?? '').split(/\?(.*)/s);
  const pairs = rawQuery === undefined || rawQuery === '' ? [] : rawQuery.split('&');
  const parameters = pairs.map((pair) => {
    const [name = '', value] = pair.split(/=(.*)/s);
    return [decodeURIComponent(name), value === undefined ? null : decodeURIComponent(value)] as const;
  });
  if (style === 'host') return { rawPath: `/${bucket}${rawPath}`, parameters };
  return { rawPath, parameters };
}

const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));
const UNRESERVED = /[A-Za-z0-9\-_.~]/;
function escapeByBytes(text: string, kept = ''): string {
  let escaped = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const sign = String.fromCharCode(byte);
    escaped +=
      byte < 128 && (UNRESERVED.test(sign) || kept.includes(sign))
        ? sign
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}

function ossHeaders(request: IncomingMessage, more: readonly string[]): string {
  return Object.keys(request.headers)
    .filter((name) => name.startsWith('x-oss-') || more.includes(name))
    .sort(byBytes)
    .map((name) => `${name}:${String(request.headers[name]).trim()}\n`)
    .join('');
}

function verifyV4(
  request: IncomingMessage,
  bucket: string,
  style: 'host' | 'path',
  secret: string,
  authorization: string,
): string {
  const match = /^OSS4-HMAC-SHA256 Credential=([^,]+),Signature=([0-9a-f]{64})$/.exec(authorization);
  if (match === null) return `malformed: ${authorization}`;
  const [accessKeyId = '', date = '', region = '', product, end] = match[1]!.split('/');
  if (product !== 'oss' || end !== 'aliyun_v4_request') return 'wrong scope';
  const stamp = String(request.headers['x-oss-date']);
  if (!/^\d{8}T\d{6}Z$/.test(stamp) || !stamp.startsWith(date)) return 'wrong date';
  const { rawPath, parameters } = targetOf(request, bucket, style);
  const query = parameters
    .map(([name, value]) =>
      value === null || value === '' ? escapeByBytes(name) : `${escapeByBytes(name)}=${escapeByBytes(value)}`,
    )
    .sort(byBytes)
    .join('&');
  const canonical = [
    request.method,
    escapeByBytes(decodeURIComponent(rawPath), '/'),
    query,
    ossHeaders(request, ['content-type', 'content-md5']),
    '',
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const hash = createHash('sha256').update(canonical).digest('hex');
  const toSign = `OSS4-HMAC-SHA256\n${stamp}\n${date}/${region}/oss/aliyun_v4_request\n${hash}`;
  let key: Buffer = Buffer.from(`aliyun_v4${secret}`);
  for (const step of [date, region, 'oss', 'aliyun_v4_request'])
    key = createHmac('sha256', key).update(step).digest();
  const expected = createHmac('sha256', key).update(toSign).digest('hex');
  return expected === match[2] ? `v4 ${accessKeyId} ${region}` : 'signature differs';
}

/** The query parameters that V1 signs, of those that we send. */
const SIGNED_BY_V1 = ['uploads', 'uploadId', 'partNumber'];

function verifyV1(
  request: IncomingMessage,
  bucket: string,
  style: 'host' | 'path',
  secret: string,
  authorization: string,
): string {
  const match = /^OSS ([^:]+):([A-Za-z0-9+/=]+)$/.exec(authorization);
  if (match === null) return `malformed: ${authorization}`;
  const { rawPath, parameters } = targetOf(request, bucket, style);
  const signed = parameters
    .filter(([name]) => SIGNED_BY_V1.includes(name))
    .map(([name, value]) => (value === null || value === '' ? name : `${name}=${value}`))
    .sort(byBytes)
    .join('&');
  const toSign = [
    request.method,
    request.headers['content-md5'] ?? '',
    request.headers['content-type'] ?? '',
    request.headers['x-oss-date'],
    `${ossHeaders(request, [])}${decodeURIComponent(rawPath)}${signed === '' ? '' : `?${signed}`}`,
  ].join('\n');
  const expected = createHmac('sha1', secret).update(toSign).digest('base64');
  return expected === match[2] ? `v1 ${match[1]!}` : 'signature differs';
}
