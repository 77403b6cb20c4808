import type { LookupFunction } from 'node:net';
import { z } from 'zod';
import type { CancelSignal } from '../engine/ports';
import type { TemporaryCredentials } from '../shared/credentials';
import { failure, fault, success, type Fault, type FaultCode, type Outcome } from '../shared/faults';
import { originOf } from './address';
import { retryAfterOf } from './errors';
import type { WireAnswer } from './exchange';
import { createTransport } from './transport';

export interface TokenServerQuestion {
  readonly url: string;
  /** Sent as `Authorization: Bearer`; a secret. */
  readonly bearer?: string | null;
  /** Goes past every cache, the server's own too: after a refusal of OSS. */
  readonly fresh: boolean;
  now(): number;
  readonly lookup?: LookupFunction;
  /** Plain http to other hosts than this machine. */
  readonly allowInsecure?: boolean;
  readonly timeoutMs?: number;
  readonly certificateAuthorities?: string;
}

/** The answer of `/get_sts_token` in Alibaba's "Securely and directly upload data from a client to OSS". */
const answerSchema = z.object({
  AccessKeyId: z.string().min(1),
  AccessKeySecret: z.string().min(1),
  SecurityToken: z.string().min(1),
  Expiration: z.string().transform((text, context) => {
    const at = Date.parse(text);
    if (Number.isNaN(at)) context.addIssue({ code: 'custom', message: 'is no time' });
    return at;
  }),
});

const TIMEOUT_MS = 10_000;
const ANSWER_LIMIT_BYTES = 64 * 1024;

/**
 * Asks an application server once for temporary credentials. Faults: token-refused (401, 403), token-server-silent (no
 * answer, from it or from the network), token-server (all else that may pass: with the wait of Retry-After), invalid-input (the URL cannot be used). No message quotes the
 * answer, the bearer or the query of the URL.
 */
export async function askTokenServer(question: TokenServerQuestion): Promise<Outcome<TemporaryCredentials>> {
  const place = placeOf(question);
  if (!place.ok) return place;
  const url = place.value;
  const transport = createTransport({
    connections: 1,
    now: () => question.now(),
    ...(question.lookup === undefined ? {} : { lookup: question.lookup }),
    ...(question.certificateAuthorities === undefined
      ? {}
      : { certificateAuthorities: question.certificateAuthorities }),
  });
  const deadline = startDeadline(question.timeoutMs ?? TIMEOUT_MS);
  const sent = await transport.send({
    method: 'GET',
    origin: originOf(url),
    path: `${url.pathname}${url.search}`,
    headers: headersOf(question),
    body: null,
    cancel: deadline.signal,
    onSent: () => undefined,
    answerLimitBytes: ANSWER_LIMIT_BYTES,
    patience: 1,
  });
  deadline.clear();
  transport.close();
  if (!sent.ok) return failure(notReached(sent.fault, url.host));
  return readAnswer(sent.value, url.host, question.now());
}

function placeOf(question: TokenServerQuestion): Outcome<URL> {
  let url: URL;
  try {
    url = new URL(question.url);
  } catch {
    return failure(fault('invalid-input', 'The address of the token server is no URL.'));
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return failure(
      fault('invalid-input', 'The address of the token server must begin with https:// or http://.'),
    );
  if (url.protocol === 'http:' && question.allowInsecure !== true && !isLoopback(url.hostname))
    return failure(
      fault('invalid-input', 'The token server must be asked over https: it hands out secrets.'),
    );
  if (/[^\x21-\x7e]/.test(question.bearer ?? ''))
    return failure(
      fault('invalid-input', 'The bearer token of the token server has characters that no header can hold.'),
    );
  return success(url);
}

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  /^127(\.\d+){3}$/.test(hostname);

function headersOf(question: TokenServerQuestion): Record<string, string> {
  const headers: Record<string, string> = { Accept: 'application/json', 'User-Agent': 'OSS-Ferry' };
  if (question.fresh) headers['Cache-Control'] = 'no-cache';
  const bearer = question.bearer ?? '';
  if (bearer !== '') headers['Authorization'] = `Bearer ${bearer}`;
  return headers;
}

/** Ten seconds for all of it: here nothing large is moved. */
function startDeadline(timeoutMs: number): { readonly signal: CancelSignal; clear(): void } {
  const listeners: (() => void)[] = [];
  const timer = setTimeout(() => listeners.forEach((listener) => listener()), timeoutMs);
  return {
    signal: { canceled: false, onCancel: (listener) => void listeners.push(listener) },
    clear: () => clearTimeout(timer),
  };
}

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
  const spoke = why.code === 'bad-answer' || why.code === 'tls';
  return fault(
    spoke ? 'token-server' : 'token-server-silent',
    `The token server ${host} ${words[why.code] ?? 'broke the connection off'}.`,
  );
}

function readAnswer(answer: WireAnswer, host: string, now: number): Outcome<TemporaryCredentials> {
  const { status } = answer;
  const serverNow = now + (answer.clockOffsetMs ?? 0);
  const retryAfterMs = retryAfterOf(answer.headers, serverNow);
  const refuse = (code: FaultCode, words: string): Outcome<never> =>
    failure(fault(code, `The token server ${host} ${words}.`, retryAfterMs === null ? {} : { retryAfterMs }));
  if (status === 401 || status === 403)
    return refuse('token-refused', `refused to give credentials (${status})`);
  // Following it could carry the bearer token to another host.
  if (status >= 300 && status < 400)
    return refuse(
      'token-server',
      `sends us elsewhere (${status}), which we do not follow: give its final address`,
    );
  if (status !== 200) return refuse('token-server', `answered with status ${status}`);
  const parsed = answerSchema.safeParse(parseJson(answer.body.toString('utf8')));
  if (!parsed.success)
    return refuse(
      'token-server',
      'did not answer with AccessKeyId, AccessKeySecret, SecurityToken and Expiration',
    );
  const { AccessKeyId, AccessKeySecret, SecurityToken, Expiration } = parsed.data;
  if (Expiration <= serverNow && answer.clockOffsetMs !== null)
    return refuse('token-server', 'gave credentials that have already expired');
  return success({
    accessKeyId: AccessKeyId,
    accessKeySecret: AccessKeySecret,
    securityToken: SecurityToken,
    expiresAtServer: Expiration,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
