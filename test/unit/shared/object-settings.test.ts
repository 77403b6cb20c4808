import { describe, expect, it } from 'vitest';
import { callbackSchema, fitsName, objectSettingsSchema } from '../../../src/shared/object-settings';
import { profileSchema } from '../../../src/shared/profile';

it('a pattern fits whole names, whatever their capitals, and has no other magic', () => {
  expect(fitsName('*.heic', 'IMG_1.HEIC')).toBe(true);
  expect(fitsName('*.heic', 'a.heic.txt')).toBe(false);
  expect(fitsName('IMG_????.jpg', 'img_0001.jpg')).toBe(true);
  expect(fitsName('a.b', 'axb')).toBe(false);
  expect(fitsName('(a|b)+', 'a')).toBe(false);
  expect(fitsName('*', 'with\nnewline')).toBe(true);
  expect(fitsName('?.txt', '𝒳.txt')).toBe(true);
});

describe('settings that OSS would refuse are refused before', () => {
  const wrong: readonly (readonly [string, unknown])[] = [
    ['a storage class', { storageClass: 'standard' }],
    ['an ACL', { acl: 'public' }],
    ['an encryption', { encryption: { method: 'AES128' } }],
    ['a key without KMS', { encryption: { method: 'AES256', keyId: 'a' } }],
    ['a header with a line break', { cacheControl: 'no-cache\r\nx: y' }],
    ['a media type', { contentTypes: [{ names: '*.x', value: 'heic' }] }],
    ['a name of metadata', { metadata: { 'With Blank': 'x' } }],
    ['metadata with a letter that has no one spelling', { metadata: { by: 'Müller' } }],
    [
      'over 8 KB of metadata',
      { metadata: { a: 'x'.repeat(2048), b: 'x'.repeat(2048), c: 'x'.repeat(2048), d: 'x'.repeat(2048) } },
    ],
    [
      'eleven tags',
      { tags: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`t${index}`, ''])) },
    ],
    ['a tag with a letter that tags cannot have', { tags: { a: '&' } }],
  ];
  it.each(wrong)('%s', (_, settings) => {
    expect(objectSettingsSchema.safeParse(settings).success).toBe(false);
  });

  it('and what it takes is taken', () => {
    const settings = {
      storageClass: 'IA',
      acl: 'private',
      encryption: { method: 'KMS', keyId: '9468da86-3509-4f8d-a61e-6eab1eac****' },
      cacheControl: 'max-age=3600',
      contentTypes: [{ names: '*.heic', value: 'image/heic' }],
      contentDispositions: [{ names: '*', value: "attachment; filename*=UTF-8''{name}" }],
      metadata: { project: 'harbour 7' },
      tags: { project: 'harbour 7', '': 'x' },
    };
    expect(objectSettingsSchema.safeParse(settings).success).toBe(false);
    expect(objectSettingsSchema.safeParse({ ...settings, tags: { project: 'harbour 7' } }).success).toBe(
      true,
    );
  });
});

it('a callback is a URL, a body and variables with names that OSS knows', () => {
  const callback = { url: 'https://example.com/done', body: 'key=${object}&by=${x:by}' };
  expect(callbackSchema.safeParse({ ...callback, variables: { 'x:by': 'lee' } }).success).toBe(true);
  expect(callbackSchema.safeParse({ ...callback, variables: { by: 'lee' } }).success).toBe(false);
  expect(callbackSchema.safeParse({ ...callback, url: 'ftp://example.com' }).success).toBe(false);
});

it('tags leave room for the one that the rule for faces sets', () => {
  const profile = {
    name: 'Studio',
    region: 'cn-hangzhou',
    bucket: 'studio',
    authorization: { kind: 'temporary' },
    faces: { ingest: { tag: true } },
  };
  const tags = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, 'x']));
  expect(profileSchema.safeParse({ ...profile, object: { tags: tags(9) } }).success).toBe(true);
  expect(profileSchema.safeParse({ ...profile, object: { tags: tags(10) } }).success).toBe(false);
  expect(profileSchema.safeParse({ ...profile, object: { tags: { faces: '1' } } }).success).toBe(false);
});
