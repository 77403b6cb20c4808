import { AssumeRoleRequest } from '@alicloud/sts20150401';
import type OSS from 'ali-oss';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSandbox } from '../../../src/sandbox/start-sandbox';
import { aliOss, openCloud, stsClient, type Keys, type TestCloud } from './cloud';
import { post, signedForm } from './post-form';

const policy = (...statements: object[]) => ({ Version: '1', Statement: statements });
const allow = (Action: string | string[], Resource: string) => ({ Effect: 'Allow', Action, Resource });
const trust = (RAM: string | string[], more: object = {}) =>
  policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM }, ...more });
const PUT_ONLY = allow('oss:PutObject', 'acs:oss:*:*:sandbox/uploads/*');

const keysOf = (name: string): Keys => ({
  accessKeyId: `LTAI5t${name}`,
  accessKeySecret: `secret-of-${name}`,
});
const user = (name: string, ...statements: object[]) => ({
  name,
  ...keysOf(name),
  policy: policy(...statements),
});

const USERS = [
  user('alice', allow(['oss:PutObject', 'oss:GetObject'], 'acs:oss:*:*:sandbox/alice/*')),
  // As the documents have it: the system policy AliyunSTSAssumeRoleAccess, and nothing else.
  user('server', allow('sts:AssumeRole', '*')),
  user('narrow', allow('sts:AssumeRole', 'acs:ram::*:role/uploader')),
  user('barred', allow('*', '*'), { Effect: 'Deny', Action: 'sts:*', Resource: '*' }),
];
const ROLES = [
  { name: 'uploader', trust: trust('acs:ram::*:root'), policy: policy(PUT_ONLY), maxSessionSeconds: 7_200 },
  { name: 'server-only', trust: trust(['acs:ram::*:user/server']), policy: policy(PUT_ONLY) },
  {
    name: 'with-id',
    trust: trust('acs:ram::*:root', { Condition: { StringEquals: { 'sts:ExternalId': 'ext-1' } } }),
    policy: policy(PUT_ONLY),
  },
  { name: 'nobody', trust: trust('acs:ram::999:root'), policy: policy(PUT_ONLY) },
  { name: 'open', policy: policy(allow('oss:*', '*')) },
];

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await openCloud({ users: JSON.stringify(USERS), roles: JSON.stringify(ROLES) });
});
afterAll(async () => {
  expect(cloud.errors).toEqual([]);
  await cloud.stop();
});
beforeEach(async () => {
  await fetch(`${cloud.sandbox.admin}/reset`, { method: 'POST' });
});

const arn = (role: string): string => cloud.sandbox.roleArn.replace(/[^/]+$/, role);

async function assumed(
  name: string | null,
  role: string,
  more: object = {},
): Promise<Required<Keys> & { arn: string }> {
  const asked = new AssumeRoleRequest({
    roleArn: arn(role),
    roleSessionName: 'test',
    durationSeconds: 900,
    ...more,
  });
  const { body } = await stsClient(cloud.sandbox, name === null ? {} : keysOf(name)).assumeRole(asked);
  const { accessKeyId = '', accessKeySecret = '', securityToken = '' } = body?.credentials ?? {};
  return { accessKeyId, accessKeySecret, stsToken: securityToken, arn: body?.assumedRoleUser?.arn ?? '' };
}

const put = (client: OSS, key: string) => client.put(key, Buffer.from('x'));
const DENIED = { status: 403, code: 'AccessDenied' };

describe('a user of a file', () => {
  test.each(['V1', 'V4'])('may do on OSS what its own policy allows, %s', async (version) => {
    const alice = aliOss(cloud.sandbox, { ...keysOf('alice'), authorizationV4: version === 'V4' });
    expect((await put(alice, 'alice/a')).res.status).toBe(200);
    expect((await alice.get('alice/a')).res.status).toBe(200);
    await expect(put(alice, 'bob/a')).rejects.toMatchObject(DENIED);
    await expect(alice.delete('alice/a')).rejects.toMatchObject(DENIED);
    await expect(alice.listV2({ 'max-keys': '1' }, {})).rejects.toMatchObject(DENIED);
    await expect(put(aliOss(cloud.sandbox, keysOf('server')), 'alice/a')).rejects.toMatchObject(DENIED);
  });

  test('is held to its policy in forms too', async () => {
    const form = (key: string) => {
      const made = signedForm(cloud.sandbox, 'V4', {
        keys: keysOf('alice'),
        change: (made) =>
          (made.conditions = made.conditions.filter((condition) => !Array.isArray(condition))),
      });
      return { ...made, fields: { ...made.fields, key } };
    };
    expect(await post(cloud.sandbox, form('bob/a'))).toMatchObject(DENIED);
    expect((await post(cloud.sandbox, form('alice/a'))).status).toBe(204);
  });

  test('needs its own secret', async () => {
    const mixed = { ...keysOf('alice'), accessKeySecret: keysOf('server').accessKeySecret };
    await expect(put(aliOss(cloud.sandbox, mixed), 'alice/a')).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
    await expect(
      stsClient(cloud.sandbox, {
        ...mixed,
        accessKeyId: keysOf('server').accessKeyId,
        accessKeySecret: 'wrong-secret',
      }).assumeRole(new AssumeRoleRequest({ roleArn: arn('open'), roleSessionName: 'test' })),
    ).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
  });
});

