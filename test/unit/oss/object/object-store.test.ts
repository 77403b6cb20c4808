import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Crc64, DestinationId, ETag } from '../../../../src/shared/ids';
import { answerWith, bodyReceived, contextOf, reusedBufferBody } from '../scripted-server';
import {
  KEEP,
  OK_PUT,
  REPLACE,
  key,
  server,
  store,
  uploadId,
  useScriptedStore,
  wholeBody,
} from './scripted-store';

useScriptedStore();

describe('PutObject', () => {
  it('sends MD5, type, length and the ban to overwrite, and reads the receipt', async () => {
    const arrived = new Promise<string>((resolve) => {
      server.script((received) => {
        void bodyReceived(received.request).then((body) => {
          resolve(body.toString());
          received.response.writeHead(200, { ...OK_PUT, 'x-oss-request-id': 'R1' }).end();
        });
      });
    });
    let sentBytes = 0;
    const context = contextOf({ onSent: (bytes) => (sentBytes += bytes) });
    const answer = await store.putObject(context, key('a.ts'), wholeBody('hello world'), KEEP);
    expect(await arrived).toBe('hello world');
    expect(answer).toMatchObject({
      ok: true,
      value: { crc64: '11051210869376104954', etag: 'ABC', versionId: 'v7', requestId: 'R1' },
    });
    expect(Math.abs(answer.clockOffsetMs!)).toBeLessThan(3_000);
    expect(server.received[0]!.headers).toMatchObject({
      'content-type': 'text/plain',
      'content-md5': 'XrY7u+Ae7tCTyyK7j1rNww==',
      'content-length': '11',
      'x-oss-forbid-overwrite': 'true',
    });
    expect(sentBytes).toBe(11);
  });

  it('replaces when it may, and has no CRC where OSS gave none', async () => {
    server.script(answerWith(200, { ETag: '"A"', 'x-oss-hash-crc64ecma': 'junk' }));
    const answer = await store.putObject(contextOf(), key('a'), wholeBody(''), REPLACE);
    expect(answer).toMatchObject({ ok: true, value: { crc64: null, versionId: null } });
    expect(server.received[0]!.headers['x-oss-forbid-overwrite']).toBeUndefined();
    expect(server.received[0]!.headers['content-length']).toBe('0');
  });

  it('is not done when the page of a hotel answers 200', async () => {
    server.script(({ request, response }) => {
      request.resume();
      response
        .writeHead(200, { 'Content-Type': 'text/html', Date: new Date(0).toUTCString() })
        .end('<html>Welcome</html>');
    });
    const answer = await store.putObject(contextOf(), key('a'), wholeBody('x'), KEEP);
    expect(answer).toMatchObject({ ok: false, fault: { code: 'captive-portal' }, clockOffsetMs: null });
  });

  it('has a lost answer when a gateway gave up, and a proxy that asks for a password is named', async () => {
    for (const [status, code] of [
      [502, 'connection-lost'],
      [504, 'connection-lost'],
      [407, 'proxy'],
      [503, 'captive-portal'],
    ] as const) {
      server.script(({ request, response }) => {
        request.resume();
        response.writeHead(status).end();
      });
      const answer = await store.putObject(contextOf(), key('a'), wholeBody('x'), KEEP);
      expect(answer).toMatchObject({ ok: false, fault: { code } });
    }
  });

  it('is refused without a request when there are no credentials, no destination, or no such name', async () => {
    const body = wholeBody('x');
    expect(await store.putObject(contextOf({ generation: 2 }), key('a'), body, KEEP)).toMatchObject({
      fault: { code: 'credentials-missing' },
    });
    const elsewhere = contextOf({ destinationId: 'other' as DestinationId });
    expect(await store.putObject(elsewhere, key('a'), body, KEEP)).toMatchObject({
      fault: { code: 'invalid-input' },
    });
    expect(await store.putObject(contextOf(), key('half \ud83d'), body, KEEP)).toMatchObject({
      fault: { code: 'name-refused' },
    });
    expect(server.received).toHaveLength(0);
  });

  it('refused early is the refusal, with the right that is missing', async () => {
    const xml = '<Error><Code>AccessDenied</Code><Message>no</Message><RequestId>R9</RequestId></Error>';
    server.script(({ request, response }) => {
      request.on('error', () => undefined);
      response.writeHead(403, { 'x-oss-request-id': 'R9', Connection: 'close' }).end(xml);
    });
    const body = {
      ...reusedBufferBody(new Uint8Array(40 * 1024 * 1024), 1024 * 1024),
      crc64: '0' as Crc64,
      md5: '',
    };
    const answer = await store.uploadPart(contextOf(), key('a'), uploadId, 1, body);
    expect(answer).toMatchObject({
      ok: false,
      fault: { code: 'no-permission', ossCode: 'AccessDenied', requestId: 'R9' },
    });
    expect(answer.ok ? '' : answer.fault.message).toBe(
      'OSS refused UploadPart: oss:PutObject is not allowed below "uploads/" (AccessDenied).',
    );
  });

  it('agreed to before the bytes were there proves nothing', async () => {
    server.script(({ request, response }) => {
      request.on('error', () => undefined);
      response.writeHead(200, { ...OK_PUT, 'x-oss-request-id': 'R' }).end();
    });
    const body = reusedBufferBody(new Uint8Array(40 * 1024 * 1024), 1024 * 1024);
    const answer = await store.uploadPart(contextOf(), key('a'), uploadId, 1, body);
    expect(answer).toMatchObject({ ok: false, fault: { code: 'bad-answer' } });
  });
});

