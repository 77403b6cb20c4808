import { useEffect, useLayoutEffect, useMemo, useRef, type KeyboardEvent, type MouseEvent } from 'react';
import type { BatchId, ItemId } from '../../../../shared/ids';
import type { BatchRow } from '../../../../shared/queue-view';
import { useAppContext, useQueue, useView, type AppContext } from '../../../app-context';
import {
  commandRows,
  copyAddress,
  decideRows,
  deleteRows,
  keysFor,
  openDetail,
  setExpanded,
  togglePause,
} from './grid-commands';
import { gridIntent, openedOrClosed, walked, type GridIntent } from './keyboard';
import {
  batchKey,
  ITEM_ROW_PX,
  keyOf,
  keyTarget,
  rowAt,
  rowAtPx,
  rowMapOf,
  rowOfKey,
  scrollToShow,
  topOf,
  type RowKey,
  type RowMap,
} from './row-map';
import { MOST_SELECTED, selected, withoutKeys, type SelectMode } from './selection';
import type { Scroll } from './use-scroll';

const NO_BATCHES: readonly BatchRow[] = [];
/** A batch this small shows its files at once while it is the newest. */
const MOST_OPEN_ITEMS = 500;

/** The rows of the queue as it stands. */
export function useRowMap(): RowMap {
  const batches = useQueue((state) => state.queue?.batches ?? NO_BATCHES);
  const expanded = useView((state) => state.expanded);
  return useMemo(() => {
    const newest = batches[0]?.batchId;
    return rowMapOf(
      batches,
      (batch) => expanded.get(batch.batchId) ?? (batch.batchId === newest && batch.items <= MOST_OPEN_ITEMS),
    );
  }, [batches, expanded]);
}

interface Walker {
  readonly ferry: AppContext;
  readonly map: RowMap;
  readonly scroll: Scroll;
}

const indexOfItem =
  (ferry: AppContext) =>
  (itemId: ItemId): number | undefined =>
    ferry.queue.pages.indexOf(itemId);
const itemIdOfRow =
  (ferry: AppContext) =>
  (batchId: BatchId, index: number): ItemId | undefined =>
    ferry.queue.pages.rowAt(batchId, index)?.itemId;

/** Row with the keyboard, if its key is in the list. */
export function focusRowOf(ferry: AppContext, map: RowMap, focus: RowKey | null): number | undefined {
  return focus === null ? undefined : rowOfKey(map, focus, indexOfItem(ferry));
}

function keyAt({ ferry, map }: Walker, row: number): RowKey | undefined {
  const ref = rowAt(map, row);
  return ref === undefined ? undefined : keyOf(ref, itemIdOfRow(ferry));
}

function keysBetween(walker: Walker, from: RowKey, to: RowKey): readonly RowKey[] {
  const start = rowOfKey(walker.map, from, indexOfItem(walker.ferry));
  const end = rowOfKey(walker.map, to, indexOfItem(walker.ferry));
  if (start === undefined || end === undefined) return [to];
  const step = start <= end ? 1 : -1;
  const keys: RowKey[] = [];
  for (let row = start; keys.length < MOST_SELECTED; row += step) {
    const key = keyAt(walker, row);
    if (key !== undefined) keys.push(key);
    if (row === end) break;
  }
  return keys;
}

/** The row with the keyboard takes the focus once it is drawn. */
export function requestFocus({ view }: AppContext): void {
  view.setState(({ focusWishes }) => ({ focusWishes: focusWishes + 1 }));
}

function select(walker: Walker, key: RowKey, mode: SelectMode): void {
  walker.ferry.view.setState(({ selection }) => ({
    selection: selected(selection, key, mode, (from, to) => keysBetween(walker, from, to)),
  }));
  requestFocus(walker.ferry);
}

