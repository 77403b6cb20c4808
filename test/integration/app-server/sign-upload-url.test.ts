import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Environment } from '../../../src/app-server/settings';
import { startAppServer, type AppServer } from '../../../src/app-server/start-app-server';
import { fakeClock } from '../../unit/app-server/fake-clock';
import { adminLines, aliOss, openCloud, setFaults, type TestCloud } from '../sandbox/cloud';
import { codeOf, environmentFor, send, type Sent } from './servers';

interface SignedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly partNumber?: number;
}
interface Signed {
  readonly expiration: string;
  readonly requests: SignedRequest[];
}
interface Completed {
  readonly result: { operation: string; status: number; headers: Record<string, string>; body: string };
}

const PART_BYTES = 100 * 1024;
const key = "uploads/2024/図 a+b (1)'!*~&=?#%.bin";

let cloud: TestCloud;
let server: AppServer;
const clock = fakeClock();

beforeEach(async () => {
  cloud = await openCloud({ maxSessionSeconds: 43_200 });
  server = await startAppServer({ environment: environmentFor(cloud), clock });
});
afterEach(async () => {
  await server.close();
  await cloud.stop();
  expect(cloud.errors).toEqual([]);
});

async function restart(changes: Environment): Promise<void> {
  await server.close();
  server = await startAppServer({ environment: environmentFor(cloud, changes), clock });
}

