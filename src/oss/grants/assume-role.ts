import { $OpenApiUtil } from '@alicloud/openapi-core';
import StsClientDefault, { AssumeRoleRequest } from '@alicloud/sts20150401';
import { z } from 'zod';
import type { TemporaryCredentials } from '../../shared/credentials';
import { failure, fault, success, type Outcome } from '../../shared/faults';
import type { Profile } from '../../shared/profile';
import { sessionPolicy } from '../../shared/session-policy';
import { originOf } from '../object/address';
import { stsFault } from './sts-fault';
import { createTransport } from '../wire/transport';
import { unwrapDefault } from '../../shared/alibaba-sdk';

const StsClient = unwrapDefault(StsClientDefault);

/** Who asks STS. Secret. */
export interface AccessKeyPair {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Where the caller's own credentials are temporary (a profile of the aliyun CLI). */
  readonly securityToken?: string;
}

export interface AssumeRoleQuestion {
  readonly profile: Profile;
  readonly caller: AccessKeyPair;
  /** What the session is narrowed to: the part of the profile's prefix that every key begins with. */
  readonly prefix: string;
  readonly now: () => number;
  /** To connect, and without a byte after that. */
  readonly silenceMs?: number;
  /** Over everything. */
  readonly totalMs?: number;
}

type AssumeRole = Extract<Profile['authorization'], { kind: 'assume-role' }>;

const SILENCE_MS = 5_000;
const TOTAL_MS = 10_000;

const answerSchema = z.object({
  body: z.object({
    credentials: z.object({
      accessKeyId: z.string().min(1),
      accessKeySecret: z.string().min(1),
      securityToken: z.string().min(1),
      expiration: z.string().refine((text) => !Number.isNaN(Date.parse(text))),
    }),
  }),
});

/** `https://sts.<region>.aliyuncs.com` unless the profile names another. */
export function stsEndpointOf(profile: Profile, { stsEndpoint }: AssumeRole): URL {
  return new URL(stsEndpoint ?? `https://sts.${profile.region}.aliyuncs.com`);
}

/**
 * Asks STS once for the role of the profile, narrowed to bucket and prefix. A clock that is off is corrected by the
 * Date of STS and the question repeated (P7). Faults: as `stsFault`; `invalid-input` where the profile cannot be
 * asked for. No message holds the URL, the policy or a key.
 */
export async function assumeRole(question: AssumeRoleQuestion): Promise<Outcome<TemporaryCredentials>> {
  const { profile } = question;
  const { authorization } = profile;
  if (authorization.kind !== 'assume-role')
    return failure(fault('invalid-input', `${profile.name} is not authorized by assuming a role.`));
  const project = profile.imm?.project;
  const policy = sessionPolicy({
    bucket: profile.bucket,
    prefix: question.prefix,
    actions: 'all',
    ...(project === undefined ? {} : { immProject: project }),
  });
  if (!policy.ok) return policy;
  const endpoint = stsEndpointOf(profile, authorization);
  const ask = (date: string | null): Promise<Outcome<TemporaryCredentials>> =>
    askOnce(question, authorization, { endpoint, policy: policy.value, date });
  const first = await ask(null);
  if (first.ok || first.fault.code !== 'clock-skew') return first;
  const offsetMs = await clockOffsetAt(endpoint, question.now);
  return offsetMs === null ? first : ask(stsTime(question.now() + offsetMs));
}

interface Asked {
  readonly endpoint: URL;
  readonly policy: string;
  /** In place of this computer's time; null: that one. */
  readonly date: string | null;
}

async function askOnce(
  question: AssumeRoleQuestion,
  authorization: AssumeRole,
  { endpoint, policy, date }: Asked,
): Promise<Outcome<TemporaryCredentials>> {
  const silenceMs = question.silenceMs ?? SILENCE_MS;
  const client = new StsClient(
    new $OpenApiUtil.Config({
      ...question.caller,
      endpoint: endpoint.host,
      protocol: endpoint.protocol === 'http:' ? 'HTTP' : 'HTTPS',
      regionId: question.profile.region,
      connectTimeout: silenceMs,
      readTimeout: silenceMs,
      ...(date === null
        ? {}
        : { globalParameters: new $OpenApiUtil.GlobalParameters({ headers: { 'x-acs-date': date } }) }),
    }),
  );
  const { roleArn, roleSessionName, durationSeconds, externalId } = authorization;
  const request = { roleArn, roleSessionName, durationSeconds, policy };
  const asked = new AssumeRoleRequest(externalId === undefined ? request : { ...request, externalId });
  let answer: unknown;
  try {
    answer = await withDeadline(client.assumeRole(asked), question.totalMs ?? TOTAL_MS);
  } catch (error) {
    return failure(stsFault(error, endpoint.host));
  }
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success)
    return failure(
      fault('token-server', `What answered for ${endpoint.host} is not STS; check the endpoint.`),
    );
  const { accessKeyId, accessKeySecret, securityToken, expiration } = parsed.data.body.credentials;
  return success({ accessKeyId, accessKeySecret, securityToken, expiresAtServer: Date.parse(expiration) });
}

/** STS: ISO 8601 in UTC without milliseconds. */
const stsTime = (at: number): string => new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');

/** What the clock of STS is ahead of ours, by the Date of any answer of it; null where it cannot be learned. */
async function clockOffsetAt(endpoint: URL, now: () => number): Promise<number | null> {
  const transport = createTransport({ connections: 1, now, stallMs: SILENCE_MS });
  const sent = await transport.send({
    method: 'GET',
    origin: originOf(endpoint),
    path: '/',
    headers: { 'User-Agent': 'OSS-Ferry' },
    body: null,
    cancel: { canceled: false, onCancel: () => undefined },
    onSent: () => undefined,
    answerLimitBytes: 64 * 1024,
    patience: 1,
  });
  transport.close();
  return sent.ok ? sent.value.clockOffsetMs : null;
}

/** The SDK's limits are for silence; an answer whose body trickles for ever would hold everything. */
function withDeadline<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = Object.assign(new Error('no answer in time'), { name: 'TimeoutError' });
    const timer = setTimeout(() => reject(late), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
