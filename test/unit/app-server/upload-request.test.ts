import { describe, expect, it } from 'vitest';
import { readUploadRequest } from '../../../src/app-server/upload-request';

const read = (body: unknown, prefix = 'uploads/') => {
  const answer = readUploadRequest(body, prefix);
  return answer.ok ? answer.value : `${answer.problem.code}: ${answer.problem.message}`;
};
const key = 'uploads/a';
const put = (more: object = {}) => ({ operation: 'PutObject', key, sizeBytes: 7, ...more });
const parts = (partNumbers: unknown) => ({ operation: 'UploadPart', key, uploadId: 'A1', partNumbers });

describe('readUploadRequest', () => {
  it('gives names of headers in small letters and values as they came', () => {
    expect(read(put({ headers: { 'X-OSS-Meta-A': 'x Y', 'Content-Type': 'text/plain' } }))).toMatchObject({
      headers: { 'x-oss-meta-a': 'x Y', 'content-type': 'text/plain' },
    });
  });

  it.each([
    [{}, /The field operation must be PutObject, /],
    [{ operation: 'DeleteObject', key }, /The field operation must be PutObject, /],
    [put({ bucket: 'other' }), /The request has an unknown field: bucket\./],
    [put({ sizeBytes: undefined }), /sizeBytes must be a whole number of bytes from 0 to 5368709120/],
    [put({ sizeBytes: 5 * 1024 ** 3 + 1 }), /sizeBytes must be a whole number/],
    [put({ sizeBytes: -1 }), /sizeBytes must be a whole number/],
    [put({ sizeBytes: 1.5 }), /sizeBytes must be a whole number/],
    [put({ key: '' }), /key must not be empty/],
    [put({ key: 7 }), /key must be the key of an object/],
    [put({ key: '/uploads/a' }), /key must not begin with \//],
    [put({ key: `uploads/${'x'.repeat(1016)}` }), /key must have at most 1023 bytes/],
    [put({ key: 'uploads/\ud800' }), /key must be text that UTF-8 can hold/],
    [put({ headers: 'x' }), /headers must be an object of texts/],
    [put({ headers: { 'content-type': 7 } }), /headers must be a text/],
    [put({ headers: { 'x-oss-object-acl': 'public-read' } }), /not signed here: x-oss-object-acl/],
    [put({ headers: { 'x-oss-callback': 'e30=' } }), /not signed here: x-oss-callback/],
    [put({ headers: { Host: 'elsewhere' } }), /not signed here: Host/],
    [put({ headers: { 'content-type': 'a', 'Content-Type': 'b' } }), /headers must have each name once/],
    [put({ headers: { 'content-md5': 'abc' } }), /wrong content-md5: it must be the MD5/],
    [put({ headers: { 'x-oss-forbid-overwrite': 'yes' } }), /must be true or false/],
    [put({ headers: { 'x-oss-storage-class': 'Cold' } }), /must be Standard, IA/],
    [put({ headers: { 'x-oss-meta-a': 'é' } }), /must be printable ASCII/],
    [put({ headers: { 'x-oss-meta-a': 'a\r\nb: c' } }), /must be printable ASCII/],
    [put({ headers: { 'x-oss-meta-a': ' a' } }), /must be printable ASCII/],
    [
      {
        operation: 'InitiateMultipartUpload',
        key,
        sizeBytes: 1,
        headers: { 'content-md5': `${'A'.repeat(22)}==` },
      },
      /not signed here: content-md5/,
    ],
    [
      {
        operation: 'CompleteMultipartUpload',
        key,
        uploadId: 'A',
        headers: { 'content-type': 'text/plain' },
      },
      /not signed here: content-type/,
    ],
    [
      { operation: 'UploadPart', key, uploadId: 'A1', partNumbers: [1], headers: {} },
      /unknown field: headers/,
    ],
    [parts([]), /partNumbers must be 1 to 100 different numbers/],
    [parts([0]), /partNumbers must be/],
    [parts([10_001]), /partNumbers must be/],
    [parts([1, 1]), /partNumbers must be/],
    [parts(Array.from({ length: 101 }, (_, n) => n + 1)), /partNumbers must be/],
    [parts('1'), /partNumbers must be/],
    [{ operation: 'ListParts', key, uploadId: 'a&b' }, /uploadId must be the UploadId/],
    [{ operation: 'ListParts', key }, /uploadId must be the UploadId/],
  ])('refuses %j in one sentence', (body, sentence) => {
    const words = read(body);
    expect(words).toMatch(sentence);
    expect(words).toMatch(/^InvalidArgument: The [^\n]+\.$/);
  });

  it('takes the key of one byte below the prefix, and the longest of all', () => {
    expect(read(put({ key: 'uploads/x' }))).toMatchObject({ key: 'uploads/x' });
    expect(read(put({ key: `uploads/${'x'.repeat(1015)}` }))).toMatchObject({ sizeBytes: 7 });
    expect(read(put({ key: 'anything' }), '')).toMatchObject({ key: 'anything' });
  });

  it('refuses a key outside the prefix as such', () => {
    expect(read(put({ key: 'users/bob/a' }), 'users/alice/')).toMatch(/^KeyNotAllowed: /);
    expect(read(put({ key: 'users/alice/' }), 'users/alice/')).toMatch(/^KeyNotAllowed: /);
  });
});
