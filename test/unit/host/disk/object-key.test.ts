import { describe, expect, it } from 'vitest';
import { objectKey } from '../../../../src/host/disk/object-key';

const refused = { ok: false, fault: { code: 'name-refused' } };

describe('the key of a file', () => {
  it('is its prefix and its path, kept as it is on the disk', () => {
    expect(objectKey('uploads/', 'photos/照片 1.jpg', 'as-is')).toEqual({
      ok: true,
      value: 'uploads/photos/照片 1.jpg',
    });
    expect(objectKey('', 'e\u0301.txt', 'as-is')).toEqual({ ok: true, value: 'e\u0301.txt' });
    expect(objectKey('', 'e\u0301.txt', 'nfc')).toEqual({ ok: true, value: '\u00e9.txt' });
  });

  it('has 1 to 1,023 bytes of UTF-8', () => {
    expect(objectKey('', 'a'.repeat(1023), 'as-is').ok).toBe(true);
    expect(objectKey('', 'a'.repeat(1024), 'as-is')).toMatchObject(refused);
    expect(objectKey('', '文'.repeat(341), 'as-is').ok).toBe(true);
    expect(objectKey('', `${'文'.repeat(341)}a`, 'as-is')).toMatchObject(refused);
    expect(objectKey('', '', 'as-is')).toMatchObject(refused);
  });

  it.each(['/a', '\\a'])('does not begin with a slash of either kind: %s', (name) => {
    expect(objectKey('', name, 'as-is')).toMatchObject(refused);
    expect(objectKey('p/', name, 'as-is').ok).toBe(true);
  });
});
