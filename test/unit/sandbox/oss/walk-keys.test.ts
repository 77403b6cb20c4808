import fc from 'fast-check';
import { expect, test } from 'vitest';
import { walkKeys, type Walked } from '../../../../src/sandbox/oss/walk-keys';
import { compareKeys, SortedKeys } from '../../../../src/sandbox/storage/sorted-keys';

const keysOf = (names: readonly string[]) => new SortedKeys(new Map(names.map((name) => [name, null])));
const nameOf = (item: Walked) => (item.kind === 'key' ? item.key : `${item.prefix}*`);

test('keys are ordered by their UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (left, right) => {
      expect(Math.sign(compareKeys(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)));
    }),
  );
  expect(compareKeys('\uffee', '😀')).toBeLessThan(0);
});

test('a delimiter folds what lies below it', () => {
  const keys = keysOf(['a', 'b/1', 'b/2', 'c/1/x', 'd']);
  const walk = (prefix: string, after = '', limit = 100) =>
    walkKeys(keys, { prefix, delimiter: '/', after, limit });
  expect(walk('').items.map(nameOf)).toEqual(['a', 'b/*', 'c/*', 'd']);
  expect(walk('c/').items.map(nameOf)).toEqual(['c/1/*']);
  expect(walk('', 'b/').items.map(nameOf)).toEqual(['c/*', 'd']);
  expect(walk('', '', 2)).toMatchObject({ isTruncated: true });
  expect(walk('', '', 4)).toMatchObject({ isTruncated: false });
});

test('pages of any size, put together, are the whole listing', () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'b', '/', '😀', '\uffee'),
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(name),
      name,
      fc.boolean(),
      fc.integer({ min: 1, max: 4 }),
      (names, prefix, folds, limit) => {
        const keys = keysOf(names);
        const base = { prefix: prefix.slice(0, 1), delimiter: folds ? '/' : '' };
        const whole = walkKeys(keys, { ...base, after: '', limit: 1_000 }).items.map(nameOf);
        const paged: string[] = [];
        let after = '';
        for (;;) {
          const page = walkKeys(keys, { ...base, after, limit });
          paged.push(...page.items.map(nameOf));
          const last = page.items.at(-1);
          if (!page.isTruncated || !last) break;
          after = last.kind === 'key' ? last.key : last.prefix;
        }
        expect(paged).toEqual(whole);
        const expected = new Set(
          names
            .filter((key) => key.startsWith(base.prefix))
            .map((key) => {
              const at = folds ? key.indexOf('/', base.prefix.length) : -1;
              return at < 0 ? key : `${key.slice(0, at + 1)}*`;
            }),
        );
        expect(new Set(whole)).toEqual(expected);
        expect(whole.length).toBe(expected.size);
      },
    ),
  );
});
