import type { Caller, Directory } from '../identity/directory';
import type { Sessions } from '../identity/sessions';
import { isSameSecret } from '../signatures/compare';
import { signV1 } from '../signatures/oss-v1';
import { signV4, type V4Scope } from '../signatures/oss-v4';
import type { Exchange } from '../wire/exchange';
import { invalidArgument, Refusal } from '../wire/refusal';
import type { Address } from './address';
import { claimOf, type Claim } from './claim';

/** Against what a claim is checked. */
export interface Registry {
  readonly directory: Directory;
  readonly sessions: Sessions;
  readonly region: string;
}

type SignedClaim = Exclude<Claim, { kind: 'anonymous' }>;

const MAX_SKEW_MS = 900_000;
const MAX_URL_SECONDS = 604_800;

/**
 * Proves who sent the request, or refuses it with OSS's own code: key, token, its expiry, the clock, the
 * signature, in this order. The bucket is private, so an anonymous request is always refused.
 */
export function authenticate(exchange: Exchange, address: Address, registry: Registry): Caller {
  const claim = claimOf(exchange);
  if (claim.kind === 'anonymous') {
    throw new Refusal(403, 'AccessDenied', 'You have no right to access this object because of bucket acl.', {
      ec: '0003-00000001',
    });
  }
  const { caller, secret } = identify(claim, registry, exchange.nowMs);
  const resource = `/${address.bucket === null ? '' : `${address.bucket}/`}${address.key}`;
  if (claim.kind === 'v1') verifyV1(exchange, claim, resource, secret);
  else verifyV4(exchange, claim, resource, secret, registry.region);
  return caller;
}

/** The owner of a key and its secret; refuses keys and tokens that are unknown, expired, or not of one pair. */
export function identify(
  claim: Pick<SignedClaim, 'accessKeyId' | 'securityToken'>,
  registry: Registry,
  nowMs: number,
): { readonly caller: Caller; readonly secret: string } {
  const { directory, sessions } = registry;
  const session = sessions.byAccessKeyId(claim.accessKeyId);
  const user = directory.userByKey(claim.accessKeyId);
  if (!session && !user) throw unknownKey(claim.accessKeyId);
  if (claim.securityToken === null) {
    // Temporary keys do not exist for OSS without the token they were issued with.
    if (!user) throw unknownKey(claim.accessKeyId);
    return { caller: { kind: 'user', user }, secret: user.accessKeySecret };
  }
  const owner = sessions.byToken(claim.securityToken);
  if (!owner) {
    throw new Refusal(403, 'InvalidSecurityToken', 'The security token you provided is invalid.', {
      ec: '0002-00000063',
    });
  }
  if (owner.accessKeyId !== claim.accessKeyId) {
    throw new Refusal(
      403,
      'AccessKeyIdAndSecurityTokenNotMatch',
      'The AccessKeyId and the security token you provided do not belong together.',
    );
  }
  if (sessions.isExpired(owner, nowMs)) throw expiredToken();
  return { caller: { kind: 'session', session: owner }, secret: owner.accessKeySecret };
}

/** OSS's answer to a token past its Expiration. */
export function expiredToken(): Refusal {
  return new Refusal(403, 'SecurityTokenExpired', 'The security token you provided has expired.', {
    ec: '0002-00000069',
  });
}

function unknownKey(accessKeyId: string): Refusal {
  return new Refusal(
    403,
    'InvalidAccessKeyId',
    'The OSS Access Key Id you provided does not exist in our records.',
    {
      ec: '0002-00000902',
      fields: { OSSAccessKeyId: accessKeyId },
    },
  );
}

function verifyV1(
  exchange: Exchange,
  claim: Extract<SignedClaim, { kind: 'v1' }>,
  resource: string,
  secret: string,
): void {
  const { headers, query, method } = exchange;
  let date: string;
  if (claim.carrier === 'url') {
    date = query.get('Expires') ?? '';
    if (!/^\d{1,12}$/.test(date)) throw new Refusal(403, 'AccessDenied', 'Expires must be in Unix seconds.');
  } else {
    date = headers.get('x-oss-date') ?? headers.get('date') ?? '';
    const sentAt = Date.parse(date);
    if (Number.isNaN(sentAt)) {
      throw new Refusal(403, 'AccessDenied', 'OSS authentication requires a valid Date.', {
        ec: '0002-00000501',
      });
    }
    checkSkew(sentAt, exchange.nowMs);
  }
  const { signature, stringToSign } = signV1({ method, resource, query, headers, date }, secret);
  if (!isSameSecret(signature, claim.signature)) throw wrongSignature(claim, { StringToSign: stringToSign });
  if (claim.carrier === 'url' && Number(date) * 1000 < exchange.nowMs) throw expiredUrl(Number(date) * 1000);
}