function goTo(walker: Walker, row: number, mode: SelectMode): void {
  const ref = rowAt(walker.map, row);
  const key = keyAt(walker, row);
  if (ref === undefined || key === undefined) return;
  select(walker, key, mode);
  const topPx = scrollToShow(ref, walker.scroll.topPx, walker.scroll.viewPx);
  if (topPx !== null) walker.scroll.scrollTo(topPx);
}

function openOrClose(walker: Walker, row: number, kind: 'open' | 'close'): void {
  const outcome = openedOrClosed(walker.map, row, kind);
  if (outcome === null) return;
  const ref = rowAt(walker.map, row);
  if (outcome.kind === 'go') goTo(walker, outcome.row, 'one');
  else if (ref !== undefined) setExpanded(walker.ferry, ref.section.batch.batchId, outcome.kind === 'expand');
}

function toggleBatch(walker: Walker, row: number): void {
  const ref = rowAt(walker.map, row);
  if (ref?.kind === 'batch') setExpanded(walker.ferry, ref.section.batch.batchId, !ref.section.expanded);
}

function escapeGrid({ view }: AppContext): void {
  const { detailId, selection } = view.getState();
  if (detailId !== null) view.setState({ detailId: null });
  else view.setState({ selection: { ...selection, keys: new Set() } });
}

function perform(walker: Walker, intent: GridIntent, row: number, openMenu: (key: RowKey) => void): void {
  const { ferry } = walker;
  const key = keyAt(walker, row);
  if (key === undefined) return;
  switch (intent.kind) {
    case 'walk': {
      const page = Math.max(1, Math.floor(walker.scroll.viewPx / ITEM_ROW_PX) - 1);
      const mode = intent.extend ? 'range' : intent.keep ? 'focus-only' : 'one';
      goTo(walker, walked(walker.map, row, intent.to, page), mode);
      return;
    }
    case 'open':
    case 'close':
      openOrClose(walker, row, intent.kind);
      return;
    case 'details':
      if (keyTarget(key).kind === 'batch') toggleBatch(walker, row);
      else openDetail(ferry, key);
      return;
    case 'toggle-pause':
      togglePause(ferry, keysFor(ferry, key));
      return;
    case 'toggle-select':
      select(walker, key, 'toggle');
      return;
    case 'retry':
      commandRows(ferry, 'retry', keysFor(ferry, key));
      return;
    case 'cancel':
      deleteRows(ferry, keysFor(ferry, key));
      return;
    case 'copy-address':
      void copyAddress(ferry, key);
      return;
    case 'menu':
      openMenu(key);
      return;
    case 'escape':
      escapeGrid(ferry);
      return;
  }
}

const rowElement = (target: EventTarget): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('[data-row-key]') : null;

const keyOfElement = (element: HTMLElement | null): RowKey | undefined =>
  element?.dataset['rowKey'] as RowKey | undefined;

/** Gives the focus to the tab stop when it was wished for, after the row was drawn. */
export function useFocusWishes(element: HTMLElement | null): void {
  const wishes = useView((state) => state.focusWishes);
  const granted = useRef(wishes);
  useLayoutEffect(() => {
    if (element === null || granted.current === wishes) return;
    granted.current = wishes;
    element.querySelector<HTMLElement>('[data-row-key][tabindex="0"]')?.focus({ preventScroll: true });
  }, [element, wishes]);
}

