import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemIdAt } from '../../../../../../src/shared/ids';
import {
  BATCH_ROW_PX,
  batchKey,
  heightOf,
  ITEM_ROW_PX,
  itemKey,
  keyOf,
  keyTarget,
  MOST_SCROLL_PX,
  rowAt,
  rowAtPx,
  rowMapOf,
  rowOfKey,
  scrollScale,
  scrollToShow,
  topOf,
  visibleRows,
} from '../../../../../../src/renderer/features/queue/grid/row-map';
import { batch, id } from '../../../samples';

const MILLION = 1_000_000;
const open = () => true;
const none = () => undefined;

describe('rows without a table', () => {
  const map = rowMapOf([batch(3, { items: 2 }), batch(2, { items: MILLION }), batch(1, { items: 4 })], open);

  it('counts all rows and their height', () => {
    expect(map.rows).toBe(3 + 2 + MILLION + 4);
    expect(map.heightPx).toBe(3 * BATCH_ROW_PX + (MILLION + 6) * ITEM_ROW_PX);
  });

  it('finds any of a million rows by index, by pixel and by key', () => {
    const row = 3 + 1 + 654_321;
    const ref = rowAt(map, row);
    if (ref?.kind !== 'item') throw new Error('not a file');
    expect(ref.index).toBe(654_321);
    expect(rowAtPx(map, topOf(ref))).toBe(row);
    expect(rowAtPx(map, topOf(ref) + ITEM_ROW_PX - 1)).toBe(row);
    expect(rowAtPx(map, topOf(ref) + ITEM_ROW_PX)).toBe(row + 1);
    expect(rowOfKey(map, itemKey(itemIdAt(id(2), 654_322)), none)).toBe(row);
  });

  it('keeps a million rows as three entries', () => {
    expect(map.sections).toHaveLength(3);
  });

  it('shows the rows in sight and some around them, held to the ends', () => {
    expect(visibleRows(map, 0, 300, 4)).toEqual({ first: 0, last: 4 + rowAtPx(map, 300) });
    const end = visibleRows(map, map.heightPx - 300, 300, 4);
    expect(end.last).toBe(map.rows - 1);
    expect(end.last - end.first).toBeLessThan(20);
    expect(visibleRows(rowMapOf([], open), 0, 300, 4)).toEqual({ first: 0, last: -1 });
  });

  it('agrees with a plain walk over every row, whatever is open', () => {
    const batches = fc.array(fc.record({ items: fc.nat(6), isOpen: fc.boolean() }), { maxLength: 8 });
    fc.assert(
      fc.property(batches, (list) => {
        const rows = list.map((one, index) => batch(index + 1, { items: one.items }));
        const some = rowMapOf(rows, (one) => list[one.batchId - 1]?.isOpen === true);
        let px = 0;
        for (let row = 0; row < some.rows; row += 1) {
          const ref = rowAt(some, row);
          if (ref === undefined) throw new Error('a row is missing');
          expect(topOf(ref)).toBe(px);
          expect(rowAtPx(some, px)).toBe(row);
          expect(rowOfKey(some, keyOf(ref, none), none)).toBe(row);
          px += heightOf(ref);
        }
        expect(some.heightPx).toBe(px);
        expect(rowAt(some, some.rows)).toBeUndefined();
      }),
    );
  });

  it('knows a closed batch by its own row alone', () => {
    const closed = rowMapOf([batch(1, { items: 5 })], () => false);
    expect(closed.rows).toBe(1);
    expect(rowOfKey(closed, itemKey(itemIdAt(id(1), 3)), none)).toBeUndefined();
    expect(rowOfKey(closed, batchKey(id(1)), none)).toBe(0);
    expect(rowOfKey(closed, batchKey(id(9)), none)).toBeUndefined();
  });

  it('follows a file that moved up because rows before it left', () => {
    const key = itemKey(itemIdAt(id(1), 4));
    const shorter = rowMapOf([batch(1, { items: 3 })], open);
    expect(rowOfKey(shorter, key, () => 1)).toBe(2);
    expect(rowOfKey(shorter, key, none)).toBe(3);
  });

  it('reads a key back', () => {
    const itemId = itemIdAt(id(7), 9);
    expect(keyTarget(itemKey(itemId))).toEqual({ kind: 'item', batchId: 7, itemId });
    expect(keyTarget(batchKey(id(7)))).toEqual({ kind: 'batch', batchId: 7 });
  });
});

describe('a list higher than an element can be', () => {
  it('scrolls pixel by pixel up to the limit', () => {
    expect(scrollScale(28_000_000, 600)).toEqual({ barPx: 28_000_000, factor: 1 });
  });

  it('reaches both ends of five million rows below the limit of Chromium', () => {
    const heightPx = 5 * MILLION * ITEM_ROW_PX;
    const { barPx, factor } = scrollScale(heightPx, 600);
    expect(barPx).toBeLessThan(33_000_000);
    expect(barPx).toBe(MOST_SCROLL_PX);
    expect(0 * factor).toBe(0);
    expect((barPx - 600) * factor).toBeCloseTo(heightPx - 600, 3);
  });

  it('moves no more than it must to show a row', () => {
    const map = rowMapOf([batch(1, { items: 100 })], open);
    const ref = rowAt(map, 50);
    if (ref === undefined) throw new Error('no row');
    expect(scrollToShow(ref, topOf(ref) - 10, 300)).toBeNull();
    expect(scrollToShow(ref, topOf(ref) + 10, 300)).toBe(topOf(ref));
    expect(scrollToShow(ref, 0, 300)).toBe(topOf(ref) + ITEM_ROW_PX - 300);
  });
});
