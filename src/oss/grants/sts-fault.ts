import { readSdkError } from '../../shared/alibaba-sdk';
import { fault, type Fault, type FaultCode } from '../../shared/faults';
import { networkFault } from '../wire/network-fault';

/** STS: error codes of AssumeRole, each by its beginning. */
const REFUSALS: readonly (readonly [RegExp, FaultCode, string])[] = [
  [/^NoPermission/, 'role-refused', 'this user may not assume the role, or the role does not trust it'],
  [/^EntityNotExist\.Role/, 'role-refused', 'there is no such role'],
  [/^InvalidParameter\.DurationSeconds/, 'invalid-input', 'the role does not allow sessions that long'],
  [/^(InvalidParameter|Missing)\.?RoleArn/, 'invalid-input', 'it is not the ARN of a role'],
  [/^(InvalidParameter|Missing)\.?RoleSessionName/, 'invalid-input', 'it does not take the session name'],
  [/^InvalidParameter\.ExternalId/, 'invalid-input', 'it does not take the external id'],
  [/^InvalidParameter\.Policy/, 'invalid-input', 'it does not take the session policy'],
  [/^InvalidAccessKeyId/, 'key-unknown', 'the AccessKey ID does not exist or is disabled'],
  [
    /^(SignatureDoesNotMatch|IncompleteSignature|InvalidAccessKeySecret)/,
    'signature',
    'the AccessKey secret is wrong',
  ],
  [
    /^(InvalidSecurityToken|SecurityTokenExpired|MissingSecurityToken)/,
    'token-expired',
    'the security token of the caller is not valid any more',
  ],
  [/^InvalidTimeStamp/, 'clock-skew', 'the clock of this computer is too far from its own'],
];

/** STS asked to wait and did not say how long. */
const DEFAULT_RETRY_AFTER_MS = 1000;

/**
 * The fault of whatever AssumeRole threw. `token-server-silent`: nobody answered, so it may be the network;
 * `token-server`, `throttled`, `clock-skew`: asked again by itself; all others wait for someone. The message names
 * the host and STS's code, and nothing else.
 */
export function stsFault(thrown: unknown, host: string): Fault {
  const { name, code, statusCode, requestId, retryAfter } = readSdkError(thrown);
  const ids = {
    ...(code === undefined || statusCode === undefined ? {} : { ossCode: code }),
    ...(requestId === undefined ? {} : { requestId }),
  };
  if (code?.startsWith('Throttling') === true)
    return fault('throttled', `STS (${host}) asks to slow down (${code}).`, {
      ...ids,
      retryAfterMs: Math.max(DEFAULT_RETRY_AFTER_MS, retryAfter ?? 0),
    });
  if (code === undefined || statusCode === undefined) return notAnswered(thrown, name, host);
  const known = REFUSALS.find(([pattern]) => pattern.test(code));
  if (known !== undefined) return fault(known[1], `STS (${host}) answered ${code}: ${known[2]}.`, ids);
  if (statusCode >= 500) return fault('token-server', `STS (${host}) has a fault of its own (${code}).`, ids);
  return fault('server-refused', `STS (${host}) refused AssumeRole (${code}).`, ids);
}

function notAnswered(thrown: unknown, name: string | undefined, host: string): Fault {
  // A page of a proxy or of another server: it is no JSON.
  if (name === 'SyntaxError')
    return fault('token-server', `What answered for ${host} is not STS; check the STS endpoint.`);
  if (name?.includes('Timeout') === true)
    return fault('token-server-silent', `STS (${host}) did not answer in time.`);
  const why = networkFault(thrown, host, false);
  if (why.code === 'tls') return fault('token-server', `STS (${host}) has no certificate that we trust.`);
  const words: Partial<Record<FaultCode, string>> = {
    dns: 'has a name that cannot be resolved',
    'network-offline': 'cannot be reached',
    'captive-portal': 'does not speak HTTP',
  };
  return fault('token-server-silent', `STS (${host}) ${words[why.code] ?? 'broke the connection off'}.`);
}
