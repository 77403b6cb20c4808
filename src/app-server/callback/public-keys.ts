import { createPublicKey, type KeyObject } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { elapsedMs, momentOf, type Clock, type Moment } from '../clock';

/** OSS's own place of keys. */
const OSS_KEY_ORIGIN = 'https://gosspublic.alicdn.com';
const MAX_URL_LENGTH = 256;
const MAX_KEY_BYTES = 16 * 1024;
/** OSS waits five seconds for the whole callback. */
const FETCH_TIMEOUT_MS = 3000;
const KEEP_MS = 24 * 3_600_000;
/** Who sends nonsense cannot have us ask for it again and again. */
const KEEP_FAILURE_MS = 30_000;
const REMEMBERED_KEYS = 32;
/** Anyone can name addresses. OSS itself has one key, which is asked for once a day. */
const MAX_FETCHES = 8;

/** The public key at a URL; null where it is not to be had, or the URL is not one to trust. Never rejects. */
export type PublicKeys = (url: string) => Promise<KeyObject | null>;

interface Kept {
  readonly key: Promise<KeyObject | null>;
  readonly at: Moment;
  state: 'asked' | 'good' | 'failed';
}

/**
 * Keys from `gosspublic.alicdn.com` and the given origins alone: anyone can sign with a key of their own. Each is asked
 * for once and kept for a day; what nobody gives is not asked for again for half a minute.
 */
export function createPublicKeys(
  origins: readonly string[],
  clock: Clock,
  fetch: (url: URL) => Promise<KeyObject | null> = fetchKey,
): PublicKeys {
  const trusted = new Set([OSS_KEY_ORIGIN, ...origins]);
  const kept = new Map<string, Kept>();
  const countOf = (state: Kept['state']): number =>
    [...kept.values()].filter((entry) => entry.state === state).length;
  return (address) => {
    const url = trustedUrl(address, trusted);
    if (url === null) return Promise.resolve(null);
    const known = kept.get(url.href);
    if (known !== undefined && elapsedMs(clock, known.at) < keepMs(known)) return known.key;
    if (countOf('asked') >= MAX_FETCHES) return Promise.resolve(null);
    const entry: Kept = { key: fetch(url), at: momentOf(clock), state: 'asked' };
    void entry.key.then((key) => {
      entry.state = key === null ? 'failed' : 'good';
    });
    kept.delete(url.href);
    kept.set(url.href, entry);
    if (kept.size > REMEMBERED_KEYS) forgetOne(kept);
    return entry.key;
  };
}

function keepMs({ state }: Kept): number {
  return state === 'failed' ? KEEP_FAILURE_MS : KEEP_MS;
}

/** A failure before a key, so that nonsense drives no good key out; of each, the oldest. */
function forgetOne(kept: Map<string, Kept>): void {
  const [failed] = [...kept].find(([, { state }]) => state === 'failed') ?? [];
  const [good] = [...kept].find(([, { state }]) => state === 'good') ?? [];
  const address = failed ?? good;
  if (address !== undefined) kept.delete(address);
}

/** Documents: OSS's own address begins with `http://` or `https://`. Its key is always fetched by https. */
function trustedUrl(address: string, trusted: ReadonlySet<string>): URL | null {
  if (address.length > MAX_URL_LENGTH) return null;
  try {
    const url = new URL(address.replace(/^http(?=:\/\/gosspublic\.alicdn\.com\/)/, 'https'));
    return trusted.has(url.origin) && url.username === '' && url.password === '' ? url : null;
  } catch {
    return null;
  }
}

/** Redirects are not followed: they would lead out of the trusted origins. */
function fetchKey(url: URL): Promise<KeyObject | null> {
  return new Promise((resolve) => {
    const { get } = url.protocol === 'https:' ? https : http;
    // Without an error: a response that has just ended would leave it to nobody, which ends the process.
    const giveUp = (): void => {
      resolve(null);
      request.destroy();
    };
    const request = get(url, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > MAX_KEY_BYTES) giveUp();
      });
      response.once('end', () => {
        resolve(response.statusCode === 200 ? rsaKey(Buffer.concat(chunks).toString('latin1')) : null);
      });
    });
    const limit = setTimeout(giveUp, FETCH_TIMEOUT_MS);
    request.on('error', () => resolve(null));
    request.once('close', () => {
      clearTimeout(limit);
      resolve(null);
    });
  });
}

function rsaKey(pem: string): KeyObject | null {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key : null;
  } catch {
    return null;
  }
}
