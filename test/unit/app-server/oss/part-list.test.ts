import { describe, expect, it } from 'vitest';
import { completionBody, readPartPage } from '../../../../src/app-server/oss/part-list';

const page = (inner: string) => `<?xml version="1.0"?><ListPartsResult>${inner}</ListPartsResult>`;
const part = (number: number, etag: string) =>
  `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag><Size>7</Size></Part>`;

describe('readPartPage', () => {
  it('reads one part as a list, and quotes however they are written', () => {
    expect(readPartPage(page(`<IsTruncated>false</IsTruncated>${part(3, '&quot;AB&quot;')}`))).toEqual({
      parts: [{ partNumber: 3, etag: '"AB"' }],
      nextMarker: null,
    });
    const two = page(
      `<IsTruncated>true</IsTruncated><NextPartNumberMarker>9</NextPartNumberMarker>${part(7, '"A"')}${part(9, '&#34;B&#34;')}`,
    );
    expect(readPartPage(two)).toEqual({
      parts: [
        { partNumber: 7, etag: '"A"' },
        { partNumber: 9, etag: '"B"' },
      ],
      nextMarker: '9',
    });
    expect(readPartPage(page('<IsTruncated>false</IsTruncated>'))).toEqual({ parts: [], nextMarker: null });
  });

  it.each([
    ['nothing', ''],
    ['HTML', '<html></html>'],
    ['a list that was cut off', page(`<IsTruncated>false</IsTruncated>${part(1, '"A"')}`).slice(0, -10)],
    [
      'a list that was cut off behind a part',
      `<ListPartsResult><IsTruncated>false</IsTruncated>${part(1, '"A"')}`,
    ],
    ['a list that goes on nowhere', page('<IsTruncated>true</IsTruncated>')],
    ['a part without a number', page('<IsTruncated>false</IsTruncated><Part><ETag>A</ETag></Part>')],
    ['a document type', `<!DOCTYPE x [<!ENTITY a "b">]>${page('<IsTruncated>false</IsTruncated>')}`],
  ])('does not read %s', (_what, xml) => {
    expect(readPartPage(xml)).toBeNull();
  });
});

describe('completionBody', () => {
  it('names each part, with markup made harmless', () => {
    expect(completionBody([{ partNumber: 1, etag: '"<&>"' }])).toBe(
      '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"&#60;&#38;&#62;"</ETag></Part></CompleteMultipartUpload>',
    );
  });
});
