import { describe, expect, it } from 'vitest';
import { formatFor, shareOf, splitName, timeLeft } from '../../../../src/renderer/i18n/format';

const format = formatFor('en');

describe('numbers as the language writes them', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [100, '100 B'],
    [1_200, '1 kB'],
    [31_400_000, '31.4 MB'],
    [212_000_000, '212 MB'],
    [999_950_000, '1.0 GB'],
    [18_400_000_000, '18.4 GB'],
    [4_400_000_000_000, '4.4 TB'],
  ])('%d bytes are %s', (value, words) => {
    expect(format.bytes(value)).toBe(words);
  });

  it('writes speeds, binary sizes and shares', () => {
    expect(format.speed(84_200_000)).toBe('84.2 MB/s');
    expect(format.speed(90)).toBe('0 kB/s');
    expect(format.binaryBytes(32 * 1024 * 1024)).toBe('32 MiB');
    expect(format.binaryBytes(100 * 1024)).toBe('100 KiB');
    expect(format.count(1_000_000)).toBe('1,000,000');
  });

  it('writes a part in the unit of its whole', () => {
    expect(format.partOf(41_200_000_000, 96_400_000_000)).toBe('41.2');
    expect(format.partOf(5_000_000, 96_400_000_000)).toBe('5.0 MB');
    expect(format.partOf(0, 96_400_000_000)).toBe('0.0');
  });

  it('rounds percents down: 100% is never said early', () => {
    expect(format.percent(0.999)).toBe('99%');
    expect(format.percent(0.29)).toBe('29%');
    expect(format.percent(1)).toBe('100%');
  });

  it('follows the language', () => {
    expect(formatFor('de').bytes(18_400_000_000)).toMatch(/^18,4\sGB$/);
    const at = new Date(2026, 10, 25, 0, 5).getTime();
    expect(formatFor('en').day(at)).toBe('Nov 25, 00:05');
    expect(formatFor('zh-CN').day(at)).toBe('11月25日 00:05');
    expect(formatFor('ja').day(at)).toBe('11月25日 00:05');
    expect(formatFor('zh-CN').list(['甲', '乙', '丙'])).toBe('甲、乙和丙');
  });

  it.each(['en', 'zh-CN', 'ja'])('writes speeds alike, and midnight as 00:00, in %s', (language) => {
    expect(formatFor(language).speed(84_200_000)).toBe('84.2 MB/s');
    expect(formatFor(language).clock(new Date(2026, 10, 25, 0, 0).getTime())).toBe('00:00');
  });
});

describe('time left', () => {
  it.each([
    [20, { unit: 'under-minute' }],
    [115, { unit: 'minutes', count: 2 }],
    [655, { unit: 'minutes', count: 11 }],
    [47 * 60, { unit: 'minutes', count: 45 }],
    [100 * 60, { unit: 'hours', count: 1.5 }],
    [30 * 3600, { unit: 'hours', count: 30 }],
    [77 * 3600, { unit: 'days', count: 3 }],
  ])('%d s', (seconds, left) => {
    expect(timeLeft(seconds)).toEqual(left);
  });
});

describe('shares and names', () => {
  it('never goes beyond a whole, nor divides by nothing', () => {
    expect(shareOf(5, 0)).toBe(0);
    expect(shareOf(5, 4)).toBe(1);
    expect(shareOf(1, 4)).toBe(0.25);
  });

  it('keeps the extension apart, so that it is never cut', () => {
    expect(splitName('stills/IMG_4471.CR3')).toEqual({ folder: 'stills/', stem: 'IMG_4471', end: '.CR3' });
    expect(splitName('.profile')).toEqual({ folder: '', stem: '.profile', end: '' });
    expect(splitName('a.very-long-tail-no-extension').end).toBe('');
    expect(splitName('v1.2/notes')).toEqual({ folder: 'v1.2/', stem: 'notes', end: '' });
  });
});
