import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { adminLines, agent, aliOss, openCloud, setFaults, temporaryKeys, type TestCloud } from './cloud';
import { send, signedBy, type RawAnswer } from './raw-request';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await openCloud();
});
afterAll(async () => {
  expect(cloud.errors).toEqual([]);
  await cloud.stop();
});
beforeEach(async () => {
  await fetch(`${cloud.sandbox.admin}/reset`, { method: 'POST' });
});

const put = (key: string, body: Buffer | string = 'hello'): Promise<RawAnswer> =>
  send(signedBy(aliOss(cloud.sandbox), 'PUT', key, { body }));
const errorOf = async (doing: Promise<unknown>): Promise<string> => {
  try {
    await doing;
    return 'no error';
  } catch (error) {
    return (error as { code?: string }).code ?? 'no code';
  }
};
const keys = async () => (await adminLines(cloud.sandbox, 'objects')).map((line) => line['key']);
const log = async () =>
  (await adminLines(cloud.sandbox, 'requests')).map(({ key, status, bytes }) => [key, status, bytes]);

describe('faults', () => {
  test('delay waits, and lets the next rule act', async () => {
    const rules = [
      { operation: 'PutObject', fault: 'delay', ms: 120 },
      { operation: 'PutObject', fault: 'status', status: 500, count: 1 },
    ];
    await setFaults(cloud.sandbox, rules);
    const startedAt = Date.now();
    expect(await put('a')).toMatchObject({ status: 500, code: 'InternalError' });
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(115);
    expect(await keys()).toEqual([]);
    expect((await put('a')).status).toBe(200);
  });

  test('drop, reset and lose-answer end the connection; only lose-answer does the deed', async () => {
    const rules = [
      { operation: 'PutObject', fault: 'drop', count: 1 },
      { operation: 'PutObject', fault: 'reset', afterBytes: 3, count: 1 },
      { operation: 'PutObject', fault: 'lose-answer', count: 1 },
    ];
    await setFaults(cloud.sandbox, rules);
    for (const key of ['dropped', 'reset', 'lost']) expect(await errorOf(put(key))).toBe('ECONNRESET');
    expect(await keys()).toEqual(['lost']);
    expect(await log()).toEqual([
      ['dropped', null, 0],
      ['reset', null, 5],
      ['lost', null, 5],
    ]);
  });

  test('status and throttle answer as told, after the body was read', async () => {
    const rules = [
      { operation: 'PutObject', fault: 'status', status: 403, code: 'CallbackForbidden', count: 1 },
      { operation: '*', fault: 'throttle', count: 2 },
    ];
    await setFaults(cloud.sandbox, rules);
    expect(await put('a')).toMatchObject({ status: 403, code: 'CallbackForbidden' });
    expect(await put('a')).toMatchObject({ status: 503, code: 'ServiceUnavailable' });
    await expect(temporaryKeys(cloud.sandbox)).rejects.toMatchObject({ code: 'Throttling.User' });
    expect((await put('a')).status).toBe(200);
    expect((await log()).map(([, status, bytes]) => [status, bytes])).toEqual([
      [403, 5],
      [503, 5],
      [400, 0],
      [200, 5],
    ]);
  });

  test('wrong-crc stores what came and tells a wrong CRC', async () => {
    await setFaults(cloud.sandbox, [{ operation: 'PutObject', fault: 'wrong-crc', count: 1 }]);
    const told = (await put('a', '123456789')).headers['x-oss-hash-crc64ecma'];
    expect(told).toMatch(/^\d+$/);
    expect(told).not.toBe('11051210869376104954');
    expect((await adminLines(cloud.sandbox, 'objects'))[0]?.['crc64']).toBe('11051210869376104954');
  });

  test('truncate cuts a body after its bytes, and an answer without one inside its head', async () => {
    await put('a', '0123456789');
    await setFaults(cloud.sandbox, [{ operation: '*', fault: 'truncate', afterBytes: 4 }]);
    const { url, method, headers } = signedBy(aliOss(cloud.sandbox), 'GET', 'a');
    const { hostname, port, pathname } = new URL(url);
    const request = httpRequest({ hostname, port, path: pathname, method, headers, agent });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.headers['content-length']).toBe('10');
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    await expect(once(response, 'end')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(text).toBe('0123');
    expect(await errorOf(put('b'))).not.toBe('no error');
    expect(await keys()).toEqual(['a', 'b']);
  });

  test('stall reads so far, then is silent with the socket open', async () => {
    await setFaults(cloud.sandbox, [{ operation: 'PutObject', fault: 'stall', afterBytes: 3, count: 1 }]);
    const { url, method, headers } = signedBy(aliOss(cloud.sandbox), 'PUT', 'a');
    const { hostname, port, pathname } = new URL(url);
    const request = httpRequest({
      hostname,
      port,
      path: pathname,
      method,
      headers: { ...headers, 'Content-Length': '5' },
      agent,
    });
    let answered = false;
    request.on('response', () => (answered = true)).on('error', () => undefined);
    request.end('hello');
    // Others are served meanwhile, and the stalled request is still in flight behind them.
    expect((await put('b')).status).toBe(200);
    expect(answered).toBe(false);
    expect(await log()).toEqual([['b', 200, 5]]);
    request.destroy();
    await expect.poll(log).toEqual([
      ['b', 200, 5],
      ['a', null, 5],
    ]);
    expect(await keys()).toEqual(['b']);
  });

  test('expire-token ends the token of the request for good', async () => {
    const one = await temporaryKeys(cloud.sandbox);
    const other = await temporaryKeys(cloud.sandbox);
    await setFaults(cloud.sandbox, [{ operation: 'PutObject', fault: 'expire-token', count: 1 }]);
    const as = (who: typeof one) => errorOf(aliOss(cloud.sandbox, who).put('a', Buffer.from('x')));
    expect(await as(one)).toBe('SecurityTokenExpired');
    expect(await as(one)).toBe('SecurityTokenExpired');
    expect(await as(other)).toBe('no error');
  });

  test('show what is left, and are gone with a reset', async () => {
    await setFaults(cloud.sandbox, [{ operation: 'PutObject', fault: 'throttle', skip: 1, count: 3 }]);
    const left = async () => (await fetch(`${cloud.sandbox.admin}/faults`)).json() as Promise<unknown>;
    await put('a');
    await put('a');
    expect(await left()).toEqual([{ operation: 'PutObject', fault: 'throttle', skip: 0, count: 2 }]);
    await fetch(`${cloud.sandbox.admin}/reset`, { method: 'POST' });
    expect([await left(), await keys(), await log()]).toEqual([[], [], []]);
  });

  test('that are wrong get a sentence, and leave the standing rules alone', async () => {
    await setFaults(cloud.sandbox, [{ operation: 'PutObject', fault: 'throttle' }]);
    const answer = await setFaults(cloud.sandbox, [{ operation: 'PutObject', fault: 'burn' }]);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(/^Rule 1: "fault" must be one of [^\n]+\.\n$/);
    expect((await put('a')).status).toBe(503);
  });
});

describe('the request log', () => {
  test('tells who asked for what, and how it ended', async () => {
    const client = aliOss(cloud.sandbox);
    const { uploadId } = await client.initMultipartUpload('big');
    await send(signedBy(client, 'PUT', 'big', { subres: { partNumber: 3, uploadId }, body: 'part' }));
    const lines = await adminLines(cloud.sandbox, 'requests');
    const { accessKeyId } = cloud.sandbox;
    expect(lines[1]).toEqual({
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      operation: 'UploadPart',
      key: 'big',
      partNumber: 3,
      uploadId,
      status: 200,
      bytes: 4,
      accessKeyId,
    });
    expect(lines[0]).toMatchObject({
      operation: 'InitiateMultipartUpload',
      partNumber: null,
      uploadId: null,
    });
  });
});

test('the admin port names what it answers', async () => {
  const answer = await fetch(`${cloud.sandbox.admin}/nothing`);
  expect(answer.status).toBe(404);
  expect(await answer.text()).toContain('GET /objects');
});
