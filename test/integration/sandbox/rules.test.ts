import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type OSS from 'ali-oss';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { adminLines, agent, aliOss, openCloud, type TestCloud } from './cloud';
import { send, signedBy, type RawAnswer } from './raw-request';

let cloud: TestCloud;
let client: OSS;
beforeAll(async () => {
  cloud = await openCloud();
  client = aliOss(cloud.sandbox);
});
afterAll(async () => {
  expect(cloud.errors).toEqual([]);
  await cloud.stop();
});
beforeEach(async () => {
  await fetch(`${cloud.sandbox.admin}/reset`, { method: 'POST' });
});

type Extra = Parameters<typeof signedBy>[3];
const ask = (method: string, key: string, extra: Extra = {}): Promise<RawAnswer> =>
  send(signedBy(client, method, key, extra));
const FORBID = { 'x-oss-forbid-overwrite': 'true' };
const md5 = (body: string | Buffer) => createHash('md5').update(body).digest('base64');

describe('x-oss-forbid-overwrite', () => {
  test('refuses Put, Initiate and Complete where the object is there', async () => {
    const initiated = await initiate('a');
    const part = await ask('PUT', 'a', {
      subres: { partNumber: 1, uploadId: initiated },
      body: 'part',
      headers: FORBID,
    });
    expect(part.status).toBe(200);
    expect((await ask('PUT', 'a', { body: '1', headers: FORBID })).status).toBe(200);
    const refusals = [
      await ask('PUT', 'a', { body: '2', headers: FORBID }),
      await ask('POST', 'a', { subres: { uploads: '' }, headers: FORBID }),
      await complete('a', initiated, [[1, String(part.headers.etag)]], FORBID),
    ];
    for (const refusal of refusals) expect(refusal).toMatchObject({ status: 409, code: 'FileAlreadyExists' });
    expect((await ask('GET', 'a')).text).toBe('1');
    expect(
      (await ask('PUT', 'a', { body: '3', headers: { 'x-oss-forbid-overwrite': 'false' } })).status,
    ).toBe(200);
    expect(
      await ask('PUT', 'a', { body: '4', headers: { 'x-oss-forbid-overwrite': 'maybe' } }),
    ).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
    });
  });

  test('has exactly one winner when many clients race', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        ask('PUT', 'race', { body: randomBytes(300_000 + index), headers: FORBID }),
      ),
    );
    expect(answers.filter((answer) => answer.status === 200).length).toBe(1);
    expect(answers.filter((answer) => answer.code === 'FileAlreadyExists').length).toBe(11);
  });
});

