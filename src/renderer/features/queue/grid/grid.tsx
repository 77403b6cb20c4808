import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppContext, useQueue, useView } from '../../../app-context';
import { RowMenu } from './row-menu';
import { keyOf, rowAt, topOf, visibleRows, type RowKey, type RowMap } from './row-map';
import { BatchRowView } from './batch-row';
import { ItemView } from './item-row';
import {
  focusRowOf,
  useFocusKept,
  useFocusWishes,
  useGridHandlers,
  useRowMap,
  useScrollAnchor,
  requestFocus,
} from './use-grid';
import { useScroll } from './use-scroll';

/** Rows drawn before and after those in sight. */
const OVERSCAN = 8;
const BASE_STEP_PX = 100_000;

function Head({ narrow }: { readonly narrow: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={`cols grid-head ${narrow ? 'narrow' : ''}`} role="row" aria-rowindex={1}>
      <span role="columnheader">{t('columns.name')}</span>
      <span role="columnheader">{t('columns.state')}</span>
      <span role="columnheader">{t('columns.progress')}</span>
      <span className="num" role="columnheader">
        {t('columns.size')}
      </span>
      {!narrow && (
        <>
          <span className="num" role="columnheader">
            {t('columns.speed')}
          </span>
          <span className="num" role="columnheader">
            {t('columns.timeLeft')}
          </span>
        </>
      )}
    </div>
  );
}

function useVisiblePages(map: RowMap, first: number, last: number, version: number): void {
  const { queue } = useAppContext();
  useEffect(() => {
    for (const section of map.sections) {
      const from = Math.max(0, first - section.firstRow - 1);
      const to = Math.min(section.items - 1, last - section.firstRow - 1);
      if (from <= to) queue.want(section.batch.batchId, from, to);
    }
  }, [queue, map, first, last, version]);
}

interface OpenMenu {
  readonly key: RowKey;
  readonly at: { readonly x: number; readonly y: number };
}

/** The queue: batches and their files as one virtual tree grid. */
export function QueueGrid() {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const map = useRowMap();
  const version = useQueue((state) => state.rowsVersion);
  const selection = useView((state) => state.selection);
  const narrow = useView((state) => state.detailId !== null);
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const [element, setElement] = useState<HTMLElement | null>(null);
  const scroll = useScroll(element, map.heightPx);
  const { first, last } = visibleRows(map, scroll.topPx, scroll.viewPx, OVERSCAN);
  const focusRow = focusRowOf(ferry, map, selection.focus);
  const tabStopRow = focusRow ?? Math.min(last, first === 0 ? 0 : first + OVERSCAN);
  const handlers = useGridHandlers(map, scroll, tabStopRow, (key, at) => setMenu({ key, at }));
  useScrollAnchor(map, scroll);
  useFocusKept(map);
  useFocusWishes(element);
  useVisiblePages(map, first, last, version);
  const closeMenu = useCallback(() => {
    setMenu(null);
    requestFocus(ferry);
  }, [ferry]);

  // Painting is single-precision: 28 million pixels down a hairline would be lost. So the rows lie on a layer that
  // stays in sight, and count from a place near by; only the layer moves while one scrolls.
  const basePx = Math.floor(scroll.topPx / BASE_STEP_PX) * BASE_STEP_PX;
  const rows: number[] = [];
  // The row with the keyboard is drawn wherever it is: a row that is not there cannot keep the focus.
  if (focusRow !== undefined && focusRow < first) rows.push(focusRow);
  for (let row = first; row <= last; row += 1) rows.push(row);
  if (focusRow !== undefined && focusRow > last) rows.push(focusRow);

  const drawRow = (row: number) => {
    const ref = rowAt(map, row);
    if (ref === undefined) return null;
    const { batch } = ref.section;
    const item = ref.kind === 'item' ? ferry.queue.pages.rowAt(batch.batchId, ref.index) : undefined;
    const rowKey = keyOf(ref, () => item?.itemId);
    const place = {
      rowKey,
      rowIndex: row + 2,
      offsetPx: topOf(ref) - basePx,
      selected: selection.keys.has(rowKey),
      tabStop: row === tabStopRow,
      narrow,
    };
    if (ref.kind === 'batch')
      return (
        <BatchRowView
          key={rowKey}
          {...place}
          batch={batch}
          expanded={ref.section.expanded}
          first={row === 0}
        />
      );
    return <ItemView key={rowKey} {...place} row={item} />;
  };
  return (
    <>
      <div
        className="treegrid"
        role="treegrid"
        aria-label={t('queue.title')}
        aria-rowcount={map.rows + 1}
        aria-multiselectable="true"
        tabIndex={-1}
        data-zone="grid"
        {...handlers}
      >
        <Head narrow={narrow} />
        <div className="grid-scroll" role="rowgroup" ref={setElement} onScroll={scroll.onScroll}>
          <div className="grid-space" role="presentation" style={{ height: scroll.scale.barPx }}>
            <div className="grid-base" role="presentation">
              <div role="presentation" style={{ transform: `translateY(${basePx - scroll.topPx}px)` }}>
                {rows.map(drawRow)}
              </div>
            </div>
          </div>
        </div>
      </div>
      {menu !== null && <RowMenu rowKey={menu.key} at={menu.at} onClose={closeMenu} />}
    </>
  );
}
