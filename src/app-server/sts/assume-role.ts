import CredentialDefault from '@alicloud/credentials';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import StsClientDefault, { AssumeRoleRequest } from '@alicloud/sts20150401';
import { z } from 'zod';
import type { Outcome } from '../../shared/faults';
import { sessionPolicy } from '../../shared/session-policy';
import { problem, refuse, type Answer } from '../problem';
import type { Settings } from '../settings';
import { stsProblem } from './sts-problem';
import { tokenLifeMs, type IssuedToken, type TokenIssuer } from './token-issuer';
import { unwrapDefault } from '../../shared/alibaba-sdk';

const StsClient = unwrapDefault(StsClientDefault);
const Credential = unwrapDefault(CredentialDefault);

/** How long STS may take. */
export interface StsTimeouts {
  /** To connect, and without a byte after that: the SDK's connect timeout is its idle timeout, too. */
  readonly silenceMs: number;
  /** Over everything, the default chain too: an answer whose body never ends would otherwise hold all callers. */
  readonly totalMs: number;
}

/** In all less than the ten seconds that our own client waits, so that it hears the reason. */
export const STS_TIMEOUTS: StsTimeouts = { silenceMs: 5000, totalMs: 9000 };

const answerSchema = z.object({
  headers: z.object({ date: z.string().optional() }),
  body: z.object({
    credentials: z.object({
      accessKeyId: z.string().min(1),
      accessKeySecret: z.string().min(1),
      securityToken: z.string().min(1),
      expiration: z.string().refine((text) => !Number.isNaN(Date.parse(text))),
    }),
  }),
});

/**
 * AssumeRole by the official SDK, narrowed to bucket and prefix. One request each time, no retry: callers may come
 * again.
 */
export function createAssumeRole(settings: Settings, timeouts: StsTimeouts): TokenIssuer {
  return {
    async issue(prefix) {
      const policy = policyFor(settings, prefix);
      if (!policy.ok) return refuse(problem('Forbidden', policy.fault.message));
      try {
        return await withDeadline(assumeRole(settings, policy.value, timeouts), timeouts.totalMs);
      } catch (error) {
        return refuse(stsProblem(error));
      }
    },
  };
}

/** The session policy of a caller; a fault where no policy can say the prefix. */
export function policyFor(settings: Settings, prefix: string): Outcome<string> {
  const { bucket, sessionActions: actions, immProject } = settings;
  return sessionPolicy({ bucket, prefix, actions, ...(immProject === undefined ? {} : { immProject }) });
}

async function assumeRole(
  settings: Settings,
  policy: string,
  timeouts: StsTimeouts,
): Promise<Answer<IssuedToken>> {
  const identity = await identityOf(settings);
  if (identity === null)
    return refuse(
      problem(
        'StsError',
        'This server has no AccessKey pair, neither in its environment nor by the role of its machine.',
      ),
    );
  const client = new StsClient(
    new $OpenApiUtil.Config({
      ...identity,
      endpoint: settings.stsEndpoint.host,
      protocol: settings.stsEndpoint.protocol,
      regionId: settings.region,
      connectTimeout: timeouts.silenceMs,
      readTimeout: timeouts.silenceMs,
    }),
  );
  const { arn, sessionName, externalId, tokenSeconds } = settings.role;
  const request = { roleArn: arn, roleSessionName: sessionName, durationSeconds: tokenSeconds, policy };
  const answer = answerSchema.safeParse(
    await client.assumeRole(
      new AssumeRoleRequest(externalId === undefined ? request : { ...request, externalId }),
    ),
  );
  if (!answer.success)
    return refuse(problem('StsError', 'STS gave an answer without credentials; is STS_ENDPOINT right?'));
  const { accessKeyId, accessKeySecret, securityToken, expiration } = answer.data.body.credentials;
  return {
    ok: true,
    value: {
      token: {
        AccessKeyId: accessKeyId,
        AccessKeySecret: accessKeySecret,
        SecurityToken: securityToken,
        Expiration: expiration,
      },
      lifeMs: tokenLifeMs(expiration, answer.data.headers.date, tokenSeconds),
    },
  };
}

/** Who this server is, or null where nothing says so. */
async function identityOf(settings: Settings) {
  if (settings.accessKey !== null) {
    const { id, secret, securityToken } = settings.accessKey;
    const pair = { accessKeyId: id, accessKeySecret: secret };
    return securityToken === undefined ? pair : { ...pair, securityToken };
  }
  // A new instance each time: after one complete failure an instance of the chain keeps failing for good.
  const credential = new Credential();
  try {
    await credential.getCredential();
    return { credential };
  } catch {
    return null;
  }
}

function withDeadline<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
    }, timeoutMs);
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}