describe('bodies', () => {
  test('Content-MD5 is compared, and must be one', async () => {
    expect((await ask('PUT', 'a', { body: 'x', headers: { 'Content-MD5': md5('x') } })).status).toBe(200);
    const wrong = await ask('PUT', 'b', { body: 'x', headers: { 'Content-MD5': md5('y') } });
    const malformed = await ask('PUT', 'b', { body: 'x', headers: { 'Content-MD5': 'eHl6' } });
    expect(wrong).toMatchObject({ status: 400, code: 'InvalidDigest' });
    expect(malformed).toMatchObject({ status: 400, code: 'InvalidDigest' });
    expect(malformed.headers['x-oss-ec']).toBe('0017-00000502');
    expect((await adminLines(cloud.sandbox, 'objects')).map((line) => line['key'])).toEqual(['a']);
  });

  test('need a length, and at most 5 GB of it', async () => {
    const request = signedBy(client, 'PUT', 'a');
    const answer = await send({
      ...request,
      headers: { ...request.headers, 'Content-Length': String(5 * 1024 ** 3 + 1), Connection: 'close' },
    });
    expect(answer).toMatchObject({ status: 400, code: 'EntityTooLarge' });
  });

  test('that end early leave nothing behind', async () => {
    const { url, headers } = signedBy(client, 'PUT', 'half');
    const { hostname, port, pathname } = new URL(url);
    const closed = new Promise((resolve) => {
      const request = httpRequest({
        hostname,
        port,
        path: pathname,
        method: 'PUT',
        headers: { ...headers, 'Content-Length': '4000000' },
        agent,
      });
      request.on('error', resolve).on('close', resolve);
      request.write(randomBytes(3_000_000), () => request.destroy());
    });
    await closed;
    await expect
      .poll(async () =>
        (await adminLines(cloud.sandbox, 'requests')).map(({ key, status }) => ({ key, status })),
      )
      .toEqual([{ key: 'half', status: null }]);
    expect(await adminLines(cloud.sandbox, 'objects')).toEqual([]);
  });

  test('CRC-64 is told on Put, Head and Get, and is that of the bytes', async () => {
    const answer = await ask('PUT', 'a', { body: '123456789' });
    expect(answer.headers['x-oss-hash-crc64ecma']).toBe('11051210869376104954');
    for (const method of ['HEAD', 'GET']) {
      expect((await ask(method, 'a')).headers['x-oss-hash-crc64ecma']).toBe('11051210869376104954');
    }
    const objects = await adminLines(cloud.sandbox, 'objects');
    expect(objects).toEqual([
      {
        bucket: 'sandbox',
        key: 'a',
        size: 9,
        crc64: '11051210869376104954',
        etag: '25F9E794323B453885F5181F1B624D0B',
      },
    ]);
  });

  test('keep metadata in any script, and their tags', async () => {
    const headers = {
      'x-oss-meta-name': '中文 é',
      'x-oss-tagging': 'a=1&b=c%2Fd',
      'Cache-Control': 'no-store',
    };
    expect((await ask('PUT', 'a', { body: 'x', headers })).status).toBe(200);
    const head = await ask('HEAD', 'a');
    expect(Buffer.from(String(head.headers['x-oss-meta-name']), 'latin1').toString()).toBe('中文 é');
    expect(head.headers).toMatchObject({ 'cache-control': 'no-store', 'x-oss-tagging-count': '2' });
    const tagged = client as OSS & { getObjectTagging(key: string): Promise<{ tag: object }> };
    expect((await tagged.getObjectTagging('a')).tag).toEqual({ a: '1', b: 'c/d' });
  });
});

describe('ranges', () => {
  const range = async (value: string, standard = true) => {
    const headers = { Range: value, ...(standard ? { 'x-oss-range-behavior': 'standard' } : {}) };
    const { status, text, headers: got } = await ask('GET', 'digits', { headers });
    return [status, status === 416 ? null : text, got['content-range'] ?? null];
  };
  beforeEach(async () => {
    await ask('PUT', 'digits', { body: '0123456789' });
  });

  test('inside the object are answered with 206', async () => {
    expect(await range('bytes=0-3')).toEqual([206, '0123', 'bytes 0-3/10']);
    expect(await range('bytes=4-')).toEqual([206, '456789', 'bytes 4-9/10']);
    expect(await range('bytes=-2', false)).toEqual([206, '89', 'bytes 8-9/10']);
  });

  test('outside are answered with all of it, or in the standard way with what there is or 416', async () => {
    expect(await range('bytes=8-20', false)).toEqual([200, '0123456789', null]);
    expect(await range('bytes=8-20')).toEqual([206, '89', 'bytes 8-9/10']);
    expect(await range('bytes=10-', false)).toEqual([200, '0123456789', null]);
    expect(await range('bytes=10-')).toEqual([416, null, null]);
    expect(await range('byte=0-3')).toEqual([200, '0123456789', null]);
  });

  test('reach over the parts of a multipart object', async () => {
    const bytes = randomBytes(250_000);
    const uploadId = await initiate('parts');
    const first = await part('parts', uploadId, 1, bytes.subarray(0, 120_000));
    const second = await part('parts', uploadId, 2, bytes.subarray(120_000));
    await complete('parts', uploadId, [first, second]);
    const got = await client.get('parts', { headers: { Range: 'bytes=119990-120009' } });
    expect(Buffer.compare(got.content as Buffer, bytes.subarray(119_990, 120_010))).toBe(0);
  });
});

