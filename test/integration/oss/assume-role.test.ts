import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aliyunProfileCaller } from '../../../src/oss/grants/aliyun-profile';
import { assumeRole, stsEndpointOf, type AssumeRoleQuestion } from '../../../src/oss/grants/assume-role';
import { profileSchema, type Profile } from '../../../src/shared/profile';
import { startScriptedServer, type ScriptedServer } from '../../unit/oss/scripted-server';
import { adminLines, aliOss, openCloud, setFaults, type TestCloud } from '../sandbox/cloud';

let cloud: TestCloud;
beforeEach(async () => {
  cloud = await openCloud({ maxSessionSeconds: 7200, externalId: 'outside-42' });
});
afterEach(async () => {
  await cloud.stop();
  vi.unstubAllEnvs();
});

function profileOf(changes: object = {}): Profile {
  const { sandbox } = cloud;
  return profileSchema.parse({
    name: 'Sandbox',
    region: sandbox.region,
    bucket: sandbox.bucket,
    prefix: 'uploads/',
    endpoint: sandbox.oss,
    authorization: {
      kind: 'assume-role',
      roleArn: sandbox.roleArn,
      roleSessionName: 'oss-ferry',
      durationSeconds: 900,
      externalId: 'outside-42',
      stsEndpoint: sandbox.sts,
      ...changes,
    },
  });
}

const ask = (changes: object = {}, more: Partial<AssumeRoleQuestion> = {}) => {
  const { accessKeyId, accessKeySecret } = cloud.sandbox;
  const caller = { accessKeyId, accessKeySecret };
  const profile = profileOf(changes);
  return assumeRole({ profile, caller, prefix: profile.prefix, now: () => Date.now(), ...more });
};

const assumed = async (): Promise<number> =>
  (await adminLines(cloud.sandbox, 'requests')).filter(({ operation }) => operation === 'AssumeRole').length;

describe('a role that is assumed', () => {
  it('gives credentials that open the prefix and nothing else, for as long as was asked', async () => {
    const outcome = await ask({ durationSeconds: 1800 });
    if (!outcome.ok) throw new Error(outcome.fault.message);
    const { accessKeyId, accessKeySecret, securityToken, expiresAtServer } = outcome.value;
    expect((expiresAtServer ?? 0) - Date.now()).toBeGreaterThan(1_750_000);
    expect((expiresAtServer ?? 0) - Date.now()).toBeLessThanOrEqual(1_800_000);
    const client = aliOss(cloud.sandbox, { accessKeyId, accessKeySecret, stsToken: securityToken ?? '' });
    expect((await client.put('uploads/a.txt', Buffer.from('x'))).res.status).toBe(200);
    await expect(client.put('elsewhere/a.txt', Buffer.from('x'))).rejects.toMatchObject({ status: 403 });
    await expect(client.delete('uploads/a.txt')).rejects.toMatchObject({ status: 403 });
  });

  it.each([-5 * 3_600_000, 5 * 3_600_000])('whatever our own clock says (%i ms)', async (ms) => {
    const stamps: string[] = [];
    const server = await skewedSts(ms, stamps);
    const outcome = await ask({ stsEndpoint: server.url });
    expect(outcome).toMatchObject({ ok: true, value: { accessKeyId: 'STS.abc' } });
    expect(stamps).toHaveLength(2);
    expect(Date.parse(stamps[1] ?? '') - Date.parse(stamps[0] ?? '')).toBeGreaterThan(ms - 5_000);
    expect(Date.parse(stamps[1] ?? '') - Date.parse(stamps[0] ?? '')).toBeLessThan(ms + 5_000);
    await server.close();
  });
});

/** An STS whose clock is `ms` ahead of ours and which takes only dates near its own. */
async function skewedSts(ms: number, stamps: string[]): Promise<ScriptedServer> {
  const server = await startScriptedServer();
  const answer = (): void =>
    server.script(({ request, response }) => {
      answer();
      const stamp = String(request.headers['x-acs-date'] ?? '');
      const now = Date.now() + ms;
      response.setHeader('Date', new Date(now).toUTCString());
      response.setHeader('Content-Type', 'application/json');
      if (request.method === 'GET') {
        response.writeHead(404).end('{}');
        return;
      }
      stamps.push(stamp);
      const Expiration = new Date(now + 900_000).toISOString();
      const Credentials = { AccessKeyId: 'STS.abc', AccessKeySecret: 's', SecurityToken: 't', Expiration };
      if (Math.abs(Date.parse(stamp) - now) < 900_000) response.end(JSON.stringify({ Credentials }));
      else response.writeHead(400).end('{"Code":"InvalidTimeStamp.Expired","Message":"Expired."}');
    });
  answer();
  return server;
}