const post = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/sign_upload_url`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

async function sign(body: unknown): Promise<Signed> {
  const response = await post(body);
  expect(response.status, await response.clone().text()).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  return (await response.json()) as Signed;
}

const one = async (body: unknown): Promise<SignedRequest> => {
  const { requests } = await sign(body);
  expect(requests).toHaveLength(1);
  return requests[0]!;
};

async function complete(uploadId: string, headers: Record<string, string> = {}): Promise<Completed> {
  const response = await post({ operation: 'CompleteMultipartUpload', key, uploadId, headers });
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Completed;
}

async function refused(body: unknown): Promise<[number, string, string]> {
  const response = await post(body);
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  return [response.status, error.code, error.message];
}

async function initiate(headers: Record<string, string> = {}): Promise<string> {
  const signed = await one({ operation: 'InitiateMultipartUpload', key, sizeBytes: PART_BYTES * 3, headers });
  const answer = await send(signed);
  expect(answer.status, answer.body).toBe(200);
  return /<UploadId>([^<]+)</.exec(answer.body)?.[1] ?? '';
}

async function uploadParts(uploadId: string, parts: ReadonlyMap<number, Buffer>): Promise<Sent[]> {
  const { requests } = await sign({
    operation: 'UploadPart',
    key,
    uploadId,
    partNumbers: [...parts.keys()],
  });
  expect(requests.map(({ partNumber }) => partNumber)).toEqual([...parts.keys()]);
  return Promise.all(requests.map((request) => send(request, parts.get(request.partNumber!))));
}

const stored = async () => (await aliOss(cloud.sandbox).get(key)).content as Buffer;
const put = (more: object = {}) => ({ operation: 'PutObject', key, sizeBytes: 7, ...more });

describe('PutObject', () => {
  it('is signed for exactly the headers that were asked for, and / stays as it is in the URL', async () => {
    const bytes = Buffer.from('carried');
    const signed = await one(
      put({
        headers: {
          'Content-Type': 'text/plain',
          'Content-MD5': createHash('md5').update(bytes).digest('base64'),
          'x-oss-meta-author': 'someone',
          'x-oss-storage-class': 'IA',
          'x-oss-forbid-overwrite': 'true',
        },
      }),
    );
    expect(signed.method).toBe('PUT');
    expect(Object.keys(signed.headers).sort()).toEqual([
      'content-md5',
      'content-type',
      'x-oss-forbid-overwrite',
      'x-oss-meta-author',
      'x-oss-storage-class',
    ]);
    expect(new URL(signed.url).pathname).toMatch(/^\/uploads\/2024\/%E5/);
    const answer = await send(signed, bytes);
    expect(answer.status, answer.body).toBe(200);
    const head = await aliOss(cloud.sandbox).head(key);
    expect(head.meta).toEqual({ author: 'someone' });
    expect(await stored()).toEqual(bytes);
    const again = await send(signed, bytes);
    expect([again.status, codeOf(again)]).toEqual([409, 'FileAlreadyExists']);
  });

  it.each([
    ['a signed header is changed', { 'x-oss-meta-author': 'someone else', 'content-type': 'text/plain' }],
    ['a signed header is left out', { 'content-type': 'text/plain' }],
    ['another media type is sent', { 'x-oss-meta-author': 'someone', 'content-type': 'text/html' }],
    [
      'a header is added that OSS signs',
      { 'x-oss-meta-author': 'someone', 'content-type': 'text/plain', 'x-oss-object-acl': 'public-read' },
    ],
  ])('is refused by OSS where %s', async (_what, headers) => {
    const signed = await one(
      put({ headers: { 'x-oss-meta-author': 'someone', 'content-type': 'text/plain' } }),
    );
    const answer = await send({ ...signed, headers }, 'carried');
    expect([answer.status, codeOf(answer)]).toEqual([403, 'SignatureDoesNotMatch']);
  });

  it('is good for this key alone', async () => {
    const signed = await one(put());
    const other = { ...signed, url: signed.url.replace('/uploads/2024/', '/uploads/2025/') };
    expect(codeOf(await send(other, 'carried'))).toBe('SignatureDoesNotMatch');
  });
});

describe('how long a URL lives', () => {
  const secondsOf = ({ url }: SignedRequest) => Number(new URL(url).searchParams.get('x-oss-expires'));

  it('is an hour where the token lives longer', async () => {
    await restart({ TOKEN_SECONDS: '7200' });
    const { expiration, requests } = await sign(put());
    expect(secondsOf(requests[0]!)).toBe(3600);
    expect(Math.abs(Date.parse(expiration) - Date.now() - 3_600_000)).toBeLessThan(5000);
    expect(expiration).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it('is what is configured', async () => {
    await restart({ SIGNED_SECONDS: '60' });
    const [request] = (await sign(put())).requests;
    expect(secondsOf(request!)).toBe(60);
    const passed = { operation: '*', fault: 'clock-offset', ms: 61_000 };
    await setFaults(cloud.sandbox, [passed]);
    expect((await send(request!, 'carried')).status).toBe(403);
  });

  it('is never more than the token: 1,200 s for a URL of 3,600 s', async () => {
    await restart({ TOKEN_SECONDS: '1200' });
    const { expiration, requests } = await sign(put());
    const [request] = requests;
    expect(secondsOf(request!)).toBeLessThanOrEqual(1200);
    expect(secondsOf(request!)).toBeGreaterThan(1195);
    expect(Date.parse(expiration) - Date.now()).toBeLessThanOrEqual(1_200_000);
    await setFaults(cloud.sandbox, [{ operation: '*', fault: 'clock-offset', ms: 1_190_000 }]);
    expect((await send(request!, 'carried')).status).toBe(200);
    await setFaults(cloud.sandbox, [{ operation: '*', fault: 'clock-offset', ms: 1_201_000 }]);
    const late = await send(request!, 'carried');
    expect(late.status).toBe(403);
  });

  it('shrinks with what a token from the cache has left', async () => {
    await restart({ TOKEN_SECONDS: '1200' });
    const first = await sign(put());
    clock.pass(500_000);
    const second = await sign(put());
    expect(second.expiration).toBe(first.expiration);
    expect(secondsOf(second.requests[0]!)).toBe(secondsOf(first.requests[0]!) - 500);
  });

  it('is counted by the clock of STS, also where that of this machine is hours off', async () => {
    await setFaults(cloud.sandbox, [{ operation: '*', fault: 'clock-offset', ms: 7_200_000 }]);
    const response = await post(put());
    const { requests } = (await response.json()) as Signed;
    expect((await send(requests[0]!, 'carried')).status).toBe(200);
    expect(Math.abs(Date.parse(response.headers.get('date')!) - Date.now() - 7_200_000)).toBeLessThan(5000);
  });
});

describe('an upload in parts', () => {
  const parts = new Map([
    [1, randomBytes(PART_BYTES)],
    [2, randomBytes(PART_BYTES)],
    [7, randomBytes(1000)],
  ]);
  const whole = Buffer.concat([...parts.values()]);

  it('goes from Initiate to Complete without credentials, and carries OSS’s own result', async () => {
    const uploadId = await initiate({ 'content-type': 'image/png', 'x-oss-meta-author': 'someone' });
    for (const { status, body } of await uploadParts(uploadId, parts)) expect(status, body).toBe(200);
    const list = await one({ operation: 'ListParts', key, uploadId });
    const listed = (await send(list)).body;
    expect([...listed.matchAll(/<PartNumber>(\d+)</g)].map(([, number]) => number)).toEqual(['1', '2', '7']);
    const { result } = await complete(uploadId);
    expect(result).toMatchObject({ operation: 'CompleteMultipartUpload', status: 200 });
    expect(result.headers['x-oss-hash-crc64ecma']).toMatch(/^\d+$/);
    expect(result.headers['x-oss-request-id']).toMatch(/^[0-9A-F]{24}$/);
    expect(result.body).toContain('<CompleteMultipartUploadResult>');
    expect(await stored()).toEqual(whole);
    const head = await aliOss(cloud.sandbox).head(key);
    expect(head.meta).toEqual({ author: 'someone' });
    expect(result.headers['x-oss-hash-crc64ecma']).toBe(
      (head.res.headers as Record<string, string>)['x-oss-hash-crc64ecma'],
    );
  });

  it('goes on with URLs that are signed again after the old ones have ended', async () => {
    const uploadId = await initiate();
    await uploadParts(uploadId, new Map([[1, parts.get(1)!]]));
    const { requests } = await sign({ operation: 'UploadPart', key, uploadId, partNumbers: [2] });
    const past = { operation: '*', fault: 'clock-offset', ms: 3_700_000 };
    await setFaults(cloud.sandbox, [past]);
    expect((await send(requests[0]!, parts.get(2))).status).toBe(403);
    clock.pass(3_700_000);
    const rest = new Map([...parts].filter(([number]) => number !== 1));
    for (const { status, body } of await uploadParts(uploadId, rest)) expect(status, body).toBe(200);
    expect((await complete(uploadId)).result.status).toBe(200);
    await setFaults(cloud.sandbox, []);
    expect(await stored()).toEqual(whole);
  });

  it('lists more parts than a page has', { timeout: 120_000 }, async () => {
    const uploadId = await initiate();
    const numbers = Array.from({ length: 1050 }, (_, index) => index + 1);
    const bytes = randomBytes(PART_BYTES);
    for (let at = 0; at < numbers.length; at += 100) {
      const some = new Map(numbers.slice(at, at + 100).map((number) => [number, bytes]));
      for (const { status } of await uploadParts(uploadId, some)) expect(status).toBe(200);
    }
    const page = await one({ operation: 'ListParts', key, uploadId, partNumberMarker: 1000 });
    const listed = (await send(page)).body;
    expect([...listed.matchAll(/<PartNumber>(\d+)</g)]).toHaveLength(50);
    expect((await complete(uploadId)).result.status).toBe(200);
    const head = await aliOss(cloud.sandbox).head(key);
    expect((head.res.headers as Record<string, string>)['content-length']).toBe(String(1050 * PART_BYTES));
  });

  it('ends by Abort, and Complete then tells what OSS says', async () => {
    const uploadId = await initiate();
    await uploadParts(uploadId, parts);
    expect((await send(await one({ operation: 'AbortMultipartUpload', key, uploadId }))).status).toBe(204);
    const { result } = await complete(uploadId);
    expect(result).toMatchObject({ operation: 'ListParts', status: 404 });
    expect(result.body).toContain('<Code>NoSuchUpload</Code>');
  });

  it('passes on that the key is taken', async () => {
    await aliOss(cloud.sandbox).put(key, Buffer.from('first'));
    const uploadId = await initiate();
    await uploadParts(uploadId, parts);
    const { result } = await complete(uploadId, { 'x-oss-forbid-overwrite': 'true' });
    expect([result.operation, result.status]).toEqual(['CompleteMultipartUpload', 409]);
    expect(result.body).toContain('<Code>FileAlreadyExists</Code>');
    expect((await stored()).toString()).toBe('first');
  });

  it('is not completed without parts', async () => {
    const uploadId = await initiate();
    expect(await refused({ operation: 'CompleteMultipartUpload', key, uploadId })).toEqual([
      400,
      'InvalidArgument',
      'This upload has no parts yet.',
    ]);
  });

  it.each(['drop', 'lose-answer', 'reset'])('says that OSS gave no answer to Complete: %s', async (fault) => {
    const uploadId = await initiate();
    await uploadParts(uploadId, parts);
    await setFaults(cloud.sandbox, [{ operation: 'CompleteMultipartUpload', fault, count: 1 }]);
    expect(await refused({ operation: 'CompleteMultipartUpload', key, uploadId })).toEqual([
      502,
      'OssError',
      'OSS cannot be reached: the connection was cut.',
    ]);
    const after = (await complete(uploadId)).result;
    expect(after.status).toBe(fault === 'lose-answer' ? 404 : 200);
    expect(await stored()).toEqual(whole);
  });

  it('is not completed of half a list', async () => {
    const uploadId = await initiate();
    await uploadParts(uploadId, parts);
    await setFaults(cloud.sandbox, [
      { operation: 'ListParts', fault: 'truncate', afterBytes: 400, count: 1 },
    ]);
    expect((await refused({ operation: 'CompleteMultipartUpload', key, uploadId })).slice(0, 2)).toEqual([
      502,
      'OssError',
    ]);
    const requests = await adminLines(cloud.sandbox, 'requests');
    expect(requests.some(({ operation }) => operation === 'CompleteMultipartUpload')).toBe(false);
  });
});

describe('a key outside the prefix', () => {
  it.each(['elsewhere/a.txt', 'uploads', 'uploads/', 'uploads2/a', 'Uploads/a'])('%s', async (outside) => {
    for (const request of [
      { operation: 'PutObject', sizeBytes: 1 },
      { operation: 'InitiateMultipartUpload', sizeBytes: 1 },
      { operation: 'UploadPart', uploadId: 'A', partNumbers: [1] },
      { operation: 'ListParts', uploadId: 'A' },
      { operation: 'AbortMultipartUpload', uploadId: 'A' },
      { operation: 'CompleteMultipartUpload', uploadId: 'A' },
    ]) {
      const [status, code] = await refused({ ...request, key: outside });
      expect([status, code]).toEqual([403, 'KeyNotAllowed']);
    }
    expect(await adminLines(cloud.sandbox, 'requests')).toEqual([]);
  });
});

describe('where OSS is told to call back', () => {
  it('signs the callback of the server with Put, and takes none from the client', async () => {
    await restart({ OSS_CALLBACK_URL: 'http://203.0.113.7/callback' });
    const { headers } = await one(put({ headers: { 'content-type': 'text/plain' } }));
    const decoded = JSON.parse(Buffer.from(headers['x-oss-callback']!, 'base64').toString()) as object;
    expect(decoded).toEqual({
      callbackUrl: 'http://203.0.113.7/callback',
      callbackBody:
        'filename=${object}&size=${size}&mimeType=${mimeType}&height=${imageInfo.height}&width=${imageInfo.width}',
      callbackBodyType: 'application/x-www-form-urlencoded',
    });
    const [status, code, message] = await refused(put({ headers: { 'x-oss-callback': 'e30=' } }));
    expect([status, code]).toEqual([400, 'InvalidArgument']);
    expect(message).toContain('x-oss-callback');
  });
});

describe('a request that is not one', () => {
  const JSON_TYPE = 'application/json';
  it.each([
    ['not JSON', '{', JSON_TYPE, 'The request cannot be read.'],
    ['a list', '[]', JSON_TYPE, 'The request must be a JSON object.'],
    [
      'a form',
      'operation=PutObject',
      'application/x-www-form-urlencoded',
      'The body must be JSON and come with Content-Type: application/json.',
    ],
    ['a book', `"${'x'.repeat(70_000)}"`, JSON_TYPE, 'The body of the request is too long.'],
  ])('is refused: %s', async (_what, body, type, message) => {
    const headers = { 'content-type': type };
    const response = await fetch(`${server.url}/sign_upload_url`, { method: 'POST', headers, body });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: { code: 'InvalidArgument', message } });
  });
});