describe('multipart uploads', () => {
  test('refuse small parts at Complete alone, the last exempt', async () => {
    const uploadId = await initiate('a');
    const small = await part('a', uploadId, 1, randomBytes(102_399));
    const last = await part('a', uploadId, 2, randomBytes(1));
    expect(await complete('a', uploadId, [small, last])).toMatchObject({
      status: 400,
      code: 'EntityTooSmall',
    });
    const enough = await part('a', uploadId, 1, randomBytes(102_400));
    expect((await complete('a', uploadId, [enough, last])).status).toBe(200);
  });

  test('refuse wrong order, unknown parts, wrong ETags, bad XML and bad numbers', async () => {
    const uploadId = await initiate('a');
    const one = await part('a', uploadId, 1, randomBytes(102_400));
    const five = await part('a', uploadId, 5, randomBytes(10));
    const refused = async (parts: Part[]) => (await complete('a', uploadId, parts)).code;
    expect(await refused([five, one])).toBe('InvalidPartOrder');
    expect(await refused([one, one])).toBe('InvalidPartOrder');
    expect(await refused([one, [2, five[1]]])).toBe('InvalidPart');
    expect(await refused([[1, five[1]]])).toBe('InvalidPart');
    expect(await refused([])).toBe('MalformedXML');
    for (const partNumber of [0, 10_001, 'x']) {
      const answer = await ask('PUT', 'a', { subres: { partNumber, uploadId }, body: 'x' });
      expect(answer).toMatchObject({ status: 400, code: 'InvalidArgument' });
      expect(answer.text).toContain('Part number must be an integer between 1 and 10000, inclusive.');
    }
    expect((await complete('a', uploadId, [one, five])).status).toBe(200);
  });

  test('are gone once completed or aborted, and never answer to another key', async () => {
    const done = await initiate('a');
    const only = await part('a', done, 1, Buffer.from('x'));
    const noSuch = { status: 404, code: 'NoSuchUpload' };
    expect(await ask('PUT', 'b', { subres: { partNumber: 1, uploadId: done }, body: 'x' })).toMatchObject(
      noSuch,
    );
    expect((await complete('a', done, [only])).status).toBe(200);
    expect(await complete('a', done, [only])).toMatchObject(noSuch);
    const aborted = await initiate('a');
    expect((await ask('DELETE', 'a', { subres: { uploadId: aborted } })).status).toBe(204);
    expect(await ask('DELETE', 'a', { subres: { uploadId: aborted } })).toMatchObject(noSuch);
    expect(await ask('GET', 'a', { subres: { uploadId: aborted } })).toMatchObject(noSuch);
    expect(await adminLines(cloud.sandbox, 'uploads')).toEqual([]);
  });

  test('give the CRC of the whole, and an ETag that is not its MD5', async () => {
    const bytes = randomBytes(300_000);
    const single = await ask('PUT', 'single', { body: bytes });
    const uploadId = await initiate('a');
    const parts = [
      await part('a', uploadId, 3, bytes.subarray(0, 150_000)),
      await part('a', uploadId, 7, bytes.subarray(150_000, 260_000)),
      await part('a', uploadId, 8, bytes.subarray(260_000)),
    ];
    const answer = await complete('a', uploadId, parts);
    expect(answer.headers['x-oss-hash-crc64ecma']).toBe(single.headers['x-oss-hash-crc64ecma']);
    expect(answer.text).toMatch(/<ETag>&quot;[0-9A-F]{32}-3&quot;<\/ETag>/);
    expect(answer.text).not.toContain(String(single.headers.etag).slice(1, -1));
    const listed = await adminLines(cloud.sandbox, 'objects');
    expect(listed.map((line) => [line['key'], line['size']])).toEqual([
      ['a', 300_000],
      ['single', 300_000],
    ]);
  });

  test('list their parts page by page', async () => {
    const uploadId = await initiate('a');
    for (const number of [9, 2, 5]) await part('a', uploadId, number, Buffer.from(String(number)));
    const page = (query: object) =>
      client.listParts('a', uploadId, query as OSS.ListPartsQuery, {}) as unknown as Promise<{
        parts: { PartNumber: string; HashCrc64ecma: string }[];
        isTruncated: string;
        nextPartNumberMarker: string;
      }>;
    const first = await page({ 'max-parts': 2 });
    expect(first.parts.map((item) => item.PartNumber)).toEqual(['2', '5']);
    expect(first).toMatchObject({ isTruncated: 'true', nextPartNumberMarker: '5' });
    const second = await page({ 'max-parts': 2, 'part-number-marker': 5 });
    expect([second.parts].flat().map((item) => item.PartNumber)).toEqual(['9']);
    expect(second.isTruncated).toBe('false');
  });

  test('are listed page by page', async () => {
    const ids = [await initiate('u/a'), await initiate('u/a'), await initiate('u/b'), await initiate('v')];
    const seen: string[] = [];
    let marker = {};
    for (;;) {
      const page = (await client.listUploads({ prefix: 'u/', 'max-uploads': 1, ...marker }, {})) as {
        uploads: { uploadId: string }[];
        isTruncated: boolean;
        nextKeyMarker: string;
        nextUploadIdMarker: string;
      };
      seen.push(...page.uploads.map((upload) => upload.uploadId));
      if (!page.isTruncated) break;
      marker = { 'key-marker': page.nextKeyMarker, 'upload-id-marker': page.nextUploadIdMarker };
    }
    expect(seen.sort()).toEqual(ids.slice(0, 3).sort());
  });
});

