import { describe, expect, it } from 'vitest';
import { PAGE_ROWS, PageCache } from '../../../../src/renderer/store/page-cache';
import { id, item } from '../samples';

const rows = (batchNumber: number, page: number, count = PAGE_ROWS) =>
  Array.from({ length: count }, (_, index) => item(batchNumber, page * PAGE_ROWS + index + 1));
const DONE = { kind: 'done', at: 1 } as const;

describe('rows by pages', () => {
  it('finds rows by place and by id, and wants what is absent', () => {
    const cache = new PageCache();
    cache.put(id(1), 2, rows(1, 2), 1);
    expect(cache.rowAt(id(1), 2 * PAGE_ROWS + 3)?.name).toBe(`file ${2 * PAGE_ROWS + 4}`);
    expect(cache.indexOf(item(1, 2 * PAGE_ROWS + 4).itemId)).toBe(2 * PAGE_ROWS + 3);
    expect(cache.rowAt(id(1), 0)).toBeUndefined();
    expect(cache.wanted(id(1), PAGE_ROWS - 1, 3 * PAGE_ROWS)).toEqual([0, 1, 3]);
  });

  it('forgets the page that was read longest ago', () => {
    const cache = new PageCache(2);
    cache.put(id(1), 0, rows(1, 0), 1);
    cache.put(id(1), 1, rows(1, 1), 1);
    cache.rowAt(id(1), 0);
    cache.put(id(1), 2, rows(1, 2), 1);
    expect(cache.pages).toBe(2);
    expect(cache.rowAt(id(1), 0)).toBeDefined();
    expect(cache.rowAt(id(1), PAGE_ROWS)).toBeUndefined();
    expect(cache.row(item(1, PAGE_ROWS + 1).itemId)).toBeUndefined();
  });

  it('stays within its bound over a walk through a million rows', () => {
    const cache = new PageCache(60);
    for (let page = 0; page < 5_000; page += 1) cache.put(id(1), page, rows(1, page), 1);
    expect(cache.pages).toBe(60);
    expect(cache.row(item(1, 999_999).itemId)).toBeDefined();
    expect(cache.row(item(1, 1).itemId)).toBeUndefined();
  });

  it('lays deltas over rows, but not older ones', () => {
    const cache = new PageCache();
    cache.put(id(1), 0, rows(1, 0), 10);
    cache.apply(10, [item(1, 1, DONE)], false);
    expect(cache.rowAt(id(1), 0)?.state.kind).toBe('waiting');
    cache.apply(11, [item(1, 1, DONE)], false);
    expect(cache.rowAt(id(1), 0)?.state.kind).toBe('done');
  });

  it('lays deltas over a page that was on its way when they came', () => {
    const cache = new PageCache();
    cache.apply(11, [item(1, 1, DONE)], false);
    cache.put(id(1), 0, rows(1, 0), 10);
    expect(cache.rowAt(id(1), 0)?.state.kind).toBe('done');
    expect(cache.wanted(id(1), 0, 0)).toEqual([]);
  });

  it('asks again for a page that is older than the deltas it remembers', () => {
    const cache = new PageCache();
    for (let revision = 20; revision < 90; revision += 1) cache.apply(revision, [], false);
    cache.put(id(1), 0, rows(1, 0), 10);
    expect(cache.wanted(id(1), 0, 0)).toEqual([0]);
  });

  it('distrusts every page when more changed than the delta could carry, and shows the old rows meanwhile', () => {
    const cache = new PageCache();
    cache.put(id(1), 0, rows(1, 0), 1);
    cache.apply(2, [], true);
    expect(cache.wanted(id(1), 0, 0)).toEqual([0]);
    expect(cache.rowAt(id(1), 0)).toBeDefined();
  });

  it('distrusts pages from a place on, and drops a batch', () => {
    const cache = new PageCache();
    for (const page of [0, 1, 2]) cache.put(id(1), page, rows(1, page), 1);
    cache.put(id(2), 0, rows(2, 0), 1);
    cache.distrust(id(1), 1);
    expect(cache.wanted(id(1), 0, 3 * PAGE_ROWS - 1)).toEqual([1, 2]);
    cache.drop(id(1));
    expect(cache.pages).toBe(1);
    expect(cache.rowAt(id(2), 0)).toBeDefined();
  });
});
