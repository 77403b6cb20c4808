import { z } from 'zod';
import type { TemporaryCredentials } from '../../shared/credentials';
import { failure, fault, success, type FaultCode, type Outcome } from '../../shared/faults';
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

export type TokenServerQuestion = ServerQuestion;

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

/** Ten seconds for all of it: here nothing large is moved. */
const TIMEOUT_MS = 10_000;
const ANSWER_LIMIT_BYTES = 64 * 1024;
/** It did answer, though not as it should. */
const SPOKE: ReadonlySet<FaultCode> = new Set(['bad-answer', 'tls']);

/**
 * Asks an application server once for temporary credentials. Faults: token-refused (401, 403), token-server-silent (no
 * answer, from it or from the network), token-server (all else that may pass: with the wait of Retry-After),
 * invalid-input (the URL cannot be used). No message quotes the answer, the bearer or the query of the URL.
 */
export async function askTokenServer(question: TokenServerQuestion): Promise<Outcome<TemporaryCredentials>> {
  const answer = await callServer({
    ...question,
    name: 'token server',
    timeoutMs: question.timeoutMs ?? TIMEOUT_MS,
    answerLimitBytes: ANSWER_LIMIT_BYTES,
  });
  if (answer.ok) return readAnswer(answer.value, question.now());
  const { code, message } = answer.fault;
  if (code === 'invalid-input') return answer;
  return failure(fault(SPOKE.has(code) ? 'token-server' : 'token-server-silent', message));
}

function readAnswer(answer: ServerAnswer, now: number): Outcome<TemporaryCredentials> {
  const { status, who } = answer;
  const serverNow = now + (answer.clockOffsetMs ?? 0);
  const retryAfterMs = retryAfterOf(answer.headers, serverNow);
  const refuse = (code: FaultCode, words: string): Outcome<never> =>
    failure(fault(code, `${who} ${words}.`, retryAfterMs === null ? {} : { retryAfterMs }));
  if (status === 401 || status === 403) return refuse('token-refused', refused('give credentials', status));
  if (status !== 200) return refuse('token-server', statusWords(status));
  if (isPage(answer)) return refuse('token-server', PAGE_WORDS);
  const parsed = answerSchema.safeParse(jsonOf(answer));
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
