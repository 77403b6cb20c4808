import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type OSS from 'ali-oss';
import type { Environment } from '../../../src/app-server/settings';
import { startAppServer, type AppServer } from '../../../src/app-server/start-app-server';
import { fakeClock } from '../../unit/app-server/fake-clock';
import { adminLines, aliOss, openCloud, setFaults, type TestCloud } from '../sandbox/cloud';

const MAX_SESSION_SECONDS = 7200;

let cloud: TestCloud;
let server: AppServer;
let clock: ReturnType<typeof fakeClock>;

beforeEach(async () => {
  cloud = await openCloud({ maxSessionSeconds: MAX_SESSION_SECONDS, externalId: 'outside-42' });
  clock = fakeClock();
  server = await start();
});
afterEach(async () => {
  await server.close();
  await cloud.stop();
  expect(cloud.errors).toEqual([]);
});

function start(changes: Environment = {}): Promise<AppServer> {
  const { sandbox } = cloud;
  const environment = {
    ALIBABA_CLOUD_ACCESS_KEY_ID: sandbox.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: sandbox.accessKeySecret,
    ROLE_ARN: sandbox.roleArn,
    ROLE_SESSION_NAME: 'role_session_test',
    ROLE_EXTERNAL_ID: 'outside-42',
    OSS_BUCKET: sandbox.bucket,
    OSS_REGION: `oss-${sandbox.region}`,
    OSS_PREFIX: 'uploads/',
    OSS_ENDPOINT: sandbox.oss,
    STS_ENDPOINT: sandbox.sts,
    IMM_PROJECT: sandbox.immProject,
    ...changes,
  };
  return startAppServer({ environment, clock });
}

async function restart(changes: Environment): Promise<void> {
  await server.close();
  server = await start(changes);
}

interface Token {
  readonly AccessKeyId: string;
  readonly AccessKeySecret: string;
  readonly SecurityToken: string;
  readonly Expiration: string;
}

const ask = (headers: Record<string, string> = {}) => fetch(`${server.url}/get_sts_token`, { headers });
const ANEW = { 'cache-control': 'no-cache' };

async function token(headers: Record<string, string> = {}): Promise<Token> {
  const response = await ask(headers);
  expect(response.status).toBe(200);
  return (await response.json()) as Token;
}

async function refusal(): Promise<{ status: number; code: string; message: string; requestId?: string }> {
  const response = await ask();
  const { error } = (await response.json()) as {
    error: { code: string; message: string; requestId?: string };
  };
  return { status: response.status, ...error };
}

function clientOf({ AccessKeyId, AccessKeySecret, SecurityToken }: Token): OSS {
  const keys = { accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret, stsToken: SecurityToken };
  return aliOss(cloud.sandbox, keys);
}

async function assumedRoles(): Promise<number> {
  const requests = await adminLines(cloud.sandbox, 'requests');
  return requests.filter(({ operation }) => operation === 'AssumeRole').length;
}

const bytes = Buffer.from('carried');
const DENIED = { status: 403, code: 'AccessDenied' };

describe('a token of the application server', () => {
  it('opens the prefix and nothing else', async () => {
    const client = clientOf(await token());
    expect((await client.put('uploads/a.txt', bytes)).res.status).toBe(200);
    expect((await client.get('uploads/a.txt')).content).toEqual(bytes);
    const list = await client.listV2({ prefix: 'uploads/', 'max-keys': '10' }, {});
    expect(list.objects.map(({ name }) => name)).toEqual(['uploads/a.txt']);
    await expect(client.put('elsewhere/a.txt', bytes)).rejects.toMatchObject(DENIED);
    await expect(client.put('uploads', bytes)).rejects.toMatchObject(DENIED);
    await expect(client.listV2({ prefix: 'elsewhere/', 'max-keys': '10' }, {})).rejects.toMatchObject(DENIED);
    await expect(client.delete('uploads/a.txt')).rejects.toMatchObject(DENIED);
  });

  it('can only write where the session is for uploads', async () => {
    await restart({ OSS_SESSION_ACTIONS: 'upload' });
    const client = clientOf(await token());
    expect((await client.put('uploads/a.txt', bytes)).res.status).toBe(200);
    await expect(client.get('uploads/a.txt')).rejects.toMatchObject(DENIED);
    await expect(client.listV2({ prefix: 'uploads/', 'max-keys': '10' }, {})).rejects.toMatchObject(DENIED);
  });

  it('comes from one AssumeRole for all, and again from another at half its life', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => token()));
    expect(new Set(tokens.map(({ SecurityToken }) => SecurityToken)).size).toBe(1);
    expect(tokens[0]?.Expiration).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(await assumedRoles()).toBe(1);
    clock.pass(1_800_000);
    expect((await token()).AccessKeyId).not.toBe(tokens[0]?.AccessKeyId);
    expect(await assumedRoles()).toBe(2);
  });
});

