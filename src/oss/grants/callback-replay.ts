import type { LookupFunction } from 'node:net';
import { failure, fault, success, type FaultCode, type Outcome } from '../../shared/faults';
import type { CallbackReplay } from '../../shared/callback-replay';
import type { Profile } from '../../shared/profile';
import { retryAfterOf } from '../object/errors';
import { callServer, statusWords, type ServerAnswer } from './server-call';

export interface CallbackReplayRequest {
  readonly url: string;
  /** A secret; null: none. */
  readonly bearer: string | null;
  readonly notice: CallbackReplay;
  readonly allowInsecure: boolean;
  now(): number;
  readonly timeoutMs?: number;
  readonly lookup?: LookupFunction;
}

/** It looks at the object itself before it answers. */
const TIMEOUT_MS = 30_000;
const ANSWER_LIMIT_BYTES = 64 * 1024;

/**
 * Tells a destination's own server of an object; it is to look at it and handle it as a callback of OSS. Faults:
 * token-refused (401, 403), throttled (429, 503), callback-failed (any other answer), invalid-input (the URL), else why
 * it was not reached. No message quotes bearer, path or answer.
 */
export async function sendCallbackReplay({
  notice,
  ...question
}: CallbackReplayRequest): Promise<Outcome<void>> {
  const answer = await callServer({
    ...question,
    name: 'notice server',
    fresh: false,
    json: notice,
    timeoutMs: question.timeoutMs ?? TIMEOUT_MS,
    answerLimitBytes: ANSWER_LIMIT_BYTES,
  });
  if (!answer.ok) return answer;
  return isTaken(answer.value) ? success(undefined) : refusalOf(answer.value, question.now());
}

/**
 * A bearer goes to the server that it was given for and to no other: the notices of a destination may go elsewhere than
 * its questions. A way that asks no server has no bearer but one that was meant for this.
 */
export function callbackReplayBearer(
  { authorization, callback }: Profile,
  bearer: string | null,
): string | null {
  if (callback?.noticeUrl === undefined) return null;
  const isSame =
    !('url' in authorization) || new URL(authorization.url).origin === new URL(callback.noticeUrl).origin;
  return isSame ? bearer : null;
}

const isTaken = ({ status }: ServerAnswer): boolean => status >= 200 && status < 300;

function refusalOf({ status, headers, clockOffsetMs, who }: ServerAnswer, now: number): Outcome<never> {
  const { code, words } = meaningOf(status);
  const wait = retryAfterOf(headers, now + (clockOffsetMs ?? 0));
  return failure(fault(code, `${who} ${words}.`, wait === null ? {} : { retryAfterMs: wait }));
}

function meaningOf(status: number): { readonly code: FaultCode; readonly words: string } {
  if (status === 401 || status === 403)
    return { code: 'token-refused', words: `does not take notices from this sign-in (${status})` };
  if (status === 429 || status === 503) return { code: 'throttled', words: statusWords(status) };
  if (status === 404) return { code: 'callback-failed', words: 'does not find the object (404)' };
  if (status === 409) return { code: 'callback-failed', words: 'finds another object in its place (409)' };
  return { code: 'callback-failed', words: statusWords(status) };
}
