import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { FaceTile } from '../../../shared/faces';
import type { BatchId } from '../../../shared/ids';
import { useFaces, useAppContext } from '../../app-context';
import { sheetName } from '../../store/faces-store';
import { Crop } from './crop';
import { walkedTo } from './keyboard';

const PITCH_PX = { x: 112, y: 128 } as const;
const PADDING_PX = 12;
const OVERSCAN_LINES = 1;

interface Sight {
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function useSight(): {
  readonly ref: React.RefObject<HTMLDivElement | null>;
  readonly sight: Sight;
  readonly look: () => void;
} {
  const ref = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState<Sight>({ top: 0, width: 0, height: 0 });
  const look = (): void => {
    const { current } = ref;
    if (current === null) return;
    setSight({ top: current.scrollTop, width: current.clientWidth, height: current.clientHeight });
  };
  useLayoutEffect(() => {
    const { current } = ref;
    if (current === null) return undefined;
    const observer = new ResizeObserver(() =>
      setSight({ top: current.scrollTop, width: current.clientWidth, height: current.clientHeight }),
    );
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return { ref, sight, look };
}

function Tile({ index, total, columns, tile, selected }: TileProps) {
  const { t } = useTranslation();
  const x = (index % columns) * PITCH_PX.x;
  const y = Math.floor(index / columns) * PITCH_PX.y;
  const shortName = tile?.name.slice(tile.name.lastIndexOf('/') + 1) ?? '';
  return (
    <div
      id={`tile-${index}`}
      className="tile thumb"
      role="option"
      aria-label={tile === undefined ? undefined : t('faces.tile', { name: shortName })}
      aria-selected={selected}
      aria-setsize={total}
      aria-posinset={index + 1}
      aria-busy={tile === undefined}
      title={tile?.name}
      data-index={index}
      style={{ transform: `translate(${x}px, ${y}px)` }}
    >
      <Crop url={tile?.url ?? null} />
      <span className="cut">{shortName}</span>
    </div>
  );
}

interface TileProps {
  readonly index: number;
  readonly total: number;
  readonly columns: number;
  readonly tile: FaceTile | undefined;
  readonly selected: boolean;
}

interface ContactSheetProps {
  readonly batchId: BatchId | null;
  /** Opens the picture that a face was cut out of, with that face chosen. */
  readonly onOpen: (tile: FaceTile) => void;
}

/** Every face of a batch, cut out; only the lines in sight are drawn and fetched. */
export function ContactSheet({ batchId, onOpen }: ContactSheetProps) {
  const { t } = useTranslation();
  const { faces } = useAppContext();
  const version = useFaces((state) => state.version);
  const { ref, sight, look } = useSight();
  const [chosen, setChosen] = useState(0);
  const list = sheetName(batchId);
  const total = faces.tiles.total(list);
  const columns = Math.max(1, Math.floor((sight.width - PADDING_PX) / PITCH_PX.x));
  const lines = Math.ceil((total ?? 0) / columns);
  const firstLine = Math.max(0, Math.floor(sight.top / PITCH_PX.y) - OVERSCAN_LINES);
  const lastLine = Math.min(lines - 1, Math.floor((sight.top + sight.height) / PITCH_PX.y) + OVERSCAN_LINES);
  const first = firstLine * columns;
  const last = Math.min((total ?? 0) - 1, (lastLine + 1) * columns - 1);
  useEffect(
    () => faces.wantTiles(batchId, first, Math.max(first, last)),
    [faces, batchId, first, last, version],
  );
  const open = (index: number): void => {
    const tile = faces.tiles.rowAt(list, index);
    if (tile !== undefined) onOpen(tile);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      open(chosen);
      return;
    }
    const page = columns * Math.max(1, Math.floor(sight.height / PITCH_PX.y));
    const next = walkedTo(event, chosen, { count: total ?? 0, columns, page });
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    setChosen(next);
    const top = Math.floor(next / columns) * PITCH_PX.y;
    const { current } = ref;
    if (current === null) return;
    if (top < current.scrollTop) current.scrollTop = top;
    else if (top + PITCH_PX.y > current.scrollTop + current.clientHeight)
      current.scrollTop = top + PITCH_PX.y - current.clientHeight;
  };
  if (total === 0)
    return (
      <div className="hollow">
        <div className="say">
          <h2>{t('faces.empty.sheet')}</h2>
        </div>
      </div>
    );
  const tiles = [];
  for (let index = first; index <= last; index += 1)
    tiles.push(
      <Tile
        key={index}
        index={index}
        total={total ?? 0}
        columns={columns}
        tile={faces.tiles.rowAt(list, index)}
        selected={index === chosen}
      />,
    );
  return (
    <div
      ref={ref}
      className="contact-sheet"
      role="listbox"
      aria-label={`${t('faces.sheet')}, ${t('faces.count', { count: total ?? 0 })}`}
      aria-activedescendant={chosen >= first && chosen <= last ? `tile-${chosen}` : undefined}
      tabIndex={0}
      data-zone="stage"
      onKeyDown={onKeyDown}
      onScroll={look}
      onClick={(event) => {
        const tile =
          event.target instanceof Element ? event.target.closest<HTMLElement>('[data-index]') : null;
        if (tile === null) return;
        setChosen(Number(tile.dataset['index']));
        open(Number(tile.dataset['index']));
      }}
    >
      <div className="tile-space" role="presentation" style={{ height: lines * PITCH_PX.y }}>
        {tiles}
      </div>
    </div>
  );
}
