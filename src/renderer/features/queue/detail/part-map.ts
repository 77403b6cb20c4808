/** As in `itemDetailSchema`: `w` waiting, `s` sending, `v` verified, `a` sent again. */
export type PartState = 'w' | 's' | 'v' | 'a';

/** More cells than this are smaller than a finger's width of meaning: a cell then stands for several parts. */
export const MOST_CELLS = 2_000;

export interface PartGroups {
  /** One state a cell. */
  readonly cells: readonly PartState[];
  readonly partsPerCell: number;
  readonly counts: Readonly<Record<PartState, number>>;
  readonly total: number;
}

/** What a cell of several parts shows: what is being sent or sent again is never hidden; deep only when all are. */
function cellState(parts: string): PartState {
  if (parts.includes('a')) return 'a';
  if (parts.includes('s')) return 's';
  if (!parts.includes('w')) return 'v';
  return parts.includes('v') ? 's' : 'w';
}

export function groupParts(parts: string, mostCells: number = MOST_CELLS): PartGroups {
  const partsPerCell = Math.max(1, Math.ceil(parts.length / mostCells));
  const counts = { w: 0, s: 0, v: 0, a: 0 };
  for (const part of parts) if (part in counts) counts[part as PartState] += 1;
  const cells: PartState[] = [];
  for (let at = 0; at < parts.length; at += partsPerCell)
    cells.push(cellState(parts.slice(at, at + partsPerCell)));
  return { cells, partsPerCell, counts, total: parts.length };
}

export interface PartLayout {
  readonly width: number;
  readonly height: number;
  /** One path of squares for each state. */
  readonly paths: Readonly<Record<PartState, string>>;
}

/** Squares in rows over the given width; few parts get large cells, many get small ones. */
export function layoutParts(cells: readonly PartState[], width: number): PartLayout {
  const [size, step] = cells.length <= 640 ? [8, 10] : cells.length <= 1_200 ? [6, 7.5] : [4, 5];
  const columns = Math.max(1, Math.floor((width + step - size) / step));
  const paths = { w: '', s: '', v: '', a: '' };
  cells.forEach((state, index) => {
    // The outline of a part that is sent again is drawn inside its square.
    const inset = state === 'a' ? 0.75 : 0;
    const x = (index % columns) * step + inset;
    const y = Math.floor(index / columns) * step + inset;
    const side = size - inset * 2;
    paths[state] += `M${x} ${y}h${side}v${side}h${-side}z`;
  });
  const rows = Math.ceil(cells.length / columns);
  return { width, height: Math.max(size, rows * step - (step - size)), paths };
}
