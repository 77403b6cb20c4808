import { batchOf, itemIdAt, positionOf, type BatchId, type ItemId } from '../../../../shared/ids';
import type { BatchRow } from '../../../../shared/queue-view';

export const BATCH_ROW_PX = 32;
export const ITEM_ROW_PX = 28;
/** Chromium lays out no element higher than about 33.5 million pixels; below that the bar moves pixel by pixel. */
export const MOST_SCROLL_PX = 30_000_000;

/** A row of the grid by what it shows, not by where it stands: so focus and selection survive every change. */
export type RowKey = `batch:${number}` | `item:${number}`;

export const batchKey = (batchId: BatchId): RowKey => `batch:${batchId}`;
export const itemKey = (itemId: ItemId): RowKey => `item:${itemId}`;

/** What a key names. */
export function keyTarget(
  key: RowKey,
):
  | { readonly kind: 'batch'; readonly batchId: BatchId }
  | { readonly kind: 'item'; readonly batchId: BatchId; readonly itemId: ItemId } {
  const number = Number(key.slice(key.indexOf(':') + 1));
  if (key.startsWith('batch:')) return { kind: 'batch', batchId: number as BatchId };
  const itemId = number as ItemId;
  return { kind: 'item', batchId: batchOf(itemId), itemId };
}

/** One batch and the rows that it shows. */
interface Section {
  readonly batch: BatchRow;
  readonly expanded: boolean;
  /** Index of the batch's own row in the whole list, from 0. */
  readonly firstRow: number;
  readonly topPx: number;
  /** Rows of files shown: none when closed. */
  readonly items: number;
}

/**
 * All rows of the grid without a table of them: a million files cost one entry. Positions are computed, because a
 * table with an entry a row is built anew at each delta of a scan.
 */
export interface RowMap {
  readonly sections: readonly Section[];
  readonly rows: number;
  readonly heightPx: number;
}

export type RowRef =
  | { readonly kind: 'batch'; readonly section: Section }
  | { readonly kind: 'item'; readonly section: Section; readonly index: number };

export function rowMapOf(batches: readonly BatchRow[], isExpanded: (batch: BatchRow) => boolean): RowMap {
  const sections: Section[] = [];
  let rows = 0;
  let heightPx = 0;
  for (const batch of batches) {
    const expanded = isExpanded(batch);
    const items = expanded ? batch.items : 0;
    sections.push({ batch, expanded, firstRow: rows, topPx: heightPx, items });
    rows += 1 + items;
    heightPx += BATCH_ROW_PX + items * ITEM_ROW_PX;
  }
  return { sections, rows, heightPx };
}

/** The last section for which `isBefore` holds; sections are sorted by row and by pixel. */
function lastSection(map: RowMap, isBefore: (section: Section) => boolean): Section | undefined {
  let low = 0;
  let high = map.sections.length - 1;
  let found: Section | undefined;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const section = map.sections[middle];
    if (section !== undefined && isBefore(section)) {
      found = section;
      low = middle + 1;
    } else high = middle - 1;
  }
  return found;
}

/** The row at an index of the whole list. */
export function rowAt(map: RowMap, row: number): RowRef | undefined {
  if (row < 0 || row >= map.rows) return undefined;
  const section = lastSection(map, (candidate) => candidate.firstRow <= row);
  if (section === undefined) return undefined;
  if (row === section.firstRow) return { kind: 'batch', section };
  return { kind: 'item', section, index: row - section.firstRow - 1 };
}

/** Index of the row under a pixel of the full height, held to the list's ends. */
export function rowAtPx(map: RowMap, px: number): number {
  const section = lastSection(map, (candidate) => candidate.topPx <= Math.max(0, px));
  if (section === undefined) return 0;
  const below = px - section.topPx - BATCH_ROW_PX;
  if (below < 0 || section.items === 0) return section.firstRow;
  return section.firstRow + 1 + Math.min(section.items - 1, Math.floor(below / ITEM_ROW_PX));
}

export function topOf(ref: RowRef): number {
  return ref.kind === 'batch'
    ? ref.section.topPx
    : ref.section.topPx + BATCH_ROW_PX + ref.index * ITEM_ROW_PX;
}

export const heightOf = (ref: RowRef): number => (ref.kind === 'batch' ? BATCH_ROW_PX : ITEM_ROW_PX);

/** The row that shows a key, or undefined while its batch is closed or gone. `indexOf` knows rows that moved. */
export function rowOfKey(
  map: RowMap,
  key: RowKey,
  indexOf: (itemId: ItemId) => number | undefined,
): number | undefined {
  const target = keyTarget(key);
  const section = map.sections.find((candidate) => candidate.batch.batchId === target.batchId);
  if (section === undefined) return undefined;
  if (target.kind === 'batch') return section.firstRow;
  if (section.items === 0) return undefined;
  const index = indexOf(target.itemId) ?? positionOf(target.itemId) - 1;
  return section.firstRow + 1 + Math.max(0, Math.min(section.items - 1, index));
}

/** The key of a row; a row that has not been fetched gets the id its place implies. */
export function keyOf(
  ref: RowRef,
  itemIdOf: (batchId: BatchId, index: number) => ItemId | undefined,
): RowKey {
  const { batchId } = ref.section.batch;
  if (ref.kind === 'batch') return batchKey(batchId);
  return itemKey(itemIdOf(batchId, ref.index) ?? itemIdAt(batchId, ref.index + 1));
}

/** Rows that a window of the given height shows, with some before and after. */
export function visibleRows(
  map: RowMap,
  topPx: number,
  heightPx: number,
  overscan: number,
): { readonly first: number; readonly last: number } {
  if (map.rows === 0) return { first: 0, last: -1 };
  return {
    first: Math.max(0, rowAtPx(map, topPx) - overscan),
    last: Math.min(map.rows - 1, rowAtPx(map, topPx + heightPx) + overscan),
  };
}

/** How far the scroll bar's pixels stand for the list's: 1 until the list is higher than an element can be. */
export interface ScrollScale {
  readonly barPx: number;
  readonly factor: number;
}

export function scrollScale(heightPx: number, viewPx: number, mostPx: number = MOST_SCROLL_PX): ScrollScale {
  if (heightPx <= mostPx) return { barPx: heightPx, factor: 1 };
  return { barPx: mostPx, factor: (heightPx - viewPx) / (mostPx - viewPx) };
}

/** The bar's position that brings a row into sight with the least movement; `null` when it is in sight. */
export function scrollToShow(ref: RowRef, topPx: number, viewPx: number): number | null {
  const top = topOf(ref);
  const bottom = top + heightOf(ref);
  if (top < topPx) return top;
  if (bottom > topPx + viewPx) return bottom - viewPx;
  return null;
}
