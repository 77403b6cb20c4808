import { describe, expect, it } from 'vitest';
import { LIST_PAGE, ListCache } from '../../../../src/renderer/store/list-cache';

const rows = (from: number, count: number = LIST_PAGE) => Array.from({ length: count }, (_, at) => from + at);

function filled(pages: number, most?: number): ListCache<number> {
  const cache = new ListCache<number>(most);
  for (let number = 0; number < pages; number += 1)
    cache.put('a', number, rows(number * LIST_PAGE), 100_000, false);
  return cache;
}

describe('pages of a list', () => {
  it('wants what is absent and nothing that is here', () => {
    const cache = filled(2);
    expect(cache.wanted('a', 0, 2 * LIST_PAGE - 1)).toEqual([]);
    expect(cache.wanted('a', 2 * LIST_PAGE - 1, 3 * LIST_PAGE)).toEqual([2, 3]);
    expect(cache.wanted('b', 0, 0)).toEqual([0]);
  });

  it('shows stale rows until the new ones land', () => {
    const cache = filled(1);
    cache.distrust();
    expect(cache.rowAt('a', 7)).toBe(7);
    expect(cache.wanted('a', 0, 0)).toEqual([0]);
    cache.put('a', 0, rows(50), 100_000, false);
    expect(cache.rowAt('a', 7)).toBe(57);
    expect(cache.wanted('a', 0, 0)).toEqual([]);
  });

  it('asks once more for a page that was overtaken on its way', () => {
    const cache = new ListCache<number>();
    cache.put('a', 0, rows(0), 200, true);
    expect(cache.wanted('a', 0, 0)).toEqual([0]);
  });

  it('knows totals, finds rows, and forgets pages beyond the end of a list that shrank', () => {
    const cache = filled(3);
    expect(cache.total('b')).toBeNull();
    expect(cache.find('a', (row) => row === 2 * LIST_PAGE + 5)).toBe(2 * LIST_PAGE + 5);
    cache.put('a', 0, rows(0, 10), 10, false);
    expect(cache.total('a')).toBe(10);
    expect(cache.find('a', (row) => row > 10)).toBeUndefined();
  });

  it('keeps no more pages than its bound, and those that are read', () => {
    const cache = filled(3, 3);
    cache.rowAt('a', 0);
    cache.put('a', 3, rows(3 * LIST_PAGE), 100_000, false);
    expect(cache.pages).toBe(3);
    expect(cache.rowAt('a', 0)).toBe(0);
    expect(cache.rowAt('a', LIST_PAGE)).toBeUndefined();
  });
});
