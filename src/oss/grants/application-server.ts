/** An application server that signs for us: JSON in, JSON out. */
import type { z } from 'zod';
import { failure, fault, success, type Fault, type FaultCode, type Outcome } from '../../shared/faults';
import { retryAfterOf } from '../object/errors';
import {
  callServer,
  isPage,
  jsonOf,
  PAGE_WORDS,
  refused,
  statusWords,
  type ServerAnswer,
  type ServerQuestion,
} from './server-call';

/** `question`: a POST with this JSON; left out: a GET. */
export type SigningQuestion = ServerQuestion & { readonly question?: unknown };

/** The server completes uploads itself, and OSS takes its time for thousands of parts. */
const TIMEOUT_MS = 60_000;
const ANSWER_LIMIT_BYTES = 1024 * 1024;

/** Before a connection stood nothing was carried out; after it an answer may have been lost. */
const NOT_CARRIED_OUT: Partial<Record<FaultCode, FaultCode>> = {
  'invalid-input': 'invalid-input',
  dns: 'token-server-silent',
  'network-offline': 'token-server-silent',
  'captive-portal': 'token-server-silent',
  tls: 'token-server',
  'bad-answer': 'token-server',
};

/**
 * Asks once. Faults: token-refused (401, 403 Unauthorized or Forbidden), no-permission (403 KeyNotAllowed), throttled
 * (429, 503: with the wait of Retry-After), connection-lost (502 of a server that could not reach OSS, or a question
 * whose answer was lost: it may have been carried out), token-server-silent (surely not carried out), token-server
 * (any other answer), invalid-input (the URL), server-refused (the question). No message quotes bearer, query or answer.
 */
export async function askApplicationServer<S extends z.ZodType>(
  { question, ...call }: SigningQuestion,
  schema: S,
): Promise<Outcome<z.output<S>>> {
  const answer = await callServer({
    ...call,
    name: 'signing server',
    json: question,
    timeoutMs: call.timeoutMs ?? TIMEOUT_MS,
    answerLimitBytes: ANSWER_LIMIT_BYTES,
  });
  if (answer.ok) return readAnswer(answer.value, call.now(), schema);
  return failure(fault(NOT_CARRIED_OUT[answer.fault.code] ?? 'connection-lost', answer.fault.message));
}

function readAnswer<S extends z.ZodType>(answer: ServerAnswer, now: number, schema: S): Outcome<z.output<S>> {
  const json = jsonOf(answer);
  if (answer.status !== 200) return failure(refusalOf(answer, errorCodeIn(json), now));
  const parsed = schema.safeParse(json);
  if (parsed.success) return success(parsed.data);
  const words = isPage(answer) ? PAGE_WORDS : 'gave an answer that cannot be understood';
  return failure(fault('token-server', `${answer.who} ${words}.`));
}

function refusalOf(
  { status, headers, clockOffsetMs, who }: ServerAnswer,
  said: string | null,
  now: number,
): Fault {
  const wait = retryAfterOf(headers, now + (clockOffsetMs ?? 0));
  const { code, words } = meaningOf(status, said);
  return fault(code, `${who} ${words}.`, {
    ...(wait === null ? {} : { retryAfterMs: wait }),
    ...(said === null ? {} : { ossCode: said }),
  });
}

function meaningOf(
  status: number,
  said: string | null,
): { readonly code: FaultCode; readonly words: string } {
  if (said === 'KeyNotAllowed') return { code: 'no-permission', words: 'does not sign for this key (403)' };
  if (status === 401 || status === 403) return { code: 'token-refused', words: refused('sign', status) };
  if (status === 429 || status === 503) return { code: 'throttled', words: statusWords(status) };
  if (status === 502 && said === 'OssError')
    return { code: 'connection-lost', words: 'could not hear OSS out (502)' };
  if (status === 400) return { code: 'server-refused', words: `refused the question (${said ?? '400'})` };
  return { code: 'token-server', words: statusWords(status) };
}

/** `{"error":{"code"}}`, where it is a plain word. */
function errorCodeIn(json: unknown): string | null {
  if (typeof json !== 'object' || json === null || !('error' in json)) return null;
  const { error } = json;
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' && /^[\w.]{1,64}$/.test(error.code) ? error.code : null;
}
