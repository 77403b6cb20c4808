import { describe, expect, it } from 'vitest';
import { answerWith, contextOf } from '../scripted-server';
import { OK_PUT, key, server, store, uploadId, useCredentials, useScriptedStore } from './scripted-store';

useScriptedStore();

describe('listings', () => {
  const partsPage = (numbers: readonly number[], next: number | null): string =>
    `<?xml version="1.0"?>\n<ListPartsResult>\n<IsTruncated>${next !== null}</IsTruncated>` +
    (next === null ? '' : `<NextPartNumberMarker>${next}</NextPartNumberMarker>`) +
    numbers
      .map(
        (n) =>
          `<Part><PartNumber>${n}</PartNumber><ETag>&quot;00${n}&quot;</ETag><Size>${n * 10}</Size>` +
          (n === 1 ? '<HashCrc64ecma>18446744073709551615</HashCrc64ecma>' : '') +
          `</Part>`,
      )
      .join('\n') +
    '</ListPartsResult>';

  it('read all pages of the parts; texts stay texts', async () => {
    server.script(answerWith(200, {}, partsPage([1, 2], 2)));
    server.script(answerWith(200, {}, partsPage([3], null)));
    const answer = await store.listParts(contextOf(), key('a'), uploadId);
    expect(answer.ok && answer.value).toEqual([
      { partNumber: 1, sizeBytes: 10, etag: '001', crc64: '18446744073709551615' },
      { partNumber: 2, sizeBytes: 20, etag: '002', crc64: null },
      { partNumber: 3, sizeBytes: 30, etag: '003', crc64: null },
    ]);
    expect(server.received[1]!.url).toContain('part-number-marker=2');
  });

  it('end when a page does not go on, or holds nonsense', async () => {
    server.script(answerWith(200, {}, partsPage([1], 1)));
    server.script(answerWith(200, {}, partsPage([1], 1)));
    expect(await store.listParts(contextOf(), key('a'), uploadId)).toMatchObject({
      fault: { code: 'bad-answer' },
    });
    server.script(answerWith(200, {}, partsPage([1], null).replace('<Size>10', '<Size>1e1')));
    expect(await store.listParts(contextOf(), key('a'), uploadId)).toMatchObject({
      fault: { code: 'bad-answer' },
    });
    server.script(answerWith(200, {}, '<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>'));
    expect(await store.listParts(contextOf(), key('a'), uploadId)).toMatchObject({ ok: true, value: [] });
  });

  it('an upload that is gone is told', async () => {
    server.script(answerWith(404, {}, '<Error><Code>NoSuchUpload</Code></Error>'));
    expect(await store.listParts(contextOf(), key('a'), uploadId)).toMatchObject({
      fault: { code: 'upload-gone' },
    });
  });

  const uploadsPage = (keys: readonly string[], next: readonly [string, string] | null): string =>
    `<ListMultipartUploadsResult><EncodingType>url</EncodingType><IsTruncated>${next !== null}</IsTruncated>` +
    (next === null
      ? ''
      : `<NextKeyMarker>${encodeURIComponent(next[0])}</NextKeyMarker><NextUploadIdMarker>${next[1]}</NextUploadIdMarker>`) +
    keys
      .map(
        (name, index) =>
          `<Upload><Key>${encodeURIComponent(name)}</Key><UploadId>U${index}</UploadId><Initiated>2026-01-01T00:00:00.000Z</Initiated></Upload>`,
      )
      .join('') +
    '</ListMultipartUploadsResult>';

  it('find the unfinished uploads of exactly one key, over pages', async () => {
    const name = 'dir/a +é&.bin';
    server.script(answerWith(200, {}, uploadsPage([name, name], [name, 'U1'])));
    server.script(answerWith(200, {}, uploadsPage([name, `${name}2`], [`${name}2`, 'U9'])));
    const answer = await store.listUploads(contextOf(), key(name));
    expect(answer.ok && answer.value.map((upload) => upload.uploadId)).toEqual(['U0', 'U1', 'U0']);
    expect(answer.ok && answer.value[0]!.initiatedAtServer).toBe(Date.UTC(2026, 0, 1));
    const second = new URL(server.received[1]!.url!, 'http://x').searchParams;
    expect([second.get('prefix'), second.get('key-marker'), second.get('upload-id-marker')]).toEqual([
      name,
      name,
      'U1',
    ]);
  });

  it('end when the same page comes again', async () => {
    server.script(answerWith(200, {}, uploadsPage(['a'], ['a', 'U0'])));
    server.script(answerWith(200, {}, uploadsPage(['a'], ['a', 'U0'])));
    expect(await store.listUploads(contextOf(), key('a'))).toMatchObject({ fault: { code: 'bad-answer' } });
  });
});

describe('HeadObject and probe', () => {
  const inHeader = (code: string): Record<string, string> => ({
    'x-oss-err': Buffer.from(`<Error><Code>${code}</Code><EC>0026-1</EC></Error>`).toString('base64'),
  });

  it('reads size and CRC', async () => {
    server.script(answerWith(200, { ...OK_PUT, 'Content-Length': 9_007_199_254_740 }));
    expect(await store.headObject(contextOf(), key('a'))).toMatchObject({
      ok: true,
      value: { kind: 'present', sizeBytes: 9_007_199_254_740, crc64: '11051210869376104954', etag: 'ABC' },
    });
  });

  it('tells a missing key from a missing bucket and from a forbidden look', async () => {
    server.script(answerWith(404, inHeader('NoSuchKey')));
    expect(await store.headObject(contextOf(), key('a'))).toMatchObject({
      ok: true,
      value: { kind: 'missing' },
    });
    server.script(answerWith(404));
    expect(await store.headObject(contextOf(), key('a'))).toMatchObject({
      ok: true,
      value: { kind: 'missing' },
    });
    server.script(answerWith(404, inHeader('NoSuchBucket')));
    expect(await store.headObject(contextOf(), key('a'))).toMatchObject({
      fault: { code: 'bucket-missing' },
    });
    server.script(answerWith(403));
    expect(await store.headObject(contextOf(), key('a'))).toMatchObject({ fault: { code: 'no-permission' } });
    server.script(answerWith(403, inHeader('AccessDenied')));
    const forbidden = await store.headObject(contextOf(), key('a'));
    expect(forbidden).toMatchObject({ fault: { code: 'no-permission', ec: '0026-1' } });
    expect(forbidden.ok ? '' : forbidden.fault.message).toContain(
      'oss:GetObject is not allowed below "uploads/"',
    );
  });

  it('any answer of OSS means online, without credentials and without a signature', async () => {
    useCredentials(null);
    server.script(answerWith(503));
    expect(await store.probe(contextOf())).toMatchObject({ ok: true });
    expect(server.received[0]!.headers.authorization).toBeUndefined();
    server.script(({ response }) => response.writeHead(204).end());
    expect(await store.probe(contextOf())).toMatchObject({
      ok: false,
      fault: { code: 'captive-portal' },
      clockOffsetMs: null,
    });
  });
});
