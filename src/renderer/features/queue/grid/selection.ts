import type { RowKey } from './row-map';

/** One command names at most 500 files (`scopeSchema`), so no more are selected at once. */
export const MOST_SELECTED = 500;

export interface Selection {
  /** The row that has, or would get, the keyboard. */
  readonly focus: RowKey | null;
  /** Where a range with Shift begins. */
  readonly anchor: RowKey | null;
  readonly keys: ReadonlySet<RowKey>;
}

export const NOTHING_SELECTED: Selection = { focus: null, anchor: null, keys: new Set() };

export type SelectMode = 'one' | 'range' | 'toggle' | 'focus-only';

/**
 * The selection after a row was pressed or walked to. `between` lists the keys from the anchor to the row, both
 * included, in the order of the list.
 */
export function selected(
  selection: Selection,
  key: RowKey,
  mode: SelectMode,
  between: (from: RowKey, to: RowKey) => readonly RowKey[],
): Selection {
  switch (mode) {
    case 'focus-only':
      return { ...selection, focus: key };
    case 'one':
      return { focus: key, anchor: key, keys: new Set([key]) };
    case 'toggle': {
      const keys = new Set(selection.keys);
      if (!keys.delete(key) && keys.size < MOST_SELECTED) keys.add(key);
      return { focus: key, anchor: key, keys };
    }
    case 'range': {
      const anchor = selection.anchor ?? selection.focus ?? key;
      return { focus: key, anchor, keys: new Set(between(anchor, key).slice(0, MOST_SELECTED)) };
    }
  }
}

/** The selection without rows that are gone; the focus stays where it was when its row remains. */
export function withoutKeys(selection: Selection, isGone: (key: RowKey) => boolean): Selection {
  const keys = [...selection.keys].filter((key) => !isGone(key));
  const keep = (key: RowKey | null): RowKey | null => (key === null || isGone(key) ? null : key);
  if (keys.length === selection.keys.size && keep(selection.focus) === selection.focus) return selection;
  return { focus: keep(selection.focus), anchor: keep(selection.anchor), keys: new Set(keys) };
}
