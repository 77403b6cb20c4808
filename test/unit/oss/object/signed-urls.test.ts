import { describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../../../src/shared/ids';
import { failure, fault, success } from '../../../../src/shared/faults';
import type { UploadUrlAnswer, UploadUrlQuestion } from '../../../../src/shared/upload-urls';
import { answerWith, bodyReceived, contextOf } from '../scripted-server';
import {
  KEEP,
  key,
  OK_PUT,
  server,
  store,
  uploadId,
  useCredentials,
  useScriptedStore,
  useSigner,
  wholeBody,
} from './scripted-store';

interface Asked {
  readonly question: UploadUrlQuestion;
  readonly fresh: boolean;
}

const bucket = (): string => `http://bucket-1.oss-cn-hangzhou.localhost:${server.port}`;

/** Signs whatever is asked; `expiresInMs` is the life of what it signs. */
function signer(expiresInMs = 60_000, base = bucket): Asked[] {
  const asked: Asked[] = [];
  useCredentials({ kind: 'signed-url', fresh: false, expiresAtServer: null });
  useSigner((_, question, fresh) => {
    asked.push({ question, fresh });
    const path = `/${question.key}`;
    const numbers = 'partNumbers' in question ? question.partNumbers : [null];
    const methods = {
      PutObject: 'PUT',
      InitiateMultipartUpload: 'POST',
      UploadPart: 'PUT',
      ListParts: 'GET',
      AbortMultipartUpload: 'DELETE',
      CompleteMultipartUpload: 'POST',
    } as const;
    const answer: UploadUrlAnswer = {
      expiration: Date.now() + expiresInMs,
      requests: numbers.map((partNumber) => ({
        method: methods[question.operation],
        url: `${base()}${path}?x-oss-signature=${partNumber ?? 'one'}`,
        headers: 'headers' in question ? { ...question.headers } : {},
        ...(partNumber === null ? {} : { partNumber }),
      })),
    };
    return Promise.resolve(success(answer));
  });
  return asked;
}

useScriptedStore();

const part = (number: number, generation = 1) =>
  store.uploadPart(contextOf({ generation }), key('ab'), uploadId, number, wholeBody('part'));

describe('requests that a server signs', () => {
  it('ask for exactly what is sent, and send exactly what was signed', async () => {
    const asked = signer();
    server.script(answerWith(200, OK_PUT));
    const answer = await store.putObject(contextOf(), key('v.mp4'), wholeBody('hello'), KEEP);
    expect(answer).toMatchObject({ ok: true, value: { crc64: '11051210869376104954' } });
    const [{ question }] = asked as [Asked];
    expect(question).toEqual({
      operation: 'PutObject',
      key: 'v.mp4',
      sizeBytes: 5,
      headers: {
        'content-type': 'video/mp4',
        'content-md5': 'XUFAKrxLKna5cZ2REBfFkg==',
        'x-oss-forbid-overwrite': 'true',
      },
    });
    const [request] = server.received;
    expect(request?.url).toBe('/v.mp4?x-oss-signature=one');
    expect(request?.headers).toMatchObject('headers' in question ? question.headers : {});
    expect(request?.headers['authorization']).toBeUndefined();
  });

  it('one question serves fifty parts, and one more their next fifty', async () => {
    const asked = signer();
    for (let count = 0; count < 4; count += 1) server.script(answerWith(200, { ETag: '"E"' }));
    await Promise.all([part(1), part(2), part(50)]);
    await part(51);
    expect(asked.map(({ question }) => ('partNumbers' in question ? question.partNumbers[0] : 0))).toEqual([
      1, 51,
    ]);
    expect(server.received.map(({ url }) => url?.split('=')[1]).sort()).toEqual(['1', '2', '50', '51']);
  });

  it('URLs that end are signed again before they end, and after a refusal past every cache, once', async () => {
    const short = signer(5_000);
    for (let count = 0; count < 5; count += 1) server.script(answerWith(200, { ETag: '"E"' }));
    await part(1);
    await part(2);
    expect(short).toHaveLength(2);
    const asked = signer();
    useCredentials({ kind: 'signed-url', fresh: true, expiresAtServer: null });
    await part(1, 2);
    await part(2, 2);
    await part(60, 2);
    expect(asked.map(({ fresh }) => fresh)).toEqual([true, false]);
  });

  it('an expired URL is a token that expired, so that it is signed again', async () => {
    signer();
    const xml =
      '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired.</Message></Error>';
    server.script(answerWith(403, {}, xml));
    expect(await part(1)).toMatchObject({ ok: false, fault: { code: 'token-expired' } });
  });

  it('a server that leads elsewhere is not followed, and no byte goes there', async () => {
    for (const base of ['http://evil.localhost:1', 'https://bucket-1.oss-cn-hangzhou.localhost:1']) {
      signer(60_000, () => base);
      const answer = await store.putObject(contextOf(), key('a'), wholeBody('hello'), KEEP);
      expect(answer).toMatchObject({ ok: false, fault: { code: 'invalid-input' } });
    }
    const asked = signer();
    useSigner((_, question) =>
      Promise.resolve(
        success({
          expiration: Date.now() + 60_000,
          requests: [{ method: 'PUT' as const, url: `${bucket()}/other?${question.key}`, headers: {} }],
        }),
      ),
    );
    expect(await store.putObject(contextOf(), key('a'), wholeBody('hello'), KEEP)).toMatchObject({
      fault: { code: 'invalid-input' },
    });
    expect([asked, server.received]).toEqual([[], []]);
  });

  it('Complete is sent by the server; what OSS said to it is read as if it had been said to us', async () => {
    useCredentials({ kind: 'signed-url', fresh: false, expiresAtServer: null });
    const asked: UploadUrlQuestion[] = [];
    const body = '<CompleteMultipartUploadResult><ETag>"E-2"</ETag></CompleteMultipartUploadResult>';
    useSigner((_, question) => {
      asked.push(question);
      const headers = { 'x-oss-request-id': 'R9', 'x-oss-hash-crc64ecma': '12' };
      return Promise.resolve(
        success({ result: { operation: 'CompleteMultipartUpload', status: 200, headers, body } }),
      );
    });
    const answer = await store.completeMultipartUpload(contextOf(), key('a'), uploadId, [], KEEP);
    expect(answer).toMatchObject({ ok: true, value: { crc64: '12', etag: 'E-2', requestId: 'R9' } });
    expect(asked).toEqual([
      {
        operation: 'CompleteMultipartUpload',
        key: 'a',
        uploadId,
        headers: { 'x-oss-forbid-overwrite': 'true' },
      },
    ]);
    expect(server.received).toEqual([]);
  });

  it('what is not signed is a right that is missing: nothing can be read or listed', async () => {
    const asked = signer();
    expect(await store.headObject(contextOf(), 'a' as ObjectKey)).toMatchObject({
      fault: { code: 'no-permission' },
    });
    expect(await store.listUploads(contextOf(), 'a' as ObjectKey)).toMatchObject({
      fault: { code: 'no-permission' },
    });
    expect(asked).toEqual([]);
  });

  it.each(['token-refused', 'throttled', 'connection-lost'] as const)(
    'a fault of the server is handed on (%s): OSS was not asked, but where the server asks it itself',
    async (code) => {
      useCredentials({ kind: 'signed-url', fresh: false, expiresAtServer: null });
      useSigner(() => Promise.resolve(failure(fault(code, 'No.', { retryAfterMs: 7 }))));
      const told = { code, message: 'No.', retryAfterMs: 7 };
      const unasked = { ok: false, fault: { ...told, isUnasked: true } };
      expect(await part(1)).toMatchObject(unasked);
      expect(await store.putObject(contextOf(), key('a'), wholeBody('hello'), KEEP)).toMatchObject(unasked);
      const completed = await store.completeMultipartUpload(contextOf(), key('a'), uploadId, [], KEEP);
      expect(completed.ok || completed.fault).toEqual(told);
    },
  );
});

describe('a form', () => {
  const grant = (more: object = {}) => ({
    kind: 'post-policy' as const,
    host: bucket(),
    directory: 'dir/',
    fields: [
      [
        'policy',
        Buffer.from(JSON.stringify({ conditions: [['content-length-range', 0, 8]] })).toString('base64'),
      ],
      ['OSSAccessKeyId', 'STS.key'],
      ['success_action_status', '200'],
      ['signature', 'sig='],
    ] as const,
    expiresAtServer: Date.now() + 60_000,
    ...more,
  });
  const sealed = (text: string) => ({
    ...wholeBody(text),
    finish: () => Promise.reject(new Error('nobody asks')),
    close: () => Promise.resolve(),
  });
  const post = (name: string, text: string) => store.postObject(contextOf(), key(name), sealed(text), KEEP);

  it('has the fields in the order of the document, the file last, and an exact length', async () => {
    useCredentials(grant());
    let body = '';
    server.script(({ request, response }) => {
      void bodyReceived(request).then((bytes) => {
        body = bytes.toString('utf8');
        expect(Number(request.headers['content-length'])).toBe(bytes.length);
        response.writeHead(200, { 'x-oss-request-id': 'R1', ...OK_PUT }).end();
      });
    });
    expect(await post('dir/ä.txt', 'hello')).toMatchObject({ ok: true, value: { etag: 'ABC' } });
    const [request] = server.received;
    expect([request?.method, request?.url]).toEqual(['POST', '/']);
    expect(request?.headers['x-oss-forbid-overwrite']).toBe('true');
    const names = [...body.matchAll(/name="([^"]+)"/g)].map(([, name]) => name);
    expect(names).toEqual([
      'key',
      'policy',
      'OSSAccessKeyId',
      'success_action_status',
      'signature',
      'file',
      'file',
    ]);
    expect(body).toContain('\r\n\r\ndir/ä.txt\r\n');
    expect(body).toContain('Content-Type: text/plain\r\n\r\nhello\r\n--');
  });

  it('of 204 is taken as well', async () => {
    useCredentials(grant());
    server.script(answerWith(204, OK_PUT));
    expect(await post('dir/a', 'hello')).toMatchObject({ ok: true });
  });

  it.each([
    ['another directory', {}, 'other/a', 'hello', 'no-permission'],
    ['too many bytes for its policy', {}, 'dir/a', 'more than eight', 'too-large'],
    ['another host', { host: 'https://evil.example.com' }, 'dir/a', 'hello', 'invalid-input'],
  ])('for %s is refused before a byte is sent', async (_, more, name, text, code) => {
    useCredentials(grant(more));
    expect(await post(name, text)).toMatchObject({ ok: false, fault: { code } });
    expect(server.received).toEqual([]);
  });

  it('of more than 8 KB of fields is refused', async () => {
    useCredentials(grant({ fields: [['callback', 'x'.repeat(9000)]] }));
    expect(await post('dir/a', 'hello')).toMatchObject({ fault: { code: 'too-large' } });
  });

  it('whose file ends early never ends', async () => {
    useCredentials(grant());
    let ended = false;
    server.script(({ request }) => {
      request.resume();
      request.on('end', () => (ended = true));
    });
    const short = { ...sealed('hello'), sizeBytes: 8 };
    expect(await store.postObject(contextOf(), key('dir/a'), short, KEEP)).toMatchObject({
      ok: false,
      fault: { code: 'source-changed' },
    });
    expect(ended).toBe(false);
  });

  it('allows nothing else', async () => {
    useCredentials(grant());
    expect(await store.putObject(contextOf(), key('dir/a'), wholeBody('hello'), KEEP)).toMatchObject({
      fault: { code: 'no-permission' },
    });
  });

  it('a policy that has expired is a token that has', async () => {
    useCredentials(grant());
    const xml =
      '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Policy expired.</Message></Error>';
    server.script(answerWith(403, {}, xml));
    expect(await post('dir/a', 'hello')).toMatchObject({ fault: { code: 'token-expired' } });
  });
});
