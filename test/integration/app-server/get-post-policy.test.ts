import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Environment } from '../../../src/app-server/settings';
import { startAppServer, type AppServer } from '../../../src/app-server/start-app-server';
import { fakeClock } from '../../unit/app-server/fake-clock';
import { openCloud, setFaults, type TestCloud } from '../sandbox/cloud';
import { environmentFor } from './servers';

let cloud: TestCloud;
let server: AppServer;
const clock = fakeClock();

beforeEach(async () => {
  cloud = await openCloud();
  server = await startAppServer({ environment: environmentFor(cloud), clock });
});
afterEach(async () => {
  await server.close();
  await cloud.stop();
});

async function restart(changes: Environment): Promise<void> {
  await server.close();
  server = await startAppServer({ environment: environmentFor(cloud, changes), clock });
}

interface Policy {
  readonly expiration: string;
  readonly conditions: unknown[];
}
type Form = Record<string, string | number>;

const get = (query = '') => fetch(`${server.url}/get_post_policy${query}`);
const form = async (query = '') => {
  const response = await get(query);
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  return (await response.json()) as Form;
};
const token = async () =>
  (await (await fetch(`${server.url}/get_sts_token`)).json()) as Record<string, string>;
const policyOf = ({ policy }: Form) => JSON.parse(Buffer.from(String(policy), 'base64').toString()) as Policy;

const conditions = () => [
  { bucket: cloud.sandbox.bucket },
  ['starts-with', '$key', 'uploads/'],
  ['content-length-range', 0, 5_368_709_120],
  ['in', '$success_action_status', ['200']],
  ['in', '$x-oss-forbid-overwrite', ['true', 'false']],
];
/** As OSS's pages say it, by node:crypto alone. */
const signatureV1 = (secret: string, policy: string) =>
  createHmac('sha1', secret).update(policy).digest('base64');
const signatureV4 = (secret: string, day: string, region: string, policy: string) =>
  [day, region, 'oss', 'aliyun_v4_request', policy]
    .reduce<Buffer>(
      (key, text) => createHmac('sha256', key).update(text).digest(),
      Buffer.from(`aliyun_v4${secret}`),
    )
    .toString('hex');

describe('GET /get_post_policy', () => {
  it('answers the fields of the document, signed by version 1 with the temporary credentials', async () => {
    const answer = await form();
    const { AccessKeyId, AccessKeySecret, SecurityToken } = await token();
    expect(Object.keys(answer)).toEqual([
      'accessid',
      'host',
      'policy',
      'signature',
      'expire',
      'dir',
      'x-oss-security-token',
    ]);
    expect(answer).toMatchObject({
      accessid: AccessKeyId,
      host: cloud.sandbox.oss.replace('://', `://${cloud.sandbox.bucket}.`),
      signature: signatureV1(AccessKeySecret!, String(answer['policy'])),
      dir: 'uploads/',
      'x-oss-security-token': SecurityToken,
    });
    const policy = policyOf(answer);
    expect(policy.conditions).toEqual(conditions());
    expect(Date.parse(policy.expiration)).toBe(Number(answer['expire']) * 1000);
    expect(policy.expiration).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
  });

  it('answers the fields of version 4, which its policy covers', async () => {
    const answer = await form('?version=v4');
    const { AccessKeyId, AccessKeySecret, SecurityToken } = await token();
    const { region } = cloud.sandbox;
    const date = String(answer['x_oss_date']);
    expect(date).toMatch(/^\d{8}T\d{6}Z$/);
    const credential = `${AccessKeyId}/${date.slice(0, 8)}/${region}/oss/aliyun_v4_request`;
    expect(answer).toEqual({
      version: 'OSS4-HMAC-SHA256',
      host: cloud.sandbox.oss.replace('://', `://${cloud.sandbox.bucket}.`),
      policy: answer['policy'],
      x_oss_credential: credential,
      x_oss_date: date,
      signature: signatureV4(AccessKeySecret!, date.slice(0, 8), region, String(answer['policy'])),
      security_token: SecurityToken,
      dir: 'uploads/',
      expire: answer['expire'],
    });
    expect(policyOf(answer).conditions).toEqual([
      ...conditions(),
      { 'x-oss-signature-version': 'OSS4-HMAC-SHA256' },
      { 'x-oss-credential': credential },
      { 'x-oss-date': date },
      { 'x-oss-security-token': SecurityToken },
    ]);
  });

  it('ends with the token where that is sooner', async () => {
    await restart({ TOKEN_SECONDS: '900' });
    const { Expiration } = await token();
    expect((await form())['expire']).toBe(Date.parse(Expiration!) / 1000);
    clock.pass(400_000);
    expect((await form('?version=v4'))['expire']).toBe(Date.parse(Expiration!) / 1000);
  });

  it('ends when configured, by the clock of STS', async () => {
    await restart({ SIGNED_SECONDS: '120' });
    await setFaults(cloud.sandbox, [{ operation: '*', fault: 'clock-offset', ms: 86_400_000 }]);
    const response = await get();
    const { expire } = (await response.json()) as { expire: number };
    const now = Date.parse(response.headers.get('date')!);
    expect(now - Date.now()).toBeGreaterThan(86_000_000);
    expect(expire * 1000 - now).toBe(120_000);
  });

  it.each(['', '?version=v4'])('has the callback where one is configured: %s', async (query) => {
    await restart({ OSS_CALLBACK_URL: 'https://app.example.com/callback' });
    const { callback } = await form(query);
    expect(JSON.parse(Buffer.from(String(callback), 'base64').toString())).toEqual({
      callbackUrl: 'https://app.example.com/callback',
      callbackBody:
        'filename=${object}&size=${size}&mimeType=${mimeType}&height=${imageInfo.height}&width=${imageInfo.width}',
      callbackBodyType: 'application/x-www-form-urlencoded',
    });
  });

  it('names the bucket’s own domain though there is a custom one: forms are not taken there', async () => {
    await restart({ OSS_CUSTOM_DOMAIN: 'https://files.example.com' });
    expect((await form())['host']).not.toContain('example.com');
  });

  it('keeps the fields of the form under the 8 KB that OSS takes', async () => {
    await restart({ OSS_CALLBACK_URL: 'https://app.example.com/callback' });
    for (const query of ['', '?version=v4'])
      expect(JSON.stringify(await form(query)).length).toBeLessThan(7000);
  });

  it('knows no other version', async () => {
    const response = await get('?version=v5');
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: { code: 'InvalidArgument', message: 'The version of a policy is v1 or v4.' },
    });
  });
});
