import type { Environment } from '../../../src/app-server/settings';
import { startAppServer, type AppServer } from '../../../src/app-server/start-app-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aliOss, openCloud, setFaults, type TestCloud } from '../sandbox/cloud';
import { environmentFor, sha256 } from './servers';

let cloud: TestCloud;
let server: AppServer;
const METRICS = 'metrics-token';
const start = (changes: Environment = {}): Promise<AppServer> =>
  startAppServer({
    environment: environmentFor(cloud, { METRICS_TOKEN_SHA256: sha256(METRICS), ...changes }),
  });

beforeEach(async () => {
  cloud = await openCloud();
  server = await start();
});
afterEach(async () => {
  await server.close();
  await cloud.stop();
});

const KEY = 'uploads/照片 & 1.jpg';

/** Puts an object there, and gives the notice that is true of it. */
async function stored(key = KEY) {
  const { res } = await aliOss(cloud.sandbox).put(key, Buffer.from('twelve bytes'));
  const headers = res.headers as Record<string, string>;
  return {
    bucket: cloud.sandbox.bucket,
    key,
    size: 12,
    crc64: headers['x-oss-hash-crc64ecma'] ?? '',
    etag: (headers['etag'] ?? '').replaceAll('"', ''),
  };
}

async function tell(notice: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/notice`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(notice),
  });
  const body = (await response.json()) as { Status?: string; error?: { code: string; message: string } };
  return { status: response.status, body, code: body.error?.code };
}

const counted = async (): Promise<string | undefined> => {
  const response = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${METRICS}` } });
  return /^app_server_uploads_total\{by="notice"\} (\d+)$/m.exec(await response.text())?.[1];
};

describe('POST /notice', () => {
  it('looks at the object itself and takes what is true', async () => {
    const notice = await stored();
    expect(await tell(notice)).toMatchObject({ status: 200, body: { Status: 'OK' } });
    // OSS does not tell the ETag in every answer.
    expect(await tell({ ...notice, etag: '' })).toMatchObject({ status: 200 });
    expect(await counted()).toBe('2');
  });

  it.each([
    ['another size', { size: 13 }],
    ['another CRC-64', { crc64: '1' }],
    ['another ETag', { etag: 'ABC' }],
  ])('refuses %s', async (_what, lie) => {
    const notice = await stored();
    expect(await tell({ ...notice, ...lie })).toMatchObject({ status: 409, code: 'ObjectDiffers' });
    expect(await counted()).toBeUndefined();
  });

  it('does not find what is not there', async () => {
    const notice = await stored();
    expect(await tell({ ...notice, key: 'uploads/other' })).toMatchObject({ status: 404, code: 'NotFound' });
  });

  it.each([
    ['no JSON object', 'x'],
    ['a field too many', { more: 1 }],
    ['a size that is none', { size: -1 }],
    ['a CRC-64 that is none', { crc64: 'x' }],
    ['another bucket', { bucket: 'other' }],
  ])('refuses %s in a sentence', async (_what, change) => {
    const notice = await stored();
    const body = typeof change === 'string' ? change : { ...notice, ...change };
    const answer = await tell(body);
    expect(answer).toMatchObject({ status: 400, code: 'InvalidArgument' });
    expect(answer.body.error?.message).toMatch(/\.$/);
  });

  it('keeps each caller to their own prefix and asks for the bearer', async () => {
    await server.close();
    server = await start({ BEARER_TOKENS_SHA256: `${sha256('alice')}=uploads/alice/` });
    const notice = await stored('uploads/alice/a');
    const other = await stored('uploads/bob/a');
    const bearer = { authorization: 'Bearer alice' };
    expect(await tell(notice)).toMatchObject({ status: 401 });
    expect(await tell(notice, bearer)).toMatchObject({ status: 200 });
    expect(await tell(other, bearer)).toMatchObject({ status: 403, code: 'KeyNotAllowed' });
  });

  it('says so where its role may not look', async () => {
    await server.close();
    server = await start({ OSS_SESSION_ACTIONS: 'upload' });
    const answer = await tell(await stored());
    expect(answer).toMatchObject({ status: 502, code: 'OssError' });
    expect(answer.body.error?.message).toContain('oss:GetObject');
  });

  it('says so where OSS does not answer', async () => {
    const notice = await stored();
    await setFaults(cloud.sandbox, [{ operation: 'HeadObject', fault: 'drop' }]);
    expect(await tell(notice)).toMatchObject({ status: 502, code: 'OssError' });
    expect(await counted()).toBeUndefined();
  });
});
