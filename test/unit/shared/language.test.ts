import { expect, test } from 'vitest';
import { languageFor, LANGUAGES } from '../../../src/shared/language';

test.each([
  ['zh', 'zh-CN'],
  ['zh-CN', 'zh-CN'],
  ['zh-Hans', 'zh-CN'],
  ['zh-Hans-HK', 'zh-CN'],
  ['zh-SG', 'zh-CN'],
  ['ja', 'ja'],
  ['ja-JP', 'ja'],
  ['en-GB', 'en-GB'],
  ['en-US', 'en-US'],
  // No words of ours: English, with English numbers.
  ['zh-TW', 'en'],
  ['zh-Hant', 'en'],
  ['de-AT', 'en'],
  ['', 'en'],
  ['C', 'en'],
  ['zh_CN.UTF-8', 'en'],
])('on a system in %j the words are in %s', (locale, language) => {
  expect(languageFor('system', locale)).toBe(language);
});

test('a language that was chosen holds on every system', () => {
  for (const locale of ['zh-CN', 'ja-JP', 'de', ''])
    for (const language of LANGUAGES) expect(languageFor(language, locale)).toBe(language);
  expect(languageFor('en', 'en-GB')).toBe('en-GB');
});