function verifyV4(
  exchange: Exchange,
  claim: Extract<SignedClaim, { kind: 'v4' }>,
  resource: string,
  secret: string,
  region: string,
): void {
  const { headers, query, method } = exchange;
  const isUrl = claim.carrier === 'url';
  const payload = headers.get('x-oss-content-sha256') ?? (isUrl ? 'UNSIGNED-PAYLOAD' : '');
  if (payload !== 'UNSIGNED-PAYLOAD') {
    throw invalidArgument('x-oss-content-sha256 must be UNSIGNED-PAYLOAD.', { ec: '0002-00000214' });
  }
  const timestamp = (isUrl ? query.get('x-oss-date') : headers.get('x-oss-date')) ?? '';
  const sentAt = checkScope(claim.scope, timestamp, region);
  if (!isUrl) checkSkew(sentAt, exchange.nowMs);
  const { additionalHeaders, scope } = claim;
  const signed = signV4(
    { method, resource, query, headers, additionalHeaders, payload, timestamp, scope },
    secret,
  );
  if (!isSameSecret(signed.signature, claim.signature)) {
    throw wrongSignature(claim, {
      StringToSign: signed.stringToSign,
      CanonicalRequest: signed.canonicalRequest,
    });
  }
  if (isUrl) checkUrlLife(query.get('x-oss-expires') ?? '', sentAt, exchange.nowMs);
}

/** When a V4 request says it was signed; throws where its timestamp or region is not the one of its scope. */
export function checkScope(scope: V4Scope, timestamp: string, region: string): number {
  const sentAt = parseTimestamp(timestamp);
  if (sentAt === null) {
    throw new Refusal(403, 'AccessDenied', 'OSS authentication requires a valid x-oss-date.', {
      ec: '0002-00000501',
    });
  }
  if (!timestamp.startsWith(scope.date)) {
    throw invalidArgument('Invalid signing date in Authorization header.', { ec: '0002-00000224' });
  }
  if (scope.region !== region) {
    throw invalidArgument('Invalid signing region in Authorization header.', { ec: '0002-00000225' });
  }
  return sentAt;
}

function parseTimestamp(text: string): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? null : time;
}

function checkSkew(sentAt: number, nowMs: number): void {
  if (Math.abs(nowMs - sentAt) <= MAX_SKEW_MS) return;
  throw new Refusal(
    403,
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
    {
      ec: '0002-00000504',
      fields: {
        MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
        RequestTime: new Date(sentAt).toISOString(),
        ServerTime: new Date(nowMs).toISOString(),
      },
    },
  );
}

// A signed URL may be handed to a client whose clock is wrong, so only its end counts, and that it has begun.
function checkUrlLife(seconds: string, signedAt: number, nowMs: number): void {
  const life = Number(seconds);
  if (!/^\d{1,6}$/.test(seconds) || life < 1 || life > MAX_URL_SECONDS) {
    throw new Refusal(403, 'AccessDenied', `x-oss-expires must be from 1 to ${MAX_URL_SECONDS} seconds.`);
  }
  if (signedAt - MAX_SKEW_MS > nowMs)
    throw new Refusal(403, 'AccessDenied', 'The signed URL is not valid yet.');
  if (signedAt + life * 1000 < nowMs) throw expiredUrl(signedAt + life * 1000);
}

function expiredUrl(expiredAt: number): Refusal {
  return new Refusal(403, 'AccessDenied', 'Request has expired.', {
    ec: '0002-00000403',
    fields: { Expires: new Date(expiredAt).toISOString() },
  });
}

/** OSS's answer to a signature that is not the one it calculates. */
export function wrongSignature(
  claim: Pick<SignedClaim, 'kind' | 'accessKeyId' | 'signature'>,
  fields: Record<string, string>,
): Refusal {
  return new Refusal(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    {
      ec: claim.kind === 'v1' ? '0002-00000040' : '0002-00000228',
      fields: { OSSAccessKeyId: claim.accessKeyId, SignatureProvided: claim.signature, ...fields },
    },
  );
}
