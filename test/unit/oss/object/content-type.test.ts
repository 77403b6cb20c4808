import { expect, it } from 'vitest';
import { contentTypeOf } from '../../../../src/oss/object/content-type';

it.each([
  ['a/b.JPG', 'image/jpeg'],
  ['a.heic', 'image/heic'],
  ['a.ts', 'text/plain'],
  ['a.jfif', 'image/jpeg'],
  ['a.cr2', 'application/octet-stream'],
  ['no-extension', 'application/octet-stream'],
  ['folder.zip/file', 'application/octet-stream'],
  ['.gitignore', 'application/octet-stream'],
  ['html', 'application/octet-stream'],
  ['a.', 'application/octet-stream'],
  ['日本.html', 'text/html'],
])('%s is %s', (key, expected) => {
  expect(contentTypeOf(key)).toBe(expected);
});
