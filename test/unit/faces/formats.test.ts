import { expect, test } from 'vitest';
import { DECODED, formatOf, SHOWN } from '../../../src/faces/formats';

const container = (...brands: string[]): Buffer => {
  const body = Buffer.from(`ftyp${brands[0] ?? ''}\0\0\0\0${brands.slice(1).join('')}`, 'latin1');
  return Buffer.concat([Buffer.from([0, 0, 0, body.length + 4]), body, Buffer.from('avifavif')]);
};

test.each([
  ['jpeg', Buffer.from('ffd8ffe0', 'hex')],
  ['png', Buffer.from('89504e470d0a1a0a0000', 'hex')],
  ['gif', Buffer.from('GIF89a')],
  ['gif', Buffer.from('GIF87a')],
  ['webp', Buffer.from('RIFF\0\0\0\0WEBPVP8 ')],
  ['tiff', Buffer.from('II*\0')],
  ['tiff', Buffer.from('MM\0*')],
  ['bmp', Buffer.from('BM')],
  ['avif', container('avif', 'mif1', 'miaf')],
  ['avif', container('mif1', 'avif')],
  ['heic', container('heic', 'mif1')],
  ['heic', container('mif1', 'heic')],
  [null, container('isom', 'mp42')],
  [null, Buffer.from('RIFF\0\0\0\0WAVE')],
  [null, Buffer.from('<svg')],
  [null, Buffer.from('%PDF')],
  [null, Buffer.from('GIF')],
  [null, Buffer.alloc(0)],
  [null, Buffer.from('ffd8', 'hex')],
])('%s', (format, head) => {
  expect(formatOf(head)).toBe(format);
});

test('HEIC and BMP are not decoded, TIFF is and has no preview', () => {
  for (const format of ['heic', 'bmp'] as const) expect(DECODED.has(format)).toBe(false);
  expect(DECODED.has('tiff') && !SHOWN.has('tiff')).toBe(true);
});