describe('when the cloud misbehaves', () => {
  it('renews tokens that live four seconds every two, though an hour was asked for', async () => {
    await setFaults(cloud.sandbox, [{ operation: 'AssumeRole', fault: 'short-token', ms: 4000 }]);
    const first = await token();
    clock.pass(1900);
    expect(await token()).toEqual(first);
    clock.pass(100);
    expect(await token()).not.toEqual(first);
    expect(await assumedRoles()).toBe(2);
  });

  it('gives a new token for one that was refused', async () => {
    const first = await token();
    await setFaults(cloud.sandbox, [{ operation: 'PutObject', fault: 'expire-token', count: 1 }]);
    const put = (given: Token) => clientOf(given).put('uploads/a.txt', bytes);
    await expect(put(first)).rejects.toMatchObject({ status: 403, code: 'SecurityTokenExpired' });
    clock.pass(2000);
    expect(await token()).toEqual(first);
    const second = await token(ANEW);
    expect((await put(second)).res.status).toBe(200);
    await expect(put(first)).rejects.toMatchObject({ status: 403 });
    expect(await token()).toEqual(second);
    expect(await assumedRoles()).toBe(2);
  });

  it.each([-18_000_000, 18_000_000])('keeps its cache though the cloud is %i ms off', async (ms) => {
    await setFaults(cloud.sandbox, [{ operation: '*', fault: 'clock-offset', ms }]);
    const first = await token();
    clock.pass(1_799_000);
    expect(await token()).toEqual(first);
    clock.pass(1000);
    expect(await token()).not.toEqual(first);
  });

  it('answers throttling with 503, Retry-After and the request id, and recovers', async () => {
    await setFaults(cloud.sandbox, [{ operation: 'AssumeRole', fault: 'throttle', count: 1 }]);
    const response = await ask();
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    const body = (await response.json()) as { error: { code: string; requestId: string } };
    expect(body.error.code).toBe('Throttled');
    expect(body.error.requestId).toMatch(/^[0-9A-F-]{36}$/);
    await token();
  });

  it.each([
    [
      { fault: 'status', status: 500, code: 'InternalError' },
      'STS answered InternalError: it has a fault of its own.',
    ],
    [{ fault: 'drop' }, 'STS cannot be reached: the connection was cut.'],
    [{ fault: 'lose-answer' }, 'STS cannot be reached: the connection was cut.'],
  ])('answers 502 in words to %j', async (fault, message) => {
    await setFaults(cloud.sandbox, [{ operation: 'AssumeRole', count: 1, ...fault }]);
    expect(await refusal()).toMatchObject({ status: 502, code: 'StsError', message });
    await token();
  });

  it('answers 502 in words where there is no STS', async () => {
    await cloud.stop();
    cloud = await openCloud();
    expect(await refusal()).toEqual({
      status: 502,
      code: 'StsError',
      message: 'STS cannot be reached: it refuses connections.',
    });
  });
});

describe('when the environment does not fit the cloud', () => {
  it.each([
    [{ ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'wrong' }, /^STS answered SignatureDoesNotMatch: .*AccessKey Secret/],
    [
      { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tNobody' },
      /^STS answered InvalidAccessKeyId\.NotFound: .*AccessKey ID/,
    ],
    [{ ROLE_ARN: 'acs:ram::1:role/nobody' }, /^STS answered EntityNotExist\.Role: .*ROLE_ARN/],
    [{ ROLE_EXTERNAL_ID: 'somebody-else' }, /^STS answered NoPermission: /],
    [{ TOKEN_SECONDS: '7201' }, /^STS answered InvalidParameter\.DurationSeconds: TOKEN_SECONDS /],
  ])('names what is wrong with %j', async (changes, message) => {
    await restart(changes);
    const refused = await refusal();
    expect(refused).toMatchObject({ status: 502, code: 'StsError' });
    expect(refused.message).toMatch(message);
    expect(refused.requestId).toMatch(/^[0-9A-F-]{36}$/);
  });
});
