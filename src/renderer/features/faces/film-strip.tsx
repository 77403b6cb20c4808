import { memo, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { FacesRow } from '../../../shared/faces';
import type { ItemId } from '../../../shared/ids';
import { useFaces, useAppContext } from '../../app-context';
import { rowsName, type RowsOf } from '../../store/faces-store';
import { Crop } from './crop';
import { walkedTo } from './keyboard';

/** A small picture and its gap. */
const PITCH_PX = 76;
const OVERSCAN = 4;

interface ThumbProps {
  readonly index: number;
  readonly total: number;
  readonly row: FacesRow | undefined;
  readonly selected: boolean;
}

const Thumb = memo(function Thumb({ index, total, row, selected }: ThumbProps) {
  const shortName = row?.name.slice(row.name.lastIndexOf('/') + 1);
  return (
    <div
      id={`thumb-${index}`}
      className="thumb"
      role="option"
      aria-selected={selected}
      aria-setsize={total}
      aria-posinset={index + 1}
      title={row?.name}
      data-index={index}
      style={{ transform: `translateX(${index * PITCH_PX}px)` }}
    >
      <Crop url={row?.url ?? null} />
      <span className="cut">{shortName}</span>
    </div>
  );
});

interface FilmStripProps {
  readonly of: RowsOf;
  readonly total: number;
  /** Of the picture on the stage; undefined where it is not in this list. */
  readonly selected: number | undefined;
  readonly onSelect: (itemId: ItemId) => void;
}

/** The pictures of the list side by side; only those in sight are drawn and fetched. */
export function FilmStrip({ of, total, selected, onSelect }: FilmStripProps) {
  const { t } = useTranslation();
  const { faces } = useAppContext();
  const version = useFaces((state) => state.version);
  const ref = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState({ left: 0, width: 0 });
  const list = rowsName(of);
  const first = Math.max(0, Math.floor(scroll.left / PITCH_PX) - OVERSCAN);
  const last = Math.min(total - 1, Math.ceil((scroll.left + scroll.width) / PITCH_PX) + OVERSCAN);
  const { batchId, filter } = of;
  useEffect(() => {
    if (last >= first) faces.wantRows({ batchId, filter }, first, last);
  }, [faces, batchId, filter, first, last, version]);
  useLayoutEffect(() => {
    const { current } = ref;
    if (current === null) return undefined;
    const observer = new ResizeObserver(() =>
      setScroll(({ left }) => ({ left, width: current.clientWidth })),
    );
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const { current } = ref;
    if (current === null || selected === undefined) return;
    const left = selected * PITCH_PX;
    if (left < current.scrollLeft) current.scrollLeft = left;
    else if (left + PITCH_PX > current.scrollLeft + current.clientWidth)
      current.scrollLeft = left + PITCH_PX - current.clientWidth;
  }, [selected, list]);
  const select = (index: number): void => {
    const row = faces.rows.rowAt(list, index);
    if (row !== undefined) onSelect(row.itemId);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(scroll.width / PITCH_PX));
    const next = walkedTo(event, selected ?? 0, { count: total, columns: 1, page });
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    select(next);
  };
  const thumbs = [];
  for (let index = first; index <= last; index += 1)
    thumbs.push(
      <Thumb
        key={index}
        index={index}
        total={total}
        row={faces.rows.rowAt(list, index)}
        selected={index === selected}
      />,
    );
  return (
    <div className="sheet-strip">
      <div
        ref={ref}
        className="thumbs"
        role="listbox"
        aria-label={t('faces.strip')}
        aria-orientation="horizontal"
        aria-activedescendant={
          selected !== undefined && selected >= first && selected <= last ? `thumb-${selected}` : undefined
        }
        tabIndex={0}
        onKeyDown={onKeyDown}
        onScroll={(event) => {
          const { scrollLeft: left, clientWidth: width } = event.currentTarget;
          setScroll({ left, width });
        }}
        onClick={(event) => {
          const thumb =
            event.target instanceof Element ? event.target.closest<HTMLElement>('[data-index]') : null;
          if (thumb !== null) select(Number(thumb.dataset['index']));
        }}
      >
        <div className="thumb-space" role="presentation" style={{ width: total * PITCH_PX }}>
          {thumbs}
        </div>
      </div>
    </div>
  );
}
