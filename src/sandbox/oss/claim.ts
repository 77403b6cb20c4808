import type { V4Scope } from '../signatures/oss-v4';
import type { Exchange } from '../wire/exchange';
import { invalidArgument, Refusal } from '../wire/refusal';

/** Who a request says it comes from, and the signature that is to prove it. */
export type Claim =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'v1';
      readonly carrier: 'header' | 'url';
      readonly accessKeyId: string;
      readonly signature: string;
      readonly securityToken: string | null;
    }
  | {
      readonly kind: 'v4';
      readonly carrier: 'header' | 'url';
      readonly accessKeyId: string;
      readonly signature: string;
      readonly securityToken: string | null;
      readonly scope: V4Scope;
      readonly additionalHeaders: readonly string[];
    };

/** Reads the claim out of headers or URL. Throws InvalidArgument on a malformed one, or on two at once. */
export function claimOf(exchange: Exchange): Claim {
  const authorization = exchange.headers.get('authorization');
  const isV4Url = exchange.query.has('x-oss-signature-version') || exchange.query.has('x-oss-signature');
  const isV1Url = exchange.query.has('Signature') || exchange.query.has('OSSAccessKeyId');
  if (authorization !== undefined && (isV4Url || isV1Url)) {
    throw invalidArgument('Only one auth mechanism allowed: the header or the URL, not both.');
  }
  if (authorization?.startsWith('OSS4-HMAC-SHA256')) return v4Header(exchange, authorization);
  if (authorization !== undefined) return v1Header(exchange, authorization);
  if (isV4Url) return v4Url(exchange);
  if (isV1Url) return v1Url(exchange);
  return { kind: 'anonymous' };
}

/** As claimOf, for the log and for faults: a malformed claim is none. */
export function claimOrNone(exchange: Exchange): Claim {
  try {
    return claimOf(exchange);
  } catch {
    return { kind: 'anonymous' };
  }
}

function v1Header(exchange: Exchange, authorization: string): Claim {
  const [, accessKeyId, signature] = /^OSS ([^:\s]+):(\S+)$/.exec(authorization) ?? [];
  if (accessKeyId === undefined || signature === undefined) {
    throw invalidArgument('Authorization header is invalid.', { ec: '0002-00000001' });
  }
  const securityToken = exchange.headers.get('x-oss-security-token') ?? null;
  return { kind: 'v1', carrier: 'header', accessKeyId, signature, securityToken };
}

function v1Url(exchange: Exchange): Claim {
  const accessKeyId = exchange.query.get('OSSAccessKeyId');
  const signature = exchange.query.get('Signature');
  if (!accessKeyId || !signature || !exchange.query.has('Expires')) {
    throw new Refusal(
      403,
      'AccessDenied',
      'Query-string authentication requires OSSAccessKeyId, Expires and Signature.',
    );
  }
  const securityToken = exchange.query.get('security-token');
  return { kind: 'v1', carrier: 'url', accessKeyId, signature, securityToken };
}

function v4Header(exchange: Exchange, authorization: string): Claim {
  const fields = new Map<string, string>();
  for (const field of authorization.slice('OSS4-HMAC-SHA256'.length).split(',')) {
    const at = field.indexOf('=');
    if (at < 0) throw invalidArgument('Authorization header is invalid.', { ec: '0002-00000201' });
    fields.set(field.slice(0, at).trim(), field.slice(at + 1).trim());
  }
  const signature = fields.get('Signature');
  if (!signature) throw invalidArgument('Authorization header is invalid.', { ec: '0002-00000201' });
  const additional = fields.get('AdditionalHeaders');
  if (additional === '') {
    throw invalidArgument('AdditionalHeaders in Authorization header is empty.', { ec: '0002-00000209' });
  }
  return {
    kind: 'v4',
    carrier: 'header',
    ...parseCredential(fields.get('Credential') ?? ''),
    signature,
    securityToken: exchange.headers.get('x-oss-security-token') ?? null,
    additionalHeaders: additional === undefined ? [] : additional.split(';'),
  };
}

function v4Url(exchange: Exchange): Claim {
  const { query } = exchange;
  const signature = query.get('x-oss-signature');
  const required = ['x-oss-credential', 'x-oss-date', 'x-oss-expires'];
  if (query.get('x-oss-signature-version') !== 'OSS4-HMAC-SHA256' || !signature) {
    throw new Refusal(
      403,
      'AccessDenied',
      'Query-string authentication version 4 requires a version and a signature.',
    );
  }
  const missing = required.find((name) => !query.get(name));
  if (missing !== undefined) {
    throw new Refusal(403, 'AccessDenied', `Query-string authentication version 4 requires ${missing}.`);
  }
  const additional = query.get('x-oss-additional-headers');
  return {
    kind: 'v4',
    carrier: 'url',
    ...parseCredential(query.get('x-oss-credential') ?? ''),
    signature,
    securityToken: query.get('x-oss-security-token'),
    additionalHeaders: additional ? additional.split(';') : [],
  };
}

/** Reads `AccessKeyId/date/region/oss/aliyun_v4_request`; throws InvalidArgument on anything else. */
export function parseCredential(
  text: string,
  ec = '0002-00000223',
): { readonly accessKeyId: string; readonly scope: V4Scope } {
  const [accessKeyId, date, region, product, terminator, ...rest] = text.split('/');
  if (!accessKeyId || !date || !region || !product || terminator !== 'aliyun_v4_request' || rest.length > 0) {
    throw invalidArgument('The credential of the signature is invalid.', { ec });
  }
  if (product !== 'oss') {
    throw invalidArgument('Invalid signing product in Authorization header.', { ec: '0002-00000227' });
  }
  return { accessKeyId, scope: { date, region, product } };
}
