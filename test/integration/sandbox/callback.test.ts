import { createVerify, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateSync, crc32 } from 'node:zlib';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type OSS from 'ali-oss';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSandbox } from '../../../src/sandbox/start-sandbox';
import { adminLines, aliOss, openCloud, type TestCloud } from './cloud';
import { post, signedForm } from './post-form';
import { send, signedBy, type RawAnswer } from './raw-request';

/** What an application server heard. */
interface Heard {
  readonly method: string;
  readonly target: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

let cloud: TestCloud;
let client: OSS;
let server: http.Server;
let origin: string;
let heard: Heard[] = [];
let answer: (response: http.ServerResponse) => void;

const says = (status: number, body: string) => (response: http.ServerResponse) => {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
};

async function hear(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = '', url: target = '', headers } = request;
  heard.push({ method, target, headers, body: Buffer.concat(chunks).toString() });
  answer(response);
}

beforeAll(async () => {
  cloud = await openCloud();
  client = aliOss(cloud.sandbox);
  server = http.createServer((request, response) => void hear(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  expect(cloud.errors).toEqual([]);
  server.close();
  server.closeAllConnections();
  await cloud.stop();
});
beforeEach(async () => {
  heard = [];
  answer = says(200, '{"Status":"OK"}');
  await fetch(`${cloud.sandbox.admin}/reset`, { method: 'POST' });
});

/** The check that Alibaba's documents tell an application server to make. */
async function isFromOss({ headers, target, body }: Heard): Promise<boolean> {
  const keyUrl = Buffer.from(String(headers['x-oss-pub-key-url']), 'base64').toString();
  expect(keyUrl.startsWith(`${cloud.sandbox.admin}/`)).toBe(true);
  const key = await (await fetch(keyUrl)).text();
  const [path = '', ...query] = target.split('?');
  const text = `${decodeURIComponent(path)}${query.length > 0 ? `?${query.join('?')}` : ''}\n${body}`;
  return createVerify('RSA-MD5').update(text).verify(key, String(headers.authorization), 'base64');
}

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64');
const asked = (callback: object): Record<string, string> => ({ 'x-oss-callback': base64(callback) });
const putRaw = (
  headers: Record<string, string>,
  body: Buffer | string = 'x',
  key = 'a',
): Promise<RawAnswer> => send(signedBy(client, 'PUT', key, { body, headers }));

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** A real PNG, white, written without any help of the sandbox's. */
function png(width: number, height: number): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.writeUInt8(8, 8);
  const rows = Buffer.alloc((width + 1) * height, 255);
  for (let row = 0; row < height; row += 1) rows[row * (width + 1)] = 0;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const ALL =
  'bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&mimeType=${mimeType}&crc64=${crc64}' +
  '&format=${imageInfo.format}&height=${imageInfo.height}&width=${imageInfo.width}&who=${x:who}&none=${x:none}';

describe('a callback', () => {
  test('of a Put by ali-oss tells all there is, is signed, and its answer is passed on', async () => {
    const body = png(37, 21);
    const result = (await client.put('pictures/ä b.png', body, {
      mime: 'image/png',
      callback: { url: `${origin}/said é?a=1&b=%2F`, body: ALL, customValue: { who: 'me & you' } },
    })) as unknown as {
      data: unknown;
      res: { status: number; headers: Record<string, string> };
    };
    expect(result.res.status).toBe(200);
    expect(result.data).toEqual({ Status: 'OK' });
    const [object] = await adminLines(cloud.sandbox, 'objects');
    expect(result.res.headers['x-oss-hash-crc64ecma']).toBe(object?.['crc64']);
    const [call] = heard;
    expect(call).toMatchObject({ method: 'POST', target: '/said%20%C3%A9?a=1&b=%252F' });
    expect(call?.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      'x-oss-bucket': 'sandbox',
      'x-oss-request-id': result.res.headers['x-oss-request-id'],
    });
    expect(call?.body).toContain('object=pictures%2F%C3%A4%20b.png&');
    expect(Object.fromEntries(new URLSearchParams(call?.body))).toEqual({
      bucket: 'sandbox',
      object: 'pictures/ä b.png',
      etag: object?.['etag'],
      size: String(body.length),
      mimeType: 'image/png',
      crc64: object?.['crc64'],
      format: 'png',
      height: '21',
      width: '37',
      who: 'me & you',
      none: '',
    });
    expect(await isFromOss(call!)).toBe(true);
    expect(await isFromOss({ ...call!, body: `${call!.body}&more=1` })).toBe(false);
  });

  test('of a multipart upload by ali-oss comes once, after Complete', async () => {
    const path = join(cloud.folder, 'big.bin');
    await writeFile(path, randomBytes(500_000));
    const result = (await client.multipartUpload('big', path, {
      partSize: 200 << 10,
      callback: {
        url: `${origin}/done`,
        body: 'key=${object}&size=${size}&width=${imageInfo.width}&op=${operation}',
      },
    })) as unknown as { data: unknown };
    expect(result.data).toEqual({ Status: 'OK' });
    expect(heard.map((call) => call.body)).toEqual(['key=big&size=500000&width=&op=CompleteMultipartUpload']);
    expect(await isFromOss(heard[0]!)).toBe(true);
  });

  test('may stand in a signed URL', async () => {
    const url = aliOss(cloud.sandbox, { authorizationV4: false }).signatureUrl('a', {
      method: 'PUT',
      callback: { url: `${origin}/url`, body: 'w=${x:who}', customValue: { who: 'me' } },
    });
    const reply = await send({ url, method: 'PUT', headers: {}, body: 'x' });
    expect({ status: reply.status, text: reply.text }).toEqual({ status: 200, text: '{"Status":"OK"}' });
    expect(heard.map((call) => call.body)).toEqual(['w=me']);
  });

  test.each(['V1', 'V4'] as const)('of a form, %s, takes its variables from fields', async (version) => {
    const form = signedForm(cloud.sandbox, version);
    form.fields['callback'] = base64({ callbackUrl: `${origin}/form`, callbackBody: '${object}=${x:who}' });
    form.fields['x:who'] = 'me';
    const reply = await post(cloud.sandbox, form);
    expect({ status: reply.status, text: reply.text }).toEqual({ status: 200, text: '{"Status":"OK"}' });
    expect(heard.map((call) => call.body)).toEqual(['uploads%2Fa.txt=me']);
    expect(await isFromOss(heard[0]!)).toBe(true);
  });

  test('in JSON has its variables as JSON values', async () => {
    const callbackBody = '{"key":${object},"size":${size},"who":${x:who},"height":${imageInfo.height}}';
    const headers = asked({ callbackUrl: origin, callbackBody, callbackBodyType: 'application/json' });
    const variables = { 'x-oss-callback-var': base64({ 'x:who': 'say "hi"' }) };
    expect((await putRaw({ ...headers, ...variables }, png(5, 6), 'a"b')).status).toBe(200);
    expect(heard[0]?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(heard[0]?.body ?? '')).toEqual({
      key: 'a"b',
      size: png(5, 6).length,
      who: 'say "hi"',
      height: 6,
    });
  });

  test('names its host, and goes on to the next URL until one answers', async () => {
    const dead = 'http://127.0.0.1:1/';
    const headers = asked({
      callbackUrl: `${dead};${origin}/a;${origin}/b`,
      callbackHost: 'app.example.test',
      callbackBody: 'a',
    });
    expect((await putRaw(headers)).text).toBe('{"Status":"OK"}');
    expect(heard.map((call) => [call.target, call.headers.host])).toEqual([['/a', 'app.example.test']]);
  });
});

describe('a callback that fails', () => {
  const stored = async () => (await adminLines(cloud.sandbox, 'objects')).map((line) => line['key']);

  test.each<[string, () => (response: http.ServerResponse) => void, string]>([
    ['with an error', () => says(500, '{}'), 'Error status : 500.'],
    ['with a redirect', () => says(302, '{}'), 'Error status : 302.'],
    ['with no JSON', () => says(200, 'OK'), 'Response body is not valid json format.'],
    ['with nothing', () => says(200, ''), 'Response body is not valid json format.'],
    ['by hanging up', () => (response) => response.destroy(), 'OSS can not connect to your callbackUrl'],
  ])('%s is told as 203 CallbackFailed, and the object stays', async (_how, how, sentence) => {
    answer = how();
    const reply = await putRaw(asked({ callbackUrl: origin, callbackBody: 'a' }));
    expect({ status: reply.status, code: reply.code }).toEqual({ status: 203, code: 'CallbackFailed' });
    expect(reply.text).toContain(sentence);
    expect(reply.headers['x-oss-hash-crc64ecma']).toBe(
      (await adminLines(cloud.sandbox, 'objects'))[0]?.['crc64'],
    );
    expect(await stored()).toEqual(['a']);
  });

  test('is an error for ali-oss, by its code', async () => {
    answer = says(400, '{}');
    const callback = { url: origin, body: 'a' };
    await expect(client.put('a', Buffer.from('x'), { callback })).rejects.toMatchObject({
      status: 203,
      code: 'CallbackFailed',
    });
    expect(await stored()).toEqual(['a']);
  });

  test('by saying nothing for five seconds', async () => {
    answer = () => undefined;
    const begunAt = Date.now();
    const reply = await putRaw(asked({ callbackUrl: origin, callbackBody: 'a' }));
    expect(reply).toMatchObject({ status: 203, code: 'CallbackFailed' });
    expect(reply.text).toContain('Cost too long time.');
    expect(Date.now() - begunAt).toBeGreaterThanOrEqual(4_900);
  });

  test.each<[string, string, string | undefined]>([
    ['is not Base64', 'x123-*&', '0007-00000002'],
    ['is not JSON', Buffer.from('url').toString('base64'), '0007-00000002'],
    [
      'has six URLs',
      base64({ callbackUrl: 'http://a;http://b;http://c;http://d;http://e;http://f', callbackBody: 'a' }),
      '0007-00000005',
    ],
    ['has no body', base64({ callbackUrl: 'http://a/', callbackBody: '' }), '0007-00000011'],
    ['has a URL that is none', base64({ callbackUrl: 'ftp://a/', callbackBody: 'a' }), undefined],
    [
      'has a type that is none',
      base64({ callbackUrl: 'http://a/', callbackBody: 'a', callbackBodyType: 'text/xml' }),
      undefined,
    ],
  ])('before it begins, since it %s, stores nothing', async (_what, callback, ec) => {
    const reply = await putRaw({ 'x-oss-callback': callback });
    expect(reply).toMatchObject({ status: 400, code: 'InvalidArgument' });
    expect(reply.headers['x-oss-ec']).toBe(ec);
    expect(await stored()).toEqual([]);
    const form = signedForm(cloud.sandbox, 'V1');
    form.fields['callback'] = callback;
    expect(await post(cloud.sandbox, form)).toMatchObject({ status: 400, code: 'InvalidArgument' });
    expect(await stored()).toEqual([]);
  });
});

describe('the key of callbacks', () => {
  let second: TestCloud | undefined;
  afterEach(async () => second?.stop());

  test('is the same after a restart', async () => {
    second = await openCloud();
    const pem = async (admin: string) => (await fetch(`${admin}/callback_pub_key_v1.pem`)).text();
    const before = await pem(second.sandbox.admin);
    expect(before).toContain('BEGIN PUBLIC KEY');
    await second.sandbox.close();
    const again = await startSandbox({ dataFolder: second.folder });
    expect(await pem(again.admin)).toBe(before);
    await again.close();
  });
});
