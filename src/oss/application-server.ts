/** One call of an application server that signs for us: JSON in, JSON out, over our own transport. */
import type { LookupFunction } from 'node:net';
import type { z } from 'zod';
import type { CancelSignal } from '../engine/ports';
import { failure, fault, success, type Fault, type FaultCode, type Outcome } from '../shared/faults';
import { bodyOf } from './caller';
import { originOf } from './address';
import { retryAfterOf } from './errors';
import type { WireAnswer } from './exchange';
import { createTransport } from './transport';

export interface ServerCall {
  readonly url: string;
  /** Sent as `Authorization: Bearer`; a secret. */
  readonly bearer?: string | null;
  /** A POST with this JSON; left out: a GET. */
  readonly question?: unknown;
  /** Goes past every cache, the server's own too: after a refusal of OSS. */
  readonly fresh: boolean;
  now(): number;
  readonly allowInsecure?: boolean;
  readonly lookup?: LookupFunction;
  readonly timeoutMs?: number;
  readonly certificateAuthorities?: string;
}

/** The server completes uploads itself, and OSS takes its time for thousands of parts. */
const TIMEOUT_MS = 60_000;
const ANSWER_LIMIT_BYTES = 1024 * 1024;
const NAME = 'The signing server';

/**
 * Asks once. Faults: token-refused (401, 403 Unauthorized or Forbidden), no-permission (403 KeyNotAllowed), throttled
 * (429, 503: with the wait of Retry-After), connection-lost (502 of a server that could not reach OSS, or a question
 * whose answer was lost: it may have been carried out), token-server-silent (surely not carried out), token-server
 * (any other answer), invalid-input (the URL or the question). No message quotes bearer, query or answer.
 */
export async function askApplicationServer<S extends z.ZodType>(
  call: ServerCall,
  schema: S,
): Promise<Outcome<z.output<S>>> {
  const place = placeOf(call);
  if (!place.ok) return place;
  const url = place.value;
  const transport = createTransport({
    connections: 1,
    now: () => call.now(),
    ...(call.lookup === undefined ? {} : { lookup: call.lookup }),
    ...(call.certificateAuthorities === undefined
      ? {}
      : { certificateAuthorities: call.certificateAuthorities }),
  });
  const deadline = startDeadline(call.timeoutMs ?? TIMEOUT_MS);
  const sent = await transport.send({
    method: call.question === undefined ? 'GET' : 'POST',
    origin: originOf(url),
    path: `${url.pathname}${url.search}`,
    headers: headersOf(call),
    body:
      call.question === undefined ? null : bodyOf(new TextEncoder().encode(JSON.stringify(call.question))),
    cancel: deadline.signal,
    onSent: () => undefined,
    answerLimitBytes: ANSWER_LIMIT_BYTES,
    patience: 3,
  });
  deadline.clear();
  transport.close();
  return sent.ok
    ? readAnswer(sent.value, url.host, call.now(), schema)
    : failure(notReached(sent.fault, url.host));
}

function placeOf({ url: text, allowInsecure, bearer }: ServerCall): Outcome<URL> {
  const refuse = (words: string): Outcome<never> => failure(fault('invalid-input', words));
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return refuse('The address of the signing server is no URL.');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return refuse('The address of the signing server must begin with https:// or http://.');
  if (url.protocol === 'http:' && allowInsecure !== true && !isLoopback(url.hostname))
    return refuse('The signing server must be asked over https: what it signs uploads for anyone.');
  if (/[^\x21-\x7e]/.test(bearer ?? ''))
    return refuse('The bearer token of the signing server has characters that no header can hold.');
  return success(url);
}

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  /^127(\.\d+){3}$/.test(hostname);

function headersOf({ question, fresh, bearer }: ServerCall): Record<string, string> {
  return {
    Accept: 'application/json',
    'User-Agent': 'OSS-Ferry',
    ...(question === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(fresh ? { 'Cache-Control': 'no-cache' } : {}),
    ...((bearer ?? '') === '' ? {} : { Authorization: `Bearer ${bearer ?? ''}` }),
  };
}

function startDeadline(timeoutMs: number): { readonly signal: CancelSignal; clear(): void } {
  const listeners: (() => void)[] = [];
  const timer = setTimeout(() => listeners.forEach((listener) => listener()), timeoutMs);
  return {
    signal: { canceled: false, onCancel: (listener) => void listeners.push(listener) },
    clear: () => clearTimeout(timer),
  };
}

/** Before a connection stood nothing was carried out; after it an answer may have been lost. */
function notReached(why: Fault, host: string): Fault {
  const words: Partial<Record<FaultCode, string>> = {
    canceled: 'did not answer in time',
    stalled: 'did not answer in time',
    dns: 'has a name that cannot be resolved',
    tls: 'has no certificate that we trust',
    'network-offline': 'cannot be reached',
    'bad-answer': 'answered with too many bytes',
    'captive-portal': 'does not speak HTTP',
  };
  const codes: Partial<Record<FaultCode, FaultCode>> = {
    dns: 'token-server-silent',
    'network-offline': 'token-server-silent',
    'captive-portal': 'token-server-silent',
    tls: 'token-server',
    'bad-answer': 'token-server',
  };
  const code = codes[why.code] ?? 'connection-lost';
  return fault(code, `${NAME} ${host} ${words[why.code] ?? 'broke the connection off'}.`);
}

function readAnswer<S extends z.ZodType>(
  answer: WireAnswer,
  host: string,
  now: number,
  schema: S,
): Outcome<z.output<S>> {
  const { status } = answer;
  const json = parseJson(answer.body.toString('utf8'));
  if (status === 200) {
    const parsed = schema.safeParse(json);
    if (parsed.success) return success(parsed.data);
    return failure(fault('token-server', `${NAME} ${host} gave an answer that cannot be understood.`));
  }
  const said = errorCodeIn(json);
  const wait = retryAfterOf(answer.headers, now + (answer.clockOffsetMs ?? 0));
  const { code, words } = meaningOf(status, said);
  return failure(
    fault(code, `${NAME} ${host} ${words}.`, {
      ...(wait === null ? {} : { retryAfterMs: wait }),
      ...(said === null ? {} : { ossCode: said }),
    }),
  );
}

function meaningOf(
  status: number,
  said: string | null,
): { readonly code: FaultCode; readonly words: string } {
  if (said === 'KeyNotAllowed') return { code: 'no-permission', words: 'does not sign for this key (403)' };
  if (status === 401 || status === 403)
    return { code: 'token-refused', words: `refused to sign (${status})` };
  if (status === 429 || status === 503) return { code: 'throttled', words: `asks to slow down (${status})` };
  if (status === 502 && said === 'OssError')
    return { code: 'connection-lost', words: 'could not hear OSS out (502)' };
  // Following it could carry the bearer token to another host.
  if (status >= 300 && status < 400)
    return {
      code: 'token-server',
      words: `sends us elsewhere (${status}), which we do not follow: give its final address`,
    };
  if (status === 400) return { code: 'server-refused', words: `refused the question (${said ?? '400'})` };
  return { code: 'token-server', words: `answered with status ${status}` };
}

/** `{"error":{"code"}}`, where it is a plain word. */
function errorCodeIn(json: unknown): string | null {
  if (typeof json !== 'object' || json === null || !('error' in json)) return null;
  const { error } = json;
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' && /^[\w.]{1,64}$/.test(error.code) ? error.code : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