/** Keys and presses of the grid, taken at its root. */
export function useGridHandlers(
  map: RowMap,
  scroll: Scroll,
  tabStopRow: number,
  openMenu: (key: RowKey, at: { readonly x: number; readonly y: number }) => void,
) {
  const ferry = useAppContext();
  const walker: Walker = { ferry, map, scroll };
  return {
    onKeyDown: (event: KeyboardEvent) => {
      const intent = gridIntent(event);
      if (intent === null) return;
      event.preventDefault();
      if (intent.kind !== 'escape') event.stopPropagation();
      perform(walker, intent, tabStopRow, (key) => {
        const box = document.activeElement?.getBoundingClientRect();
        openMenu(key, { x: (box?.left ?? 0) + 40, y: box?.bottom ?? 0 });
      });
    },
    onClick: (event: MouseEvent) => {
      const key = keyOfElement(rowElement(event.target));
      if (key === undefined) return;
      const act =
        event.target instanceof Element
          ? event.target.closest<HTMLElement>('[data-act]')?.dataset['act']
          : undefined;
      const mode = event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'one';
      select(walker, key, act === undefined ? mode : 'one');
      const row = rowOfKey(map, key, indexOfItem(ferry)) ?? 0;
      if (act === 'twist') toggleBatch(walker, row);
      else if (act === 'details') openDetail(ferry, key);
      else if (act === 'retry' || act === 'resume') commandRows(ferry, act, [key]);
      else if (act === 'by-rule' || act === 'as-usual') decideRows(ferry, [key], act);
    },
    onDoubleClick: (event: MouseEvent) => {
      const key = keyOfElement(rowElement(event.target));
      if (key === undefined || (event.target instanceof Element && event.target.closest('[data-act]')))
        return;
      perform(walker, { kind: 'details' }, rowOfKey(map, key, indexOfItem(ferry)) ?? 0, () => undefined);
    },
    onContextMenu: (event: MouseEvent) => {
      const key = keyOfElement(rowElement(event.target));
      if (key === undefined) return;
      event.preventDefault();
      if (!ferry.view.getState().selection.keys.has(key)) select(walker, key, 'one');
      openMenu(key, { x: event.clientX, y: event.clientY });
    },
  };
}

/** The row that was at the upper edge stays there when rows come or go above it. */
export function useScrollAnchor(map: RowMap, scroll: Scroll): void {
  const ferry = useAppContext();
  const anchor = useRef<{ readonly key: RowKey; readonly px: number } | null>(null);
  const knownMap = useRef(map);
  useLayoutEffect(() => {
    const { current } = anchor;
    if (knownMap.current !== map && current !== null && scroll.topPx > 0) {
      knownMap.current = map;
      const ref = rowAt(map, rowOfKey(map, current.key, indexOfItem(ferry)) ?? -1);
      if (ref !== undefined && Math.abs(topOf(ref) + current.px - scroll.topPx) >= 1) {
        scroll.scrollTo(topOf(ref) + current.px);
        return;
      }
    }
    knownMap.current = map;
    const ref = rowAt(map, rowAtPx(map, scroll.topPx));
    anchor.current =
      ref === undefined ? null : { key: keyOf(ref, itemIdOfRow(ferry)), px: scroll.topPx - topOf(ref) };
  });
}

/** When the row with the keyboard is closed away or removed, its batch or its neighbour takes over. */
export function useFocusKept(map: RowMap): void {
  const ferry = useAppContext();
  const focus = useView((state) => state.selection.focus);
  const lastRow = useRef(0);
  useEffect(() => {
    if (focus === null || map.rows === 0) return;
    const row = focusRowOf(ferry, map, focus);
    const batches = new Set(map.sections.map((section) => section.batch.batchId));
    if (row !== undefined) {
      lastRow.current = row;
      const { selection } = ferry.view.getState();
      const left = withoutKeys(selection, (key) => !batches.has(keyTarget(key).batchId));
      if (left !== selection) ferry.view.setState({ selection: left });
      return;
    }
    const { batchId } = keyTarget(focus);
    const neighbour = rowAt(map, Math.min(lastRow.current, map.rows - 1));
    const next = batches.has(batchId) ? batchKey(batchId) : neighbour && keyOf(neighbour, itemIdOfRow(ferry));
    if (next === undefined) return;
    // Chromium gives the focus to the body when its element is removed.
    const isLost = document.activeElement === document.body;
    ferry.view.setState({ selection: { focus: next, anchor: next, keys: new Set([next]) } });
    if (isLost) requestFocus(ferry);
  }, [ferry, map, focus]);
}
