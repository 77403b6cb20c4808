import type OSS from 'ali-oss';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { adminLines, aliOss, openCloud, temporaryKeys, type TestCloud } from './cloud';
import { post, signedForm, type Form } from './post-form';
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

const SETTINGS = {
  'Content-Type': 'image/heic',
  'Cache-Control': 'max-age=60',
  'Content-Disposition': "attachment; filename*=UTF-8''a.heic",
  'x-oss-storage-class': 'IA',
  'x-oss-server-side-encryption': 'KMS',
  'x-oss-server-side-encryption-key-id': '9468da86',
  'x-oss-tagging': 'project=harbour%207',
  'x-oss-meta-by': 'lee',
};
const SHOWN = {
  'content-type': 'image/heic',
  'cache-control': 'max-age=60',
  'content-disposition': "attachment; filename*=UTF-8''a.heic",
  'x-oss-storage-class': 'IA',
  'x-oss-server-side-encryption': 'KMS',
  'x-oss-server-side-encryption-key-id': '9468da86',
  'x-oss-tagging-count': '1',
  'x-oss-meta-by': 'lee',
};
const LINE = {
  tags: { project: 'harbour 7' },
  acl: 'public-read',
  storageClass: 'IA',
  encryption: 'KMS',
  metadata: { by: 'lee' },
};
const ACL = { 'x-oss-object-acl': 'public-read' };

function formWith(fields: Readonly<Record<string, string>>): Form {
  const form = signedForm(cloud.sandbox, 'V4');
  Object.assign(form.fields, fields);
  return form;
}

const headersOf = async (key: string): Promise<unknown> => (await client.head(key)).res.headers;
const lines = () => adminLines(cloud.sandbox, 'objects');
const put = (headers: Record<string, string>): Promise<RawAnswer> =>
  send(signedBy(client, 'PUT', 'a', { headers, body: 'x' }));

describe('what an upload says its object is to be', () => {
  test('by Put: is kept, told by Head, and shown on the admin port; the ACL there alone', async () => {
    const { res } = await client.put('a', Buffer.from('x'), { headers: { ...SETTINGS, ...ACL } });
    expect(res.headers).toMatchObject({ 'x-oss-server-side-encryption': 'KMS' });
    expect(await headersOf('a')).toMatchObject(SHOWN);
    expect(await headersOf('a')).not.toHaveProperty('x-oss-object-acl');
    expect(await lines()).toMatchObject([LINE]);
  });

  test('by Initiate, with the ACL of Complete', async () => {
    const { uploadId } = await client.initMultipartUpload('a', { headers: SETTINGS });
    const { res } = await client.uploadPart('a', uploadId, 1, Buffer.from('part'), 0, 4);
    const etag = (res.headers as Record<string, string>)['etag'] ?? '';
    await client.completeMultipartUpload('a', uploadId, [{ number: 1, etag }], { headers: ACL });
    expect(await headersOf('a')).toMatchObject(SHOWN);
    expect(await lines()).toMatchObject([LINE]);
  });

  test('the ACL of Initiate is none: OSS documents it for Complete', async () => {
    const { uploadId } = await client.initMultipartUpload('a', { headers: ACL });
    const { res } = await client.uploadPart('a', uploadId, 1, Buffer.from('part'), 0, 4);
    const etag = (res.headers as Record<string, string>)['etag'] ?? '';
    await client.completeMultipartUpload('a', uploadId, [{ number: 1, etag }]);
    expect((await lines())[0]).not.toHaveProperty('acl');
  });

  test('by the fields of a form', async () => {
    expect((await post(cloud.sandbox, formWith({ ...SETTINGS, ...ACL }))).status).toBe(204);
    // The type of the part that holds the file goes before the field.
    expect(await headersOf('uploads/a.txt')).toMatchObject({ ...SHOWN, 'content-type': 'text/markdown' });
    expect(await lines()).toMatchObject([LINE]);
  });

  test.each([
    ['a storage class', { 'x-oss-storage-class': 'Cold' }, 'InvalidArgument'],
    ['an ACL', { 'x-oss-object-acl': 'public' }, 'InvalidArgument'],
    ['an encryption', { 'x-oss-server-side-encryption': 'AES128' }, 'InvalidEncryptionAlgorithmError'],
    [
      'a key without KMS',
      { 'x-oss-server-side-encryption': 'AES256', 'x-oss-server-side-encryption-key-id': 'k' },
      'InvalidArgument',
    ],
    ['a key without a method', { 'x-oss-server-side-encryption-key-id': 'k' }, 'InvalidArgument'],
  ] as const)('%s that OSS does not have is refused, and nothing is stored', async (_what, headers, code) => {
    expect(await put(headers)).toMatchObject({ status: 400, code });
    if (!('x-oss-object-acl' in headers))
      expect(await send(signedBy(client, 'POST', 'a', { subres: { uploads: '' }, headers }))).toMatchObject({
        status: 400,
        code,
      });
    expect(await post(cloud.sandbox, formWith(headers))).toMatchObject({
      status: 400,
      code,
    });
    expect(await lines()).toEqual([]);
  });
});

test('an ACL needs oss:PutObjectAcl: with Put, with Complete and in a form', async () => {
  const policy = (Action: string[]) => ({
    Version: '1',
    Statement: [{ Effect: 'Allow', Action, Resource: 'acs:oss:*:*:sandbox/*' }],
  });
  const sign = (Action: string[]) => temporaryKeys(cloud.sandbox, { policy: policy(Action) });
  const may = aliOss(cloud.sandbox, await sign(['oss:PutObject', 'oss:PutObjectAcl']));
  const mayNot = aliOss(cloud.sandbox, await sign(['oss:PutObject']));
  const complete = async (of: OSS): Promise<unknown> => {
    const { uploadId } = await mayNot.initMultipartUpload('b');
    const { res } = await mayNot.uploadPart('b', uploadId, 1, Buffer.from('part'), 0, 4);
    const etag = (res.headers as Record<string, string>)['etag'] ?? '';
    return of.completeMultipartUpload('b', uploadId, [{ number: 1, etag }], { headers: ACL });
  };
  await may.put('a', Buffer.from('x'), { headers: ACL });
  await complete(may);
  await expect(mayNot.put('a', Buffer.from('x'), { headers: ACL })).rejects.toMatchObject({
    code: 'AccessDenied',
  });
  await expect(complete(mayNot)).rejects.toMatchObject({ code: 'AccessDenied' });
  await mayNot.put('a', Buffer.from('x'));
  const keys = await sign(['oss:PutObject']);
  const form = signedForm(cloud.sandbox, 'V4', { keys });
  Object.assign(form.fields, ACL);
  expect(await post(cloud.sandbox, form)).toMatchObject({ status: 403, code: 'AccessDenied' });
});
