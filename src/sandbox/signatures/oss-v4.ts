import { createHash, createHmac } from 'node:crypto';
import { percentEncode, percentEncodePath } from '../wire/percent-encoding';
import type { Query } from '../wire/query';

/** What a V4 signature is computed over. */
export interface V4Request {
  readonly method: string;
  /** `/bucket/key`, decoded; `/` where no bucket is named. */
  readonly resource: string;
  readonly query: Query;
  readonly headers: ReadonlyMap<string, string>;
  readonly additionalHeaders: readonly string[];
  readonly payload: string;
  /** `yyyymmddThhmmssZ`. */
  readonly timestamp: string;
  readonly scope: V4Scope;
}

/** The scope a signing key is good for. */
export interface V4Scope {
  readonly date: string;
  readonly region: string;
  readonly product: string;
}

/** The signature and what it was computed over, which OSS shows in a SignatureDoesNotMatch. */
export interface V4Signature {
  readonly signature: string;
  readonly canonicalRequest: string;
  readonly stringToSign: string;
}

/** Computes the signature that a V4 request must carry, in hex. */
export function signV4(request: V4Request, accessKeySecret: string): V4Signature {
  const canonicalRequest = [
    request.method,
    percentEncodePath(request.resource),
    canonicalQuery(request.query),
    canonicalHeaders(request),
    request.additionalHeaders.join(';'),
    request.payload,
  ].join('\n');
  const { date, region, product } = request.scope;
  const stringToSign = [
    'OSS4-HMAC-SHA256',
    request.timestamp,
    `${date}/${region}/${product}/aliyun_v4_request`,
    createHash('sha256').update(canonicalRequest, 'utf8').digest('hex'),
  ].join('\n');
  const signature = hmac(signingKey(accessKeySecret, request.scope), stringToSign).toString('hex');
  return { signature, canonicalRequest, stringToSign };
}

/** The signature of a PostObject form, in hex: over the policy as it stands in the form. */
export function signPolicyV4(policy: string, scope: V4Scope, accessKeySecret: string): string {
  return hmac(signingKey(accessKeySecret, scope), policy).toString('hex');
}

function canonicalQuery(query: Query): string {
  return query.parameters
    .filter(({ name }) => name !== 'x-oss-signature')
    .map(({ name, value }) => [percentEncode(name), value === null ? '' : percentEncode(value)] as const)
    .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join('&');
}

// Each line ends in a line break, so an empty line stands between the headers and their list.
function canonicalHeaders({ headers, additionalHeaders }: V4Request): string {
  const names = new Set(additionalHeaders);
  for (const name of headers.keys()) {
    if (name === 'content-type' || name === 'content-md5' || name.startsWith('x-oss-')) names.add(name);
  }
  return [...names]
    .sort()
    .map((name) => `${name}:${(headers.get(name) ?? '').trim()}\n`)
    .join('');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}

const signingKeys = new Map<string, Buffer>();
const SIGNING_KEYS_KEPT = 1_000;

// The chain depends on the day, not on the request: deriving it anew would double the work of a small PUT.
function signingKey(secret: string, { date, region, product }: V4Scope): Buffer {
  const name = `${secret}/${date}/${region}/${product}`;
  const known = signingKeys.get(name);
  if (known) return known;
  const key = hmac(hmac(hmac(hmac(`aliyun_v4${secret}`, date), region), product), 'aliyun_v4_request');
  if (signingKeys.size >= SIGNING_KEYS_KEPT) signingKeys.clear();
  signingKeys.set(name, key);
  return key;
}
