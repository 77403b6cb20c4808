import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { keyPrefixSchema } from '../shared/profile';
import { isLoopbackHost } from './loopback';

/** A bearer token that may ask, known by its hash alone. */
export interface StaticToken {
  readonly hash: Buffer;
  /** Where its holder may put objects; null: at OSS_PREFIX. */
  readonly prefix: string | null;
}

/** A template of a prefix names its user by this. */
export const USER_PLACE = '{user}';

/** The signatures of a JWT that can be allowed. None rests on a shared secret, so a public key can never pass for one. */
const JWT_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA'];

const ENDPOINT = 'it must be an https:// URL or a host name (plain http is only for this machine)';
const HASHES =
  'it must be the SHA-256 of each token as 64 hexadecimal digits, separated by commas, each with =prefix behind it where its holder has one of their own; never the token itself';
const TWINS = 'it must have each hash once';
const HASH = 'it must be the SHA-256 of the token as 64 hexadecimal digits';
const PUBLIC_KEY =
  'it must be a public key in PEM form: RSA of at least 2048 bits, EC (P-256 or P-384) or Ed25519';
const ALGORITHMS = `it must be one or more of ${JWT_ALGORITHMS.join(', ')}, separated by commas`;
const SECURE_URL = 'it must be an https:// URL (plain http is only for this machine)';
const CALLBACK_URL = 'it must be the URL of /callback as OSS reaches it, with http:// or https://';
const TEMPLATE = `in a prefix, braces may only stand as ${USER_PLACE}`;

/** The origin of an endpoint; the scheme may be left out. Credentials come back over it: plain http is for loopback. */
export const endpoint = z.string().transform((text, context): URL => {
  const url = safeUrl(text.includes('://') ? text : `https://${text}`);
  if (url?.pathname === '/' && url.search === '') return url;
  context.addIssue({ code: 'custom', message: ENDPOINT });
  return z.NEVER;
});

export const secureUrl = z.string().transform((text, context): URL => {
  const url = safeUrl(text);
  if (url !== null) return url;
  context.addIssue({ code: 'custom', message: SECURE_URL });
  return z.NEVER;
});

/** OSS calls it from outside, by plain http too. */
export const callbackUrl = z.string().refine((text) => {
  const url = parsedUrl(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.hash === '';
}, CALLBACK_URL);

export const origins = z
  .string()
  .transform((list) => list.split(',').map((item) => item.trim()))
  .pipe(z.array(endpoint))
  .transform((urls) => urls.map(({ origin }) => origin));

export const prefix = z.string().pipe(keyPrefixSchema);

export const prefixTemplate = prefix.refine(
  (text) => !/[{}]/.test(text.replaceAll(USER_PLACE, '')),
  TEMPLATE,
);

export const tokenHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/i, HASH)
  .transform((text) => Buffer.from(text, 'hex'));

export const staticTokens = z
  .string()
  .transform((list, context): StaticToken[] =>
    list.split(',').map((item) => {
      const [, hash = '', , own] = /^([0-9a-f]{64})(=(.*))?$/i.exec(item.trim()) ?? [];
      const read = prefix.safeParse(own ?? '');
      if (hash === '' || !read.success || /[{}]/.test(read.data)) {
        context.addIssue({ code: 'custom', message: HASHES });
        return z.NEVER;
      }
      return { hash: Buffer.from(hash, 'hex'), prefix: own === undefined ? null : read.data };
    }),
  )
  // Else the first would count, and the second prefix be nobody's.
  .refine((tokens) => new Set(tokens.map(({ hash }) => hash.toString('hex'))).size === tokens.length, TWINS);

export const publicKey = z.string().transform((pem, context): KeyObject => {
  try {
    // Container files and systemd have no line breaks in a value; there they are written as \n.
    const key = createPublicKey(pem.replaceAll('\\n', '\n'));
    if (!pem.includes('PRIVATE') && algorithmsOf(key).length > 0) return key;
  } catch {
    // Said below, without the text.
  }
  context.addIssue({ code: 'custom', message: PUBLIC_KEY });
  return z.NEVER;
});

/** The allowed signatures that can be verified with this key; none for a key that no JWT here is signed by. */
export function algorithmsOf({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: KeyObject): string[] {
  const { modulusLength = 0, namedCurve } = details ?? {};
  if (type === 'rsa') return modulusLength < 2048 ? [] : JWT_ALGORITHMS.filter((name) => /^[RP]S/.test(name));
  if (type === 'ed25519') return ['EdDSA'];
  if (namedCurve === 'prime256v1') return ['ES256'];
  return namedCurve === 'secp384r1' ? ['ES384'] : [];
}

export const algorithms = z
  .string()
  .transform((list) => list.split(',').map((name) => name.trim()))
  .refine((names) => names.every((name) => JWT_ALGORITHMS.includes(name)), ALGORITHMS);

/** A variable that holds a whole number of something within limits, said by `should`. */
export const wholeNumber = (least: number, most: number, should: string) =>
  z
    .string()
    .regex(/^\d{1,6}$/, should)
    .transform(Number)
    .pipe(z.int().min(least, should).max(most, should));

function safeUrl(text: string): URL | null {
  const url = parsedUrl(text);
  if (url === null || url.host === '' || url.username !== '' || url.hash !== '') return null;
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
  return isSafe ? url : null;
}

function parsedUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