describe('AssumeRole', () => {
  const NO_PERMISSION = { code: 'NoPermission' };

  test.each<[user: string | null, role: string, more?: object]>([
    ['server', 'uploader'],
    ['server', 'server-only'],
    ['server', 'open'],
    ['server', 'with-id', { externalId: 'ext-1' }],
    ['narrow', 'uploader'],
    [null, 'uploader'],
    [null, 'oss-web-upload'],
    ['server', 'oss-web-upload'],
  ])('is allowed to %s for %s', async (name, role, more) => {
    expect((await assumed(name, role, more)).arn).toBe(`${arn(role)}/test`);
  });

  test.each<[user: string | null, role: string, why: string, more?: object]>([
    ['alice', 'uploader', 'its policy does not say so'],
    ['narrow', 'open', 'its policy names another role'],
    ['barred', 'open', 'its policy denies it'],
    ['narrow', 'server-only', 'the role does not trust it'],
    [null, 'server-only', 'the role does not trust even the first user'],
    ['server', 'nobody', 'the role trusts another account'],
    ['server', 'with-id', 'the ExternalId is missing'],
    ['server', 'with-id', 'the ExternalId is wrong', { externalId: 'ext-2' }],
  ])('is refused to %s for %s: %s', async (name, role, _why, more) => {
    await expect(assumed(name, role, more)).rejects.toMatchObject(NO_PERMISSION);
  });

  test('finds no role that is not there, and no longer session than the role allows', async () => {
    await expect(assumed('server', 'no-such-role')).rejects.toMatchObject({ code: 'EntityNotExist.Role' });
    await expect(assumed('server', 'uploader', { durationSeconds: 7_201 })).rejects.toMatchObject({
      code: 'InvalidParameter.DurationSeconds',
    });
    await expect(assumed('server', 'server-only', { durationSeconds: 3_601 })).rejects.toMatchObject({
      code: 'InvalidParameter.DurationSeconds',
    });
    await assumed('server', 'uploader', { durationSeconds: 7_200 });
  });

  test('gives the rights of the role that was assumed, and of no other', async () => {
    const uploader = aliOss(cloud.sandbox, await assumed('server', 'uploader'));
    const open = aliOss(cloud.sandbox, await assumed('server', 'open'));
    expect((await put(uploader, 'uploads/a')).res.status).toBe(200);
    await expect(put(uploader, 'elsewhere/a')).rejects.toMatchObject(DENIED);
    await expect(uploader.get('uploads/a')).rejects.toMatchObject(DENIED);
    expect((await open.get('uploads/a')).res.status).toBe(200);
    const session = { policy: JSON.stringify(policy(allow('oss:GetObject', '*'))) };
    await expect(
      put(aliOss(cloud.sandbox, await assumed('server', 'open', session)), 'a'),
    ).rejects.toMatchObject(DENIED);
  });
});

describe('after a restart', () => {
  test('a token knows its role, and a role that is gone allows nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-users-'));
    const options = { dataFolder: folder, users: JSON.stringify(USERS) };
    const first = await startSandbox({ ...options, roles: JSON.stringify(ROLES) });
    const roleArn = first.roleArn.replace(/[^/]+$/, 'uploader');
    const asked = new AssumeRoleRequest({ roleArn, roleSessionName: 'test', durationSeconds: 900 });
    const credentials = (await stsClient(first, keysOf('server')).assumeRole(asked)).body?.credentials;
    const keys = {
      accessKeyId: credentials?.accessKeyId ?? '',
      accessKeySecret: credentials?.accessKeySecret ?? '',
      stsToken: credentials?.securityToken ?? '',
    };
    await first.close();
    const second = await startSandbox({ ...options, roles: JSON.stringify(ROLES) });
    expect((await put(aliOss(second, keys), 'uploads/a')).res.status).toBe(200);
    await expect(put(aliOss(second, keys), 'a')).rejects.toMatchObject(DENIED);
    await second.close();
    const third = await startSandbox(options);
    await expect(put(aliOss(third, keys), 'uploads/a')).rejects.toMatchObject(DENIED);
    await third.close();
    await rm(folder, { recursive: true, force: true });
  });

  test.each([
    ['a user of its own name', { users: [{ ...USERS[0], name: 'sandbox' }] }, 'The users file must not name'],
    [
      'a role of its own name',
      { roles: [{ ...ROLES[4], name: 'oss-web-upload' }] },
      'The roles file must not name',
    ],
  ])('%s is refused, and nothing keeps running', async (_what, files, sentence) => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-users-'));
    const options = Object.fromEntries(
      Object.entries(files).map(([name, value]) => [name, JSON.stringify(value)]),
    );
    await expect(startSandbox({ dataFolder: folder, ...options })).rejects.toThrow(sentence);
    await (await startSandbox({ dataFolder: folder })).close();
    await rm(folder, { recursive: true, force: true });
  });
});
