import { readSdkError } from '../../shared/alibaba-sdk';
import { problem, type Problem } from '../problem';

/** STS's own messages can quote policies, keys and the string to sign, so the words are ours. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^NoPermission/, 'the user of this server may not assume the role, or the role does not trust it'],
  [/^EntityNotExist\.Role/, 'there is no role with this ROLE_ARN'],
  [/^InvalidParameter\.RoleArn/, 'ROLE_ARN is not the ARN of a role'],
  [/^InvalidParameter\.RoleSessionName/, 'ROLE_SESSION_NAME is not a name that STS takes'],
  [
    /^InvalidParameter\.DurationSeconds/,
    'TOKEN_SECONDS is more than the maximum session duration of the role',
  ],
  [/^InvalidParameter\.(Policy|PolicyGrammar|PolicySize)/, 'STS does not take the session policy'],
  [/^InvalidAccessKeyId/, 'the AccessKey ID of this server does not exist or is disabled'],
  [
    /^(SignatureDoesNotMatch|IncompleteSignature|InvalidAccessKeySecret)/,
    'the AccessKey Secret of this server is wrong',
  ],
  [/^(InvalidSecurityToken|SecurityTokenExpired)/, 'the security token of this server is not valid any more'],
  [/^InvalidTimeStamp/, 'the clock of this server is too far from the clock of Alibaba Cloud'],
];

const CONNECTION_WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name cannot be resolved',
  EAI_AGAIN: 'its name cannot be resolved',
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
};

/** STS asked to wait but did not say how long. */
const DEFAULT_RETRY_AFTER_MS = 1000;

/** The refusal that clients see for whatever AssumeRole threw. Holds no URL, no policy and no key. */
export function stsProblem(thrown: unknown): Problem {
  const { name, code, statusCode, requestId, retryAfter } = readSdkError(thrown);
  const identity = requestId === undefined ? {} : { requestId };
  if (code?.includes('Throttling') === true) {
    const retryAfterSeconds = Math.max(1, Math.ceil((retryAfter ?? DEFAULT_RETRY_AFTER_MS) / 1000));
    return problem('Throttled', `STS asks to slow down (${code}).`, { ...identity, retryAfterSeconds });
  }
  if (code !== undefined && statusCode !== undefined) {
    const words = WORDS.find(([pattern]) => pattern.test(code))?.[1] ?? refusalWords(statusCode);
    return problem('StsError', `STS answered ${code}: ${words}.`, identity);
  }
  return problem('StsError', connectionSentence(name, code));
}

function refusalWords(statusCode: number): string {
  return statusCode >= 500 ? 'it has a fault of its own' : 'it refuses to give a token for this role';
}

function connectionSentence(name: string | undefined, code: string | undefined): string {
  if (name === 'SyntaxError') return 'STS gave an answer that is not JSON; is STS_ENDPOINT right?';
  if (code === 'ETIMEDOUT' || name?.includes('Timeout') === true) return 'STS did not answer in time.';
  const words = CONNECTION_WORDS[code ?? ''];
  return words === undefined ? 'STS cannot be reached.' : `STS cannot be reached: ${words}.`;
}