describe('listings', () => {
  test('are paged, folded and encoded', async () => {
    for (const key of ['a&<b>.txt', 'dir/1', 'dir/2', 'z 中']) await ask('PUT', key, { body: 'x' });
    const names: string[] = [];
    let token: string | undefined;
    do {
      const page = await client.listV2(
        {
          'max-keys': '1',
          delimiter: '/',
          'encoding-type': 'url',
          ...(token ? { 'continuation-token': token } : {}),
        },
        {},
      );
      names.push(
        ...page.objects.map((object) => object.name),
        ...(Array.isArray(page.prefixes) ? page.prefixes : []),
      );
      token = (page as unknown as { nextContinuationToken?: string }).nextContinuationToken;
    } while (token);
    expect(names.map(decodeURIComponent)).toEqual(['a&<b>.txt', 'dir/', 'z 中']);
    const older = await client.list({ 'max-keys': 100, 'start-after': 'b' } as never, {});
    expect(older.objects.map((object) => object.name)).toEqual(['a&<b>.txt', 'dir/1', 'dir/2', 'z 中']);
    const behind = await client.listV2({ 'start-after': 'dir/1', 'max-keys': '9' }, {});
    expect(behind.objects.map((object) => object.name)).toEqual(['dir/2', 'z 中']);
  });

  test('refuse a count that is none', async () => {
    const answer = await ask('GET', '', { subres: { 'list-type': 2, 'max-keys': 'many' } });
    expect(answer).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });
});

test('errors carry what OSS tells, on HEAD in a header', async () => {
  const head = await ask('HEAD', 'nothing');
  expect(head).toMatchObject({ status: 404, code: 'NoSuchKey', text: '' });
  const get = await ask('GET', 'nothing');
  const requestId = String(get.headers['x-oss-request-id']);
  expect(get.text).toContain(`<RequestId>${requestId}</RequestId>`);
  expect(get.text).toContain('<HostId>sandbox.oss-cn-hangzhou.localhost</HostId>');
  expect(get.text).toContain(`<EC>${String(get.headers['x-oss-ec'])}</EC>`);
  expect(get.headers).toMatchObject({ server: 'AliyunOSS', 'content-type': 'application/xml' });
  expect((await ask('PUT', 'a', { subres: { acl: '' }, body: '' })).code).toBe('NotImplemented');
});

type Part = readonly [number: number, etag: string];

async function initiate(key: string): Promise<string> {
  const answer = await ask('POST', key, { subres: { uploads: '' } });
  return /<UploadId>([0-9A-F]{32})</.exec(answer.text)?.[1] ?? '';
}

async function part(key: string, uploadId: string, partNumber: number, body: Buffer): Promise<Part> {
  const answer = await ask('PUT', key, { subres: { partNumber, uploadId }, body });
  return [partNumber, String(answer.headers.etag)];
}

function complete(
  key: string,
  uploadId: string,
  parts: readonly Part[],
  headers: Record<string, string> = {},
) {
  const list = parts.map(
    ([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`,
  );
  const body = `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`;
  return ask('POST', key, { subres: { uploadId }, body, headers });
}
