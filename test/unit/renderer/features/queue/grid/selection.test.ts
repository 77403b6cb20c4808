import { describe, expect, it } from 'vitest';
import type { RowKey } from '../../../../../../src/renderer/features/queue/grid/row-map';
import {
  MOST_SELECTED,
  NOTHING_SELECTED,
  selected,
  withoutKeys,
  type Selection,
} from '../../../../../../src/renderer/features/queue/grid/selection';

const key = (number: number): RowKey => `item:${number}`;
const between = (from: RowKey, to: RowKey): RowKey[] => {
  const [a, b] = [Number(from.slice(5)), Number(to.slice(5))];
  const step = a <= b ? 1 : -1;
  return Array.from({ length: Math.abs(b - a) + 1 }, (_, index) => key(a + index * step));
};
const pick = (selection: Selection, number: number, mode: Parameters<typeof selected>[2]): Selection =>
  selected(selection, key(number), mode, between);

describe('the selection', () => {
  const one = pick(NOTHING_SELECTED, 5, 'one');

  it('holds one row after a plain press', () => {
    expect([...pick(one, 9, 'one').keys]).toEqual([key(9)]);
  });

  it('spans from the anchor in both directions, and the anchor stays', () => {
    const down = pick(one, 7, 'range');
    expect([...down.keys]).toEqual([key(5), key(6), key(7)]);
    expect([...pick(down, 3, 'range').keys]).toEqual([key(5), key(4), key(3)]);
  });

  it('adds and takes away single rows', () => {
    const two = pick(one, 9, 'toggle');
    expect([...two.keys]).toEqual([key(5), key(9)]);
    expect([...pick(two, 5, 'toggle').keys]).toEqual([key(9)]);
  });

  it('walks with Ctrl without selecting', () => {
    const walked = pick(one, 8, 'focus-only');
    expect(walked.focus).toBe(key(8));
    expect([...walked.keys]).toEqual([key(5)]);
  });

  it('holds no more than one command can name', () => {
    expect(pick(one, 100_000, 'range').keys.size).toBe(MOST_SELECTED);
    const full = pick(one, 5 + MOST_SELECTED - 1, 'range');
    expect(pick(full, 9_999, 'toggle').keys.size).toBe(MOST_SELECTED);
  });

  it('lets go of rows that left and keeps its identity when none did', () => {
    const three = pick(one, 7, 'range');
    expect([...withoutKeys(three, (gone) => gone === key(6)).keys]).toEqual([key(5), key(7)]);
    expect(withoutKeys(three, (gone) => gone === key(7)).focus).toBeNull();
    expect(withoutKeys(three, () => false)).toBe(three);
  });
});