describe('multipart', () => {
  it('initiates with the type of the whole object', async () => {
    const xml = `<?xml version="1.0"?><InitiateMultipartUploadResult><UploadId>${uploadId}</UploadId></InitiateMultipartUploadResult>`;
    server.script(answerWith(200, {}, xml));
    const answer = await store.initiateMultipartUpload(contextOf(), key('v.mp4'), KEEP);
    expect(answer).toMatchObject({ ok: true, value: { uploadId, requestId: 'R1' } });
    expect(server.received[0]!.headers['content-type']).toBe('video/mp4');
    expect(server.received[0]!.url).toBe('/v.mp4?uploads');
  });

  it('an UploadId that cannot be read is a bad answer', async () => {
    server.script(answerWith(200, {}, '<InitiateMultipartUploadResult><UploadId>00'));
    expect(await store.initiateMultipartUpload(contextOf(), key('a'), KEEP)).toMatchObject({
      fault: { code: 'bad-answer' },
    });
  });

  it('completes with the parts in order, safely written, and proves its own document', async () => {
    const document = new Promise<string>((resolve) => {
      server.script((received) => {
        void bodyReceived(received.request).then((body) => {
          resolve(body.toString());
          const xml =
            '<CompleteMultipartUploadResult><ETag>&quot;E-2&quot;</ETag></CompleteMultipartUploadResult>';
          received.response.writeHead(200, { 'x-oss-request-id': 'R', 'x-oss-hash-crc64ecma': '7' }).end(xml);
        });
      });
    });
    const part = (partNumber: number, etag: string) => ({
      partNumber,
      etag: etag as ETag,
      sizeBytes: 1,
      crc64: '1' as Crc64,
    });
    let sentBytes = 0;
    const context = contextOf({ onSent: (bytes) => (sentBytes += bytes) });
    const answer = await store.completeMultipartUpload(
      context,
      key('a'),
      uploadId,
      [part(10, 'b</ETag>&'), part(2, 'a')],
      KEEP,
    );
    expect(answer).toMatchObject({ ok: true, value: { etag: 'E-2', crc64: '7' } });
    expect(await document).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<CompleteMultipartUpload><Part><PartNumber>2</PartNumber><ETag>&#34;a&#34;</ETag></Part>' +
        '<Part><PartNumber>10</PartNumber><ETag>&#34;b&#60;/ETag&#62;&#38;&#34;</ETag></Part></CompleteMultipartUpload>',
    );
    expect(server.received[0]!.headers['x-oss-forbid-overwrite']).toBe('true');
    expect(server.received[0]!.headers['content-md5']).toBe(
      createHash('md5')
        .update(await document)
        .digest('base64'),
    );
    // They are no bytes of the object.
    expect(sentBytes).toBe(0);
  });

  it('counts a consent to Complete that cannot be read as a lost answer', async () => {
    server.script(answerWith(200, {}, '<CompleteMultipartUploadResult>'));
    expect(await store.completeMultipartUpload(contextOf(), key('a'), uploadId, [], KEEP)).toMatchObject({
      fault: { code: 'connection-lost' },
    });
  });

  it('an upload that is gone counts as aborted, anything else does not', async () => {
    server.script(answerWith(404, {}, '<Error><Code>NoSuchUpload</Code></Error>'));
    expect(await store.abortMultipartUpload(contextOf(), key('a'), uploadId)).toMatchObject({ ok: true });
    server.script(answerWith(404, {}, '<Error><Code>NoSuchBucket</Code></Error>'));
    expect(await store.abortMultipartUpload(contextOf(), key('a'), uploadId)).toMatchObject({
      fault: { code: 'bucket-missing' },
    });
  });
});

it('RequestTimeTooSkewed gives the offset to the millisecond', async () => {
  const at = new Date(Date.now() - 3_600_123).toISOString();
  server.script(
    answerWith(403, {}, `<Error><Code>RequestTimeTooSkewed</Code><ServerTime>${at}</ServerTime></Error>`),
  );
  const answer = await store.putObject(contextOf(), key('a'), wholeBody('x'), KEEP);
  expect(answer).toMatchObject({ fault: { code: 'clock-skew' } });
  expect(Math.abs(answer.clockOffsetMs! + 3_600_123)).toBeLessThan(500);
});
