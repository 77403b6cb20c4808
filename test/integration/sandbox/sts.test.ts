import { createHash, createHmac, randomUUID } from 'node:crypto';
import { AssumeRoleRequest } from '@alicloud/sts20150401';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aliOss, openCloud, setFaults, stsClient, temporaryKeys, type Keys, type TestCloud } from './cloud';
import { send } from './raw-request';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await openCloud();
});
afterAll(async () => {
  expect(cloud.errors).toEqual([]);
  await cloud.stop();
});
beforeEach(async () => {
  await setFaults(cloud.sandbox, []);
});

interface Asked {
  roleArn?: string;
  roleSessionName?: string;
  durationSeconds?: number;
  policy?: string;
  externalId?: string;
}
const assume = (asked: Asked = {}, keys: Partial<Keys> = {}, where = cloud) =>
  stsClient(where.sandbox, keys).assumeRole(
    new AssumeRoleRequest({ roleArn: where.sandbox.roleArn, roleSessionName: 'alice', ...asked }),
  );

describe('AssumeRole, called by the official SDK', () => {
  test('gives credentials that work, with their Expiration', async () => {
    const policy = JSON.stringify({
      Version: '1',
      Statement: [{ Effect: 'Allow', Action: 'oss:*', Resource: "acs:oss:*:*:sandbox/a (1)*'!~/中文/*" }],
    });
    const before = Date.now();
    const { body } = await assume({ durationSeconds: 1_200, policy });
    expect(body?.requestId).toMatch(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
    expect(body?.assumedRoleUser?.arn).toBe(`${cloud.sandbox.roleArn}/alice`);
    const { accessKeyId, accessKeySecret, securityToken, expiration } = body!.credentials!;
    expect(accessKeyId).toMatch(/^STS\./);
    expect(expiration).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Math.abs(Date.parse(expiration!) - before - 1_200_000)).toBeLessThan(5_000);
    const client = aliOss(cloud.sandbox, {
      accessKeyId: accessKeyId!,
      accessKeySecret: accessKeySecret!,
      stsToken: securityToken!,
    });
    await client.put("a (1)x'!~/中文/b", Buffer.from('x'));
    await expect(client.put('elsewhere', Buffer.from('x'))).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  test.each<[string, Asked, string, number]>([
    ['another role', { roleArn: 'acs:ram::1000000000000000:role/other' }, 'EntityNotExist.Role', 404],
    ['no ARN', { roleArn: 'role' }, 'InvalidParameter.RoleArn', 400],
    ['a session name of one letter', { roleSessionName: 'a' }, 'InvalidParameter.RoleSessionName', 400],
    ['a session name with a star', { roleSessionName: 'a*b' }, 'InvalidParameter.RoleSessionName', 400],
    ['899 seconds', { durationSeconds: 899 }, 'InvalidParameter.DurationSeconds', 400],
    ['over 12 hours', { durationSeconds: 43_201 }, 'InvalidParameter.DurationSeconds', 400],
    ['a policy that is no JSON', { policy: '{' }, 'InvalidParameter.PolicyGrammar', 400],
    ['an empty policy', { policy: '' }, 'InvalidParameter.PolicySize', 400],
    ['a policy of 2,049 characters', { policy: ' '.repeat(2_049) }, 'InvalidParameter.PolicySize', 400],
    ['an ExternalId of one letter', { externalId: 'x' }, 'InvalidParameter.ExternalId', 400],
  ])('refuses %s', async (_what, asked, code, statusCode) => {
    await expect(assume(asked)).rejects.toMatchObject({ code, statusCode });
  });

  test('takes the longest duration a role may have, and the longest policy', async () => {
    const statement = { Effect: 'Allow', Action: 'oss:GetObject', Resource: '*' };
    const policy = JSON.stringify({ Version: '1', Statement: [statement] }).padEnd(2_048, ' ');
    const { body } = await assume({ durationSeconds: 43_200, policy });
    expect(Date.parse(body!.credentials!.expiration!)).toBeGreaterThan(Date.now() + 43_000_000);
  });

  test('refuses wrong keys, and temporary ones', async () => {
    await expect(assume({}, { accessKeySecret: 'wrong' })).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
    await expect(assume({}, { accessKeyId: 'LTAInobody' })).rejects.toMatchObject({
      code: 'InvalidAccessKeyId.NotFound',
    });
    const keys = await temporaryKeys(cloud.sandbox);
    await expect(assume({}, keys)).rejects.toMatchObject({ code: 'NoPermission', statusCode: 403 });
    await expect(assume({}, { ...keys, stsToken: 'CAISx' })).rejects.toMatchObject({
      code: 'InvalidSecurityToken.Malformed',
    });
  });

  test('can be throttled, and is then asked again by the SDK or the caller', async () => {
    await setFaults(cloud.sandbox, [{ operation: 'AssumeRole', fault: 'throttle', count: 1 }]);
    await expect(assume()).rejects.toMatchObject({ code: 'Throttling.User' });
    expect((await assume()).statusCode).toBe(200);
  });
});

test('a role may demand an ExternalId, and tokens may be capped below 900 seconds', async () => {
  const strict = await openCloud({ externalId: 'partner-7', tokenSeconds: 4 });
  try {
    await expect(assume({}, {}, strict)).rejects.toMatchObject({ code: 'NoPermission', statusCode: 403 });
    await expect(assume({ externalId: 'partner-8' }, {}, strict)).rejects.toMatchObject({
      code: 'NoPermission',
    });
    const { body } = await assume({ externalId: 'partner-7', durationSeconds: 3_600 }, {}, strict);
    expect(Date.parse(body!.credentials!.expiration!) - Date.now()).toBeLessThanOrEqual(4_000);
  } finally {
    await strict.stop();
  }
});

describe('an ACS3 request', () => {
  const EMPTY = createHash('sha256').update('').digest('hex');

  /** Signed by hand from Alibaba's description, with a change made before or after signing. */
  function call(
    change: { before?: Record<string, string>; after?: Record<string, string>; unsigned?: string } = {},
  ) {
    const { sandbox } = cloud;
    const { host } = new URL(sandbox.sts);
    const query = `RoleArn=${encodeURIComponent(sandbox.roleArn)}&RoleSessionName=bob`;
    const headers: Record<string, string> = {
      host,
      'x-acs-action': 'AssumeRole',
      'x-acs-version': '2015-04-01',
      'x-acs-date': new Date().toISOString().replace(/\.\d+/, ''),
      'x-acs-signature-nonce': randomUUID(),
      'x-acs-content-sha256': EMPTY,
      ...change.before,
    };
    const names = Object.keys(headers)
      .filter((name) => name !== change.unsigned)
      .sort();
    const canonical = `POST\n/\n${query}\n${names.map((name) => `${name}:${headers[name]}\n`).join('')}\n${names.join(';')}\n${EMPTY}`;
    const toSign = `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonical).digest('hex')}`;
    const signature = createHmac('sha256', sandbox.accessKeySecret).update(toSign).digest('hex');
    headers['authorization'] =
      `ACS3-HMAC-SHA256 Credential=${sandbox.accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`;
    return { url: `${sandbox.sts}/?${query}`, method: 'POST', headers: { ...headers, ...change.after } };
  }

  test('passes as it was signed, once', async () => {
    const request = call();
    expect((await send(request)).status).toBe(200);
    expect(await send(request)).toMatchObject({ status: 400, code: 'SignatureNonceUsed' });
  });

  test.each([
    [
      'a changed header',
      () => call({ after: { 'x-acs-signature-nonce': 'other' } }),
      'SignatureDoesNotMatch',
    ],
    [
      'a changed query',
      () => ({ ...call(), url: call().url.replace('bob', 'eve') }),
      'SignatureDoesNotMatch',
    ],
    ['another body', () => ({ ...call(), body: 'Policy=' }), 'SignatureDoesNotMatch'],
    ['another body hash', () => call({ before: { 'x-acs-content-sha256': 'ab' } }), 'SignatureDoesNotMatch'],
    ['an unsigned header', () => call({ unsigned: 'x-acs-date' }), 'IncompleteSignature'],
    ['no signature', () => call({ after: { authorization: 'x' } }), 'IncompleteSignature'],
    [
      'an old date',
      () => call({ before: { 'x-acs-date': '2024-01-01T00:00:00Z' } }),
      'InvalidTimeStamp.Expired',
    ],
    ['a bad date', () => call({ before: { 'x-acs-date': 'now' } }), 'InvalidTimeStamp.Format'],
    [
      'another action',
      () => call({ before: { 'x-acs-action': 'GetCallerIdentity' } }),
      'InvalidAction.NotFound',
    ],
  ])('is refused with %s', async (_what, make, code) => {
    const answer = await send(make());
    expect(answer.code).toBe(code);
    expect(JSON.parse(answer.text)).toMatchObject({ Code: code, HostId: '127.0.0.1' });
  });

  test('may have any date while the clocks are moved', async () => {
    await setFaults(cloud.sandbox, [{ operation: '*', fault: 'clock-offset', ms: 7_200_000 }]);
    const answer = await send(call());
    expect(answer.status).toBe(200);
    const { Credentials } = JSON.parse(answer.text) as { Credentials: { Expiration: string } };
    expect(Date.parse(Credentials.Expiration)).toBeGreaterThan(Date.now() + 7_200_000 + 3_500_000);
  });
});
