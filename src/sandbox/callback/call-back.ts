import http from 'node:http';
import https from 'node:https';
import { createHash } from 'node:crypto';
import type { Callback } from './callback';
import type { CallbackKey } from './callback-key';

/** One callback, ready to go out. */
export interface OutgoingCallback {
  readonly callback: Callback;
  readonly body: string;
  readonly bucket: string;
  readonly requestId: string;
  readonly nowMs: number;
}

/** With what callbacks are signed, and where the key for that can be fetched. */
export interface CallbackSigner {
  readonly key: CallbackKey;
  readonly publicKeyUrl: () => string;
}

/** What came of a callback: the server's JSON, or one sentence of OSS about what went wrong. */
export type CallbackOutcome =
  | { readonly kind: 'answered'; readonly json: Buffer }
  | { readonly kind: 'failed'; readonly sentence: string };

// OSS: a server has five seconds, and is not asked twice.
const PATIENCE_MS = 5_000;
const MAX_ANSWER_BYTES = 1 << 20;

/** Calls back, one URL after the other until one answers well. Never rejects for what a server does. */
export async function callBack(outgoing: OutgoingCallback, signer: CallbackSigner): Promise<CallbackOutcome> {
  let outcome: CallbackOutcome = { kind: 'failed', sentence: 'There is no callbackUrl.' };
  for (const url of outgoing.callback.urls) {
    outcome = await callOne(new URL(url), outgoing, signer);
    if (outcome.kind === 'answered') break;
  }
  return outcome;
}

async function callOne(
  url: URL,
  outgoing: OutgoingCallback,
  signer: CallbackSigner,
): Promise<CallbackOutcome> {
  const { callback, body, bucket, requestId, nowMs } = outgoing;
  const headers: Record<string, string> = {
    Host: callback.host ?? url.host,
    Connection: 'close',
    'Content-Type': callback.bodyType,
    'Content-Length': String(Buffer.byteLength(body)),
    'Content-MD5': createHash('md5').update(body).digest('base64'),
    Date: new Date(nowMs).toUTCString(),
    'User-Agent': 'aliyun-oss-callback',
    Authorization: await signer.key.sign(stringToSign(url, body)),
    'x-oss-pub-key-url': Buffer.from(signer.publicKeyUrl()).toString('base64'),
    'x-oss-bucket': bucket,
    'x-oss-request-id': requestId,
    'x-oss-signature-version': '1.0',
    'x-oss-tag': 'CALLBACK',
  };
  return exchangeOnce(url, headers, body);
}

// OSS: the path is decoded, the query stands as it was sent.
function stringToSign(url: URL, body: string): string {
  let path = url.pathname;
  try {
    path = decodeURIComponent(path);
  } catch {
    // A path that is no percent-encoded UTF-8 is signed as it is.
  }
  return `${path}${url.search}\n${body}`;
}

function exchangeOnce(url: URL, headers: Record<string, string>, body: string): Promise<CallbackOutcome> {
  return new Promise((resolve) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, { method: 'POST', headers });
    const settle = (outcome: CallbackOutcome): void => {
      clearTimeout(timer);
      request.destroy();
      resolve(outcome);
    };
    const fail = (sentence: string): void => settle({ kind: 'failed', sentence });
    const timer = setTimeout(() => fail('Error status : -1. Cost too long time.'), PATIENCE_MS);
    const unreachable = 'Error status : -1. OSS can not connect to your callbackUrl, please check it.';
    request.on('error', () => fail(unreachable));
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let sizeBytes = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        sizeBytes += chunk.length;
        if (sizeBytes > MAX_ANSWER_BYTES) fail('User server return too long content-length value.');
      });
      response.on('error', () => fail(unreachable));
      response.on('end', () => settle(outcomeOf(response.statusCode ?? 0, Buffer.concat(chunks))));
    });
    request.end(body);
  });
}

function outcomeOf(status: number, answer: Buffer): CallbackOutcome {
  if (status !== 200) return { kind: 'failed', sentence: `Error status : ${status}.` };
  try {
    JSON.parse(answer.toString('utf8'));
    return { kind: 'answered', json: answer };
  } catch {
    return { kind: 'failed', sentence: 'Response body is not valid json format.' };
  }
}