describe('what STS refuses', () => {
  it.each([
    [
      'a role that is not there',
      { roleArn: 'acs:ram::1:role/nobody' },
      'role-refused',
      'EntityNotExist.Role',
    ],
    ['another external id', { externalId: 'somebody-else' }, 'role-refused', 'NoPermission'],
    ['no external id', { externalId: undefined }, 'role-refused', 'NoPermission'],
    ['more than the maximum', { durationSeconds: 7201 }, 'invalid-input', 'InvalidParameter.DurationSeconds'],
  ])('%s', async (_, changes, code, ossCode) => {
    const outcome = await ask(changes);
    expect(outcome).toMatchObject({ ok: false, fault: { code, ossCode } });
    expectNoSecret(outcome);
  });

  it('a wrong AccessKey id, and a wrong secret', async () => {
    const { accessKeyId, accessKeySecret } = cloud.sandbox;
    const stranger = { accessKeyId: 'LTAI5tNobody', accessKeySecret };
    expect(await ask({}, { caller: stranger })).toMatchObject({ fault: { code: 'key-unknown' } });
    const wrong = { accessKeyId, accessKeySecret: 'planted-wrong-secret' };
    const outcome = await ask({}, { caller: wrong });
    expect(outcome).toMatchObject({ fault: { code: 'signature', ossCode: 'SignatureDoesNotMatch' } });
    expectNoSecret(outcome);
  });

  it('a prefix that no policy can say is not asked for', async () => {
    expect(await ask({}, { prefix: 'a*/' })).toMatchObject({ fault: { code: 'invalid-input' } });
    expect(await assumed()).toBe(0);
  });
});

describe('an STS that misbehaves', () => {
  it.each([
    [{ fault: 'throttle' }, 'throttled'],
    [{ fault: 'status', status: 500, code: 'InternalError' }, 'token-server'],
    [{ fault: 'drop' }, 'token-server-silent'],
    [{ fault: 'lose-answer' }, 'token-server-silent'],
  ])('%j is %s, asked once', async (rule, code) => {
    await setFaults(cloud.sandbox, [{ operation: 'AssumeRole', count: 1, ...rule }]);
    const outcome = await ask();
    expect(outcome).toMatchObject({ ok: false, fault: { code } });
    expectNoSecret(outcome);
    expect((await ask()).ok).toBe(true);
  });

  it('that is silent is given up in time', async () => {
    await setFaults(cloud.sandbox, [{ operation: 'AssumeRole', fault: 'delay', ms: 5_000, count: 1 }]);
    const outcome = await ask({}, { silenceMs: 200 });
    expect(outcome).toMatchObject({ fault: { code: 'token-server-silent' } });
    expect(outcome.ok ? '' : outcome.fault.message).toContain('did not answer in time');
  });

  it('that is not there is silence, too', async () => {
    const outcome = await ask({ stsEndpoint: 'http://127.0.0.1:1' });
    expect(outcome).toMatchObject({ fault: { code: 'token-server-silent' } });
    expectNoSecret(outcome);
  });

  it.each([
    ['a page of a proxy', 502, '<html>planted</html>', 'token-server'],
    ['a page in place of STS', 200, '<html>planted</html>', 'token-server'],
    ['JSON of someone else', 200, '{"hello":"planted"}', 'token-server'],
  ])('that is %s is told in words', async (_, status, body, code) => {
    const server = await startScriptedServer();
    server.script(({ response }) =>
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(body),
    );
    const outcome = await ask({ stsEndpoint: server.url });
    await server.close();
    expect(outcome).toMatchObject({ ok: false, fault: { code } });
    expectNoSecret(outcome);
  });
});

describe('where it is asked', () => {
  it("at the region's own STS unless the profile names another", () => {
    const profile = profileOf({ stsEndpoint: undefined });
    if (profile.authorization.kind !== 'assume-role') throw new Error('no role');
    expect(stsEndpointOf(profile, profile.authorization).href).toBe('https://sts.cn-hangzhou.aliyuncs.com/');
  });
});

describe('a profile of the aliyun CLI', () => {
  function home(config: string): void {
    const folder = join(cloud.folder, '.aliyun');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'config.json'), config);
    vi.stubEnv('HOME', cloud.folder);
    // Another one that is chosen by the environment must not be taken in its place.
    vi.stubEnv('ALIBABA_CLOUD_PROFILE', 'other');
  }
  const config = (): string => {
    const { accessKeyId, accessKeySecret } = cloud.sandbox;
    const work = { name: 'work', mode: 'AK', access_key_id: accessKeyId, access_key_secret: accessKeySecret };
    return JSON.stringify({
      current: 'other',
      profiles: [work, { ...work, name: 'other', access_key_id: 'x' }],
    });
  };

  it('is the one that was named', async () => {
    home(config());
    const caller = await aliyunProfileCaller('work');
    if (!caller.ok) throw new Error(caller.fault.message);
    expect(caller.value.accessKeyId).toBe(cloud.sandbox.accessKeyId);
    expect((await ask({}, { caller: caller.value })).ok).toBe(true);
  });

  it.each([
    ['is not there', '{"current":"other","profiles":[{"name":"other","mode":"AK"}]}'],
    ['stands in a file that is broken', '{"planted-secret'],
    ['has no keys', '{"profiles":[{"name":"work","mode":"AK"}]}'],
  ])('that %s is said in words, without what the file holds', async (_, text) => {
    home(text);
    const outcome = await aliyunProfileCaller('work');
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'credentials-missing' } });
    expect(JSON.stringify(outcome)).not.toContain('planted');
  });
});

function expectNoSecret(outcome: unknown): void {
  const text = JSON.stringify(outcome);
  expect(text).not.toMatch(/planted|RoleArn=|Policy=|Signature=|outside-42/);
  expect(text).not.toContain(cloud.sandbox.accessKeySecret);
}
