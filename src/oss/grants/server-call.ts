/** One HTTP call of an application server: tokens, policies and signed URLs all come this way. */
import type { LookupFunction } from 'node:net';
import type { CancelSignal } from '../../engine/ports';
import { failure, fault, success, type Fault, type FaultCode, type Outcome } from '../../shared/faults';
import { isLoopback } from '../../shared/web-url';
import { originOf } from '../object/address';
import { bodyOf } from '../wire/body';
import type { WireAnswer } from '../wire/exchange';
import { createTransport, type Transport } from '../wire/transport';

export interface ServerQuestion {
  readonly url: string;
  /** Sent as `Authorization: Bearer`; a secret. */
  readonly bearer?: string | null;
  /** Goes past every cache, the server's own too: after a refusal of OSS. */
  readonly fresh: boolean;
  now(): number;
  /** Plain http to other hosts than this machine. */
  readonly allowInsecure?: boolean;
  readonly lookup?: LookupFunction;
  readonly timeoutMs?: number;
  readonly certificateAuthorities?: string;
  /** Kept connections, where many questions follow one another; left out: one connection for this one. */
  readonly transport?: Transport;
}

interface ServerCall extends ServerQuestion {
  /** What the server is called in sentences: `token server`. */
  readonly name: string;
  /** A POST with this JSON; left out: a GET. */
  readonly json?: unknown;
  readonly timeoutMs: number;
  readonly answerLimitBytes: number;
}

export interface ServerAnswer extends WireAnswer {
  /** Begins every sentence about it: `The token server tokens.example.com`. */
  readonly who: string;
}

/**
 * Sends one question and gives the answer, whatever its status. Faults: `invalid-input` (the URL or the bearer cannot
 * be used); else the transport's own code, with a sentence. No message quotes bearer, path, query or body.
 */
export async function callServer(call: ServerCall): Promise<Outcome<ServerAnswer>> {
  const place = placeOf(call);
  if (!place.ok) return place;
  const url = place.value;
  const transport = call.transport ?? transportFor(call, 1);
  const deadline = startDeadline(call.timeoutMs);
  const sent = await transport.send({
    method: call.json === undefined ? 'GET' : 'POST',
    origin: originOf(url),
    path: `${url.pathname}${url.search}`,
    headers: headersOf(call),
    body: call.json === undefined ? null : bodyOf(new TextEncoder().encode(JSON.stringify(call.json))),
    cancel: deadline.signal,
    onSent: () => undefined,
    answerLimitBytes: call.answerLimitBytes,
    // The deadline is the only clock here: a server that completes an upload is long silent.
    patience: Math.max(1, Math.ceil(call.timeoutMs / 20_000)),
  });
  deadline.clear();
  if (call.transport === undefined) transport.close();
  const who = `The ${call.name} ${url.host}`;
  return sent.ok ? success({ ...sent.value, who }) : failure(notReached(sent.fault, who));
}

/** Connections to a server that is asked again and again. */
export function transportFor(
  question: Pick<ServerQuestion, 'now' | 'lookup' | 'certificateAuthorities'>,
  connections: number,
): Transport {
  const { lookup, certificateAuthorities } = question;
  return createTransport({
    connections,
    now: () => question.now(),
    ...(lookup === undefined ? {} : { lookup }),
    ...(certificateAuthorities === undefined ? {} : { certificateAuthorities }),
  });
}

function placeOf({ url: text, name, allowInsecure, bearer }: ServerCall): Outcome<URL> {
  const refuse = (words: string): Outcome<never> => failure(fault('invalid-input', words));
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return refuse(`The address of the ${name} is no URL.`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return refuse(`The address of the ${name} must begin with https:// or http://.`);
  if (url.protocol === 'http:' && allowInsecure !== true && !isLoopback(url.hostname))
    return refuse(`The ${name} must be asked over https: it hands out secrets.`);
  if (/[^\x21-\x7e]/.test(bearer ?? ''))
    return refuse(`The bearer token of the ${name} has characters that no header can hold.`);
  return success(url);
}

function headersOf({ json, fresh, bearer }: ServerCall): Record<string, string> {
  const token = bearer ?? '';
  return {
    Accept: 'application/json',
    'User-Agent': 'OSS-Ferry',
    ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(fresh ? { 'Cache-Control': 'no-cache' } : {}),
    ...(token === '' ? {} : { Authorization: `Bearer ${token}` }),
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

function notReached(why: Fault, who: string): Fault {
  const words: Partial<Record<FaultCode, string>> = {
    canceled: 'did not answer in time',
    stalled: 'did not answer in time',
    dns: 'has a name that cannot be resolved',
    tls: 'has no certificate that we trust',
    'network-offline': 'cannot be reached',
    'bad-answer': 'answered with too many bytes',
    'captive-portal': 'does not speak HTTP',
  };
  return fault(why.code, `${who} ${words[why.code] ?? 'broke the connection off'}.`);
}

/** What a status of 300 to 399 means: following it could carry the bearer token to another host. */
/** A status that is neither an answer nor a refusal. */
export function statusWords(status: number): string {
  if (status >= 300 && status < 400)
    return `sends us elsewhere (${status}), which we do not follow: give its final address`;
  if (status === 429 || status === 503) return `asks to slow down (${status})`;
  if (status >= 500) return `has a fault of its own (${status})`;
  return `answered with status ${status}; check its address`;
}

/** What 401 and 403 mean, after `refused to …`: who mends it differs. */
export const refused = (what: string, status: number): string =>
  status === 401
    ? `refused to ${what} (401): the bearer token is missing or not the right one`
    : `refused to ${what} (403): it does not allow it to who asks, so ask its administrator`;

/** A page of a proxy, a sign-in, or of another address of the server. */
export const isPage = ({ body }: WireAnswer): boolean =>
  body.subarray(0, 64).toString('latin1').trimStart().startsWith('<');

export const PAGE_WORDS =
  'answered with a web page: check its address, and whether a proxy or a sign-in page stands before it';

/** Null for what is no JSON. */
export function jsonOf(answer: WireAnswer): unknown {
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch {
    return null;
  }
}
