import { lookup as systemLookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { isLoopbackHost } from '../loopback';

export interface OssAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** OSS gave no answer; what was asked for may have been done all the same. `words` hold no URL: it is signed. */
export class OssUnreachable extends Error {
  constructor(words: string) {
    super(words);
    this.name = 'OssUnreachable';
  }
}

/** OSS joins thousands of parts before it answers. */
const SILENCE_MS = 20_000;
/** A list of 1,000 parts has some 300 KB. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** Names below `.localhost` are this machine (RFC 6761); not every system says so. */
const lookup: LookupFunction = (hostname, options, callback) => {
  const isLocal = hostname.endsWith('.localhost') && isLoopbackHost(hostname);
  systemLookup(isLocal ? '127.0.0.1' : hostname, options, callback);
};

/** Sends one signed request. Rejects with OssUnreachable; every status is an answer. */
export function sendToOss(
  method: 'GET' | 'HEAD' | 'POST',
  signedUrl: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Promise<OssAnswer> {
  return new Promise((resolve, reject) => {
    const { request } = signedUrl.startsWith('https:') ? https : http;
    // The path as it was signed: URL would resolve `..` in a key.
    const [, origin = '', path = ''] = /^(https?:\/\/[^/]+)(.*)$/.exec(signedUrl) ?? [];
    const { hostname, port } = new URL(origin);
    // Without an error: a response that has just ended would leave it to nobody, which ends the process.
    const giveUp = (error: Error): void => {
      reject(new OssUnreachable(wordsFor(error)));
      sent.destroy();
    };
    const sent = request(
      {
        method,
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        path,
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        lookup,
        timeout: SILENCE_MS,
      },
      (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          chunks.push(chunk);
          if (bytes > MAX_ANSWER_BYTES) giveUp(new Error('too long'));
        });
        response.once('aborted', () => reject(new OssUnreachable('the connection was cut')));
        response.once('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: plainHeaders(response.headers),
            body: Buffer.concat(chunks).toString('utf8'),
          });
        });
      },
    );
    sent.once('timeout', () => giveUp(Object.assign(new Error('silence'), { code: 'ETIMEDOUT' })));
    sent.on('error', (error) => reject(new OssUnreachable(wordsFor(error))));
    sent.end(body);
  });
}

const WORDS: Readonly<Record<string, string>> = {
  ETIMEDOUT: 'it did not answer in time',
  ENOTFOUND: 'its name cannot be resolved',
  EAI_AGAIN: 'its name cannot be resolved',
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
};

function wordsFor(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return WORDS[code] ?? 'it gave no answer that can be read';
}

function plainHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return Object.fromEntries(entries) as Record<string, string>;
}
