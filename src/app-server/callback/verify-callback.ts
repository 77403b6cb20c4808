import { verify } from 'node:crypto';
import type { PublicKeys } from './public-keys';

export interface CallbackRequest {
  /** Path and query as they came. */
  readonly url: string;
  readonly authorization: string | undefined;
  /** The URL of the key in Base64: header `x-oss-pub-key-url`. */
  readonly publicKeyUrl: string | undefined;
  readonly body: Buffer;
}

/** True where OSS sent it: its RSA-MD5 signature covers decoded path, query, a line break and the body. */
export async function isFromOss(request: CallbackRequest, keys: PublicKeys): Promise<boolean> {
  const { authorization, publicKeyUrl, body } = request;
  if (!isBase64(authorization) || !isBase64(publicKeyUrl)) return false;
  const signed = signedText(request.url);
  if (signed === null) return false;
  const key = await keys(Buffer.from(publicKeyUrl, 'base64').toString('latin1'));
  if (key === null) return false;
  return verify('RSA-MD5', Buffer.concat([signed, body]), key, Buffer.from(authorization, 'base64'));
}

function signedText(url: string): Buffer | null {
  const queryAt = url.indexOf('?');
  const path = queryAt < 0 ? url : url.slice(0, queryAt);
  const query = queryAt < 0 ? '' : url.slice(queryAt);
  try {
    return Buffer.from(`${decodeURIComponent(path)}${query}\n`);
  } catch {
    return null;
  }
}

function isBase64(text: string | undefined): text is string {
  return text !== undefined && text.length <= 4096 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}
