/** Answers to uploads with a callback: 200 with the words of the called server, and 203 CallbackFailed. */
import { describe, expect, it } from 'vitest';
import type { ETag } from '../../../../src/shared/ids';
import { answerWith, contextOf } from '../scripted-server';
import {
  KEEP,
  key,
  server,
  store,
  uploadId,
  useProfile,
  useScriptedStore,
  wholeBody,
} from './scripted-store';

useScriptedStore();

const FAILED =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>CallbackFailed</Code>' +
  '<Message>Error status : 502.</Message><RequestId>R7</RequestId><EC>0007-00000203</EC></Error>';
const STORED = { ETag: '"ABC"', 'x-oss-hash-crc64ecma': '11051210869376104954' };
const PARTS = [{ partNumber: 1, sizeBytes: 1, etag: 'E1' as ETag, crc64: '1' as never }];
const callback = { url: 'http://127.0.0.1:1/done', body: 'key=${object}', variables: { 'x:by': 'lee' } };

const put = () => store.putObject(contextOf(), key('a'), wholeBody('hello world'), KEEP);
const complete = () => store.completeMultipartUpload(contextOf(), key('a'), uploadId, PARTS, KEEP);
const WAYS = [
  ['Put', put],
  ['Complete', complete],
] as const;

describe.each(WAYS)('%s with a callback', (_, send) => {
  it('asks for it in headers', async () => {
    useProfile({ callback });
    server.script(answerWith(200, STORED, '{"Status":"OK"}'));
    await send();
    const { 'x-oss-callback': asked, 'x-oss-callback-var': variables } = server.received[0]!.headers;
    const read = (text: unknown): unknown => JSON.parse(Buffer.from(String(text), 'base64').toString());
    expect(read(asked)).toEqual({ callbackUrl: callback.url, callbackBody: callback.body });
    expect(read(variables)).toEqual(callback.variables);
  });

  it('takes the receipt from the headers, where the body is what the called server said', async () => {
    server.script(answerWith(200, STORED, '{"Status":"OK"}'));
    expect(await send()).toMatchObject({
      ok: true,
      value: { crc64: '11051210869376104954', etag: 'ABC', callbackFault: null },
    });
  });

  it('203 is stored, with what OSS says of the callback', async () => {
    server.script(answerWith(203, STORED, FAILED));
    expect(await send()).toMatchObject({
      ok: true,
      value: {
        crc64: '11051210869376104954',
        etag: 'ABC',
        callbackFault: {
          code: 'callback-failed',
          ossCode: 'CallbackFailed',
          ec: '0007-00000203',
          requestId: 'R7',
          message:
            'OSS has stored the object, but could not tell your server of it (CallbackFailed): Error status : 502.',
        },
      },
    });
  });

  it('203 without a CRC-64 proves nothing, and is no lost answer', async () => {
    server.script(answerWith(203, {}, FAILED));
    expect(await send()).toMatchObject({
      ok: true,
      value: { crc64: null, callbackFault: { requestId: 'R7' } },
    });
  });

  it('203 of whoever is not OSS is no word of OSS', async () => {
    server.script(({ request, response }) => {
      request.resume();
      response.writeHead(203).end(FAILED);
    });
    expect(await send()).toMatchObject({ ok: false, fault: { code: 'captive-portal' } });
  });
});

it('a Complete whose answer says nothing at all is a lost answer', async () => {
  server.script(answerWith(200, {}, '{"Status":"OK"}'));
  expect(await complete()).toMatchObject({ ok: false, fault: { code: 'connection-lost' } });
});

it('203 to what stores nothing is a refusal', async () => {
  server.script(answerWith(203, {}, FAILED));
  expect(await store.abortMultipartUpload(contextOf(), key('a'), uploadId)).toMatchObject({
    ok: false,
    fault: { code: 'callback-failed' },
  });
});

it('Initiate and UploadPart say nothing of the callback, and the ACL comes with Complete', async () => {
  useProfile({ callback, object: { acl: 'private', storageClass: 'IA', metadata: { a: 'b' } } });
  server.script(answerWith(200, STORED, ''));
  await store.initiateMultipartUpload(contextOf(), key('a.txt'), KEEP);
  await store.uploadPart(contextOf(), key('a.txt'), uploadId, 1, wholeBody('x'));
  await complete();
  const [initiate, part, last] = server.received.map((received) => received.headers);
  expect(initiate).toMatchObject({
    'x-oss-storage-class': 'IA',
    'x-oss-meta-a': 'b',
    'content-type': 'text/plain',
  });
  for (const name of ['x-oss-callback', 'x-oss-object-acl']) expect(initiate).not.toHaveProperty(name);
  expect(
    Object.keys(part!).filter((name) => /^x-oss-(?!date|content-sha256|security-token)/.test(name)),
  ).toEqual([]);
  expect(last).toMatchObject({ 'x-oss-object-acl': 'private' });
  expect(last).toHaveProperty('x-oss-callback');
  for (const name of ['x-oss-storage-class', 'x-oss-meta-a']) expect(last).not.toHaveProperty(name);
});
