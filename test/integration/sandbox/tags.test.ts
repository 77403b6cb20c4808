import type OSS from 'ali-oss';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { adminLines, aliOss, openCloud, temporaryKeys, type TestCloud } from './cloud';
import { send, signedBy, type RawAnswer } from './raw-request';

/** What ali-oss has and its types leave out. */
type TaggingOss = OSS & {
  getObjectTagging(key: string): Promise<{ tag: Record<string, string> }>;
  putObjectTagging(key: string, tags: Record<string, string>): Promise<{ status: number }>;
};
const taggingOss = (keys: object = {}): TaggingOss => aliOss(cloud.sandbox, keys) as TaggingOss;

let cloud: TestCloud;
let client: TaggingOss;
beforeAll(async () => {
  cloud = await openCloud();
  client = taggingOss();
});
afterAll(async () => {
  expect(cloud.errors).toEqual([]);
  await cloud.stop();
});
beforeEach(async () => {
  await fetch(`${cloud.sandbox.admin}/reset`, { method: 'POST' });
});

const tagged = (tagging: string) => ({ headers: { 'x-oss-tagging': tagging } });
const shownTags = async () => (await adminLines(cloud.sandbox, 'objects'))[0]?.['tags'];

describe('tags', () => {
  test('that came with Put are there for ali-oss, for Head and on the admin port', async () => {
    await client.put('a', Buffer.from('x'), tagged('faces=2&made%20by=a%2Fb%3D'));
    const { tag } = await client.getObjectTagging('a');
    expect(tag).toEqual({ faces: '2', 'made by': 'a/b=' });
    expect(await shownTags()).toEqual({ faces: '2', 'made by': 'a/b=' });
    const head = await client.head('a');
    expect(head.res.headers).toMatchObject({ 'x-oss-tagging-count': '2' });
    expect(head.res.headers).not.toHaveProperty('x-oss-tagging');
  });

  test('that came with Initiate belong to the completed object', async () => {
    const { uploadId } = await client.initMultipartUpload('a', tagged('faces=0'));
    const { res } = await client.uploadPart('a', uploadId, 1, Buffer.from('part'), 0, 4);
    const etag = (res.headers as Record<string, string>)['etag'] ?? '';
    await client.completeMultipartUpload('a', uploadId, [{ number: 1, etag }]);
    expect((await client.getObjectTagging('a')).tag).toEqual({ faces: '0' });
    expect(await shownTags()).toEqual({ faces: '0' });
  });

  test('are replaced by PutObjectTagging, and nothing else of the object is', async () => {
    await client.put('a', Buffer.from('x'), tagged('faces=2'));
    const before = (await client.head('a')).res.headers as Record<string, string>;
    expect((await client.putObjectTagging('a', { who: 'me & you'.replace('&', '+') })).status).toBe(200);
    expect((await client.getObjectTagging('a')).tag).toEqual({ who: 'me + you' });
    const after = (await client.head('a')).res.headers as Record<string, string>;
    for (const name of ['etag', 'last-modified', 'x-oss-hash-crc64ecma', 'content-type'])
      expect(after[name]).toBe(before[name]);
    expect(((await client.get('a')).content as Buffer).toString()).toBe('x');
    await client.putObjectTagging('a', {});
    expect(await shownTags()).toBeUndefined();
  });

  const put = (tagging: string): Promise<RawAnswer> =>
    send(signedBy(client, 'PUT', 'b', { body: 'x', ...tagged(tagging) }));

  test.each([
    ['eleven of them', Array.from({ length: 11 }, (_, index) => `k${index}=v`).join('&')],
    ['a key twice', 'a=1&a=2'],
    ['an empty key', '=1'],
    ['a key of 129 characters', `${'k'.repeat(129)}=1`],
    ['a value of 257 characters', `k=${'v'.repeat(257)}`],
    ['a character that is not allowed', 'k=%26'],
  ])('are refused: %s', async (_what, tagging) => {
    expect(await put(tagging)).toMatchObject({ status: 400, code: 'InvalidTag' });
    expect(
      await send(signedBy(client, 'POST', 'b', { subres: { uploads: '' }, ...tagged(tagging) })),
    ).toMatchObject({
      status: 400,
      code: 'InvalidTag',
    });
    expect(await adminLines(cloud.sandbox, 'objects')).toEqual([]);
  });

  test('are taken up to their limits', async () => {
    const most = Array.from({ length: 10 }, (_, index) => `${'k'.repeat(127)}${index}=${'v'.repeat(256)}`);
    expect((await put(most.join('&'))).status).toBe(200);
    expect(Object.keys((await client.getObjectTagging('b')).tag)).toHaveLength(10);
  });

  test('in a document that is none are refused', async () => {
    await client.put('a', Buffer.from('x'));
    for (const body of ['<Tagging/>', '<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>', 'x'])
      expect(await send(signedBy(client, 'PUT', 'a', { subres: { tagging: '' }, body }))).toMatchObject({
        status: 400,
        code: 'MalformedXML',
      });
    const none = signedBy(client, 'PUT', 'gone', {
      subres: { tagging: '' },
      body: '<Tagging><TagSet/></Tagging>',
    });
    expect(await send(none)).toMatchObject({ status: 404, code: 'NoSuchKey' });
  });
});

test('a session needs oss:PutObjectTagging to tag, on Put, on Initiate and afterwards', async () => {
  const policy = (Action: string[]) => ({
    Version: '1',
    Statement: [{ Effect: 'Allow', Action, Resource: 'acs:oss:*:*:sandbox/*' }],
  });
  const may = taggingOss(
    await temporaryKeys(cloud.sandbox, { policy: policy(['oss:PutObject', 'oss:PutObjectTagging']) }),
  );
  const mayNot = taggingOss(await temporaryKeys(cloud.sandbox, { policy: policy(['oss:PutObject']) }));
  const attempts = (of: TaggingOss) => [
    () => of.put('a', Buffer.from('x'), tagged('a=1')),
    () => of.initMultipartUpload('a', tagged('a=1')),
    () => of.putObjectTagging('a', { b: '2' }),
  ];
  for (const attempt of attempts(may)) await attempt();
  for (const attempt of attempts(mayNot))
    await expect(attempt()).rejects.toMatchObject({ code: 'AccessDenied' });
  await mayNot.put('a', Buffer.from('x'));
});
