import { createHash, createHmac } from 'node:crypto';
import { percentEncode } from '../wire/percent-encoding';
import type { Query } from '../wire/query';

/** The parts of `Authorization: ACS3-HMAC-SHA256 …`. */
export interface Acs3Authorization {
  readonly accessKeyId: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** Reads the header; null where it is not of that form. */
export function parseAcs3(header: string): Acs3Authorization | null {
  const match =
    /^ACS3-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  const [, accessKeyId, names, signature] = match ?? [];
  if (accessKeyId === undefined || names === undefined || signature === undefined) return null;
  return { accessKeyId, signedHeaders: names.split(';'), signature };
}

/** What an ACS3 signature is computed over. */
export interface Acs3Request {
  readonly method: string;
  readonly query: Query;
  readonly headers: ReadonlyMap<string, string>;
  readonly signedHeaders: readonly string[];
  readonly body: Buffer;
}

/**
 * The signature of an RPC-style call on `/`, in hex. The query is decoded and encoded again: on the wire
 * clients leave `( ) * !` raw, in the canonical form they are escaped.
 */
export function signAcs3(request: Acs3Request, accessKeySecret: string): string {
  const query = request.query.parameters
    .map(({ name, value }) => `${percentEncode(name)}=${percentEncode(value ?? '')}`)
    .sort()
    .join('&');
  const headers = request.signedHeaders.map(
    (name) => `${name}:${(request.headers.get(name) ?? '').trim()}\n`,
  );
  const canonicalRequest = [
    request.method,
    '/',
    query,
    headers.join(''),
    request.signedHeaders.join(';'),
    sha256Hex(request.body),
  ].join('\n');
  const stringToSign = `ACS3-HMAC-SHA256\n${sha256Hex(Buffer.from(canonicalRequest, 'utf8'))}`;
  return createHmac('sha256', accessKeySecret).update(stringToSign, 'utf8').digest('hex');
}

/** SHA-256 in lower-case hex. */
export function sha256Hex(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Headers that a call must sign where it carries them; without this rule one could be added on the way. */
export function unsignedHeaders(
  headers: ReadonlyMap<string, string>,
  signedHeaders: readonly string[],
): string[] {
  const mustBeSigned = [...headers.keys()].filter(
    (name) => name === 'host' || name === 'content-type' || name.startsWith('x-acs-'),
  );
  return mustBeSigned.filter((name) => !signedHeaders.includes(name));
}
