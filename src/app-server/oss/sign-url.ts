import type { Settings } from '../settings';
import type { StsToken } from '../sts/token-issuer';
import { signUtils } from './ali-oss-signing.js';
import { encode, objectUrl } from './bucket-address';

export interface UrlToSign {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly key: string;
  /** Null: the name alone. */
  readonly query: Readonly<Record<string, string | null>>;
  /** Covered by the signature, so they must be sent exactly so. Names in small letters, values in ASCII. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Until when, by STS's clock. */
export interface SigningTime {
  readonly nowMs: number;
  readonly lifeSeconds: number;
}

/**
 * A URL with a signature of version 4 in its query, made of the signing primitives of ali-oss. (Its signatureUrlV4 would
 * sign with this machine's clock, and knows neither an IP endpoint nor a query that is a name alone.)
 */
export function signUrl(settings: Settings, token: StsToken, time: SigningTime, request: UrlToSign): string {
  const { bucket, region } = settings;
  const date = ossDate(time.nowMs);
  const day = date.slice(0, 8);
  const queries = {
    ...request.query,
    'x-oss-credential': signUtils.getCredential(day, region, token.AccessKeyId),
    'x-oss-date': date,
    'x-oss-expires': String(time.lifeSeconds),
    'x-oss-security-token': token.SecurityToken,
    'x-oss-signature-version': 'OSS4-HMAC-SHA256',
  };
  const canonical = signUtils.getCanonicalRequest(
    request.method,
    { headers: request.headers, queries },
    bucket,
    request.key,
    [],
  );
  const toSign = signUtils.getStringToSign(region, date, canonical);
  const signature = signUtils.getSignatureV4(token.AccessKeySecret, day, region, toSign);
  const signed: Readonly<Record<string, string | null>> = { ...queries, 'x-oss-signature': signature };
  const query = Object.entries(signed)
    .map(([name, value]) => (value === null ? encode(name) : `${encode(name)}=${encode(value)}`))
    .join('&');
  return `${objectUrl(settings, request.key)}?${query}`;
}

/** `20261125T080000Z`, as `x-oss-date` has it. */
export function ossDate(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '');
}
