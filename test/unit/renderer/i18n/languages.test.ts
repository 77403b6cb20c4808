import { describe, expect, it } from 'vitest';
import { createWords } from '../../../../src/renderer/i18n/index';
import { en } from '../../../../src/renderer/i18n/en';
import { ja } from '../../../../src/renderer/i18n/ja';
import { zhCN } from '../../../../src/renderer/i18n/zh-CN';
import { FAULTS } from '../../../../src/shared/faults';
import { LANGUAGES } from '../../../../src/shared/language';

type Tree = { readonly [key: string]: string | Tree };
type Entry = readonly [key: string, text: string];

const FILES: Readonly<Record<(typeof LANGUAGES)[number], Tree>> = { en, 'zh-CN': zhCN, ja };
const OTHERS = LANGUAGES.filter((language) => language !== 'en');

const entriesOf = (tree: Tree, before = ''): readonly Entry[] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${before}${key}`, value] as const] : entriesOf(value, `${before}${key}.`),
  );
const textsOf = (language: (typeof LANGUAGES)[number]): ReadonlyMap<string, string> =>
  new Map(entriesOf(FILES[language]));

const english = textsOf('en');
const counted = [...english.keys()].filter((key) => key.endsWith('_other')).map((key) => key.slice(0, -6));

/** Keys in the order of the English file, with the plural forms that a language has. */
function keysFor(language: string): readonly string[] {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  return [...english.keys()].flatMap((key) => {
    const stem = counted.find((one) => key === `${one}_other`);
    if (stem !== undefined) return [...forms].sort().map((form) => `${stem}_${form}`);
    return counted.some((one) => key === `${one}_one`) ? [] : [key];
  });
}

const placesOf = (text: string): readonly string[] =>
  [...text.matchAll(/\{\{[^}]*\}\}/g)].map(([place]) => place).sort();

/** What stays as it is: names, units, what is typed or copied, keys of the keyboard. */
const SAME = [
  'OSS',
  'Ferry',
  'CRC-64',
  'ETag',
  'EC',
  'ID',
  'JSON',
  'V4',
  'VPN',
  'IP',
  'TB',
  'MB',
  'RAM',
  'Web',
];
SAME.push('AccessKey', 'Secret', 'oss:PutObject', 'cn-hangzhou', 'ingest', 'http', 'https', 'English');
SAME.push('Ctrl', 'R', 'C', 'B', 'Tab', 'Del', 'Enter', 'Space');
SAME.push(
  'IMM',
  'STS',
  'ARN',
  'AssumeRole',
  'Bearer',
  'Alibaba',
  'Cloud',
  'aliyun',
  'CLI',
  'URL',
  'Post',
  'Policy',
);
SAME.push(
  'HEIC',
  'TIFF',
  'JPEG',
  'PNG',
  'WebP',
  'ASCII',
  'export',
  'oss:PutObjectTagging',
  'private',
  'faces',
);
SAME.push('acs:ram::123456789012:role', 'name');
SAME.push(
  'KMS',
  'TLS',
  'SNI',
  'KB',
  'Cache-Control',
  'Content-Type',
  'Content-Disposition',
  'oss:PutObjectAcl',
  'oss:ListMultipartUploads',
  'oss:AbortMultipartUpload',
);
SAME.push('user', 'date', 'batch');
SAME.push('ACL', 'NO', 'PROXY', 'x-oss-forbid-overwrite');
/** Alibaba's pages leave these in English in Chinese, and only there. */
const SAME_IN: Readonly<Record<string, readonly string[]>> = {
  'zh-CN': ['Bucket', 'Object', 'Endpoint', 'Policy', 'Host'],
  ja: [],
};

function englishIn(language: string, text: string): readonly string[] {
  const bare = text.replace(/\{\{[^}]*\}\}|<\/?\w+>/g, '');
  const words = bare.match(/[A-Za-z][A-Za-z0-9:-]*[A-Za-z0-9]|[A-Za-z]/g) ?? [];
  const known = [...SAME, ...(SAME_IN[language] ?? [])];
  return words.filter((word) => !known.includes(word));
}

const EAST = '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]';
const HALF_WIDTH = new RegExp(`${EAST}\\s*[,;:?!()]|[,;:?!()]\\s*${EAST}|${EAST}\\.`, 'u');

describe.each(OTHERS)('the words in %s', (language) => {
  const texts = textsOf(language);

  it('are those of the English file, in its order, with the plural forms of the language', () => {
    expect([...texts.keys()]).toEqual(keysFor(language));
  });

  it('have the places of the English ones', () => {
    for (const [key, text] of texts)
      expect([key, ...placesOf(text)]).toEqual([key, ...placesOf(english.get(key) ?? '')]);
  });

  it('are there, without space around them', () => {
    for (const [key, text] of texts) expect(text, key).toMatch(/^\S(.*\S)?$/u);
  });

  it('are not English', () => {
    const left = [...texts].flatMap(([key, text]) =>
      englishIn(language, text).map((word) => `${key}: ${word}`),
    );
    expect(left).toEqual([]);
    expect(englishIn(language, 'Uploading · {{done}}')).toEqual(['Uploading']);
  });

  it('have the full-width punctuation of the language', () => {
    for (const [key, text] of texts) expect(text, key).not.toMatch(HALF_WIDTH);
  });

  it('say of every fault what happened, what to do, and why in short', () => {
    for (const code of Object.keys(FAULTS)) {
      expect(texts.get(`faults.${code}.what`), code).toMatch(/。$/);
      expect(texts.get(`faults.${code}.next`), code).toMatch(/。$/);
      // Beside "Failed: " in a column of 200 px.
      expect(texts.get(`faults.${code}.short`), code).toMatch(/^[^。]{1,15}$/);
    }
  });

  it('keep the tone: no exclamation, no "success", no laying it off', () => {
    expect([...texts.values()].join('\n')).not.toMatch(/[!！]|成功|抱歉|申し訳|稍后再试|後でもう一度/);
  });

  it('count', () => {
    const { t } = createWords(language);
    expect(t('queue.files', { count: 1 })).not.toContain('files');
    expect(t('queue.files', { count: 48_210 })).toContain('48,210');
    expect(t('queue.files', { count: 1 }).replace('1', '2')).toBe(t('queue.files', { count: 2 }));
  });
});

describe('the voice', () => {
  it('of Chinese is polite, with Alibaba’s terms', () => {
    const all = [...textsOf('zh-CN').values()].join('\n');
    expect(all).toContain('您');
    expect(all).not.toMatch(/你|存储桶|对象|区域|(?<!Bearer |安全|Secret 和)令牌(?!服务器)/);
  });

  it('of Japanese ends sentences on faults with です・ます, with Alibaba’s terms', () => {
    const texts = textsOf('ja');
    for (const code of Object.keys(FAULTS))
      for (const part of ['what', 'next'])
        for (const sentence of (texts.get(`faults.${code}.${part}`) ?? '').split('。').slice(0, -1))
          expect(sentence, code).toMatch(/(です|ます|ません|ました|ませんでした|ください)(（[^）]*）)?$/);
    expect([...texts.values()].join('\n')).not.toMatch(
      /バケツ|領域|(?<!Bearer |セキュリティ|Secret・)トークン(?!サーバー)/,
    );
  });
});
