/** The parts of a KeyboardEvent that decide. */
interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

export type StageIntent =
  | { readonly kind: 'zoom-in' | 'zoom-out' | 'fit' | 'actual' | 'boxes' }
  | { readonly kind: 'pan'; readonly x: -1 | 0 | 1; readonly y: -1 | 0 | 1 }
  | { readonly kind: 'face'; readonly step: 1 | -1 };

const STAGE_KEYS: Readonly<Record<string, StageIntent>> = {
  '+': { kind: 'zoom-in' },
  '=': { kind: 'zoom-in' },
  '-': { kind: 'zoom-out' },
  _: { kind: 'zoom-out' },
  '0': { kind: 'fit' },
  '1': { kind: 'actual' },
  b: { kind: 'boxes' },
  B: { kind: 'boxes' },
  // The key says which way one looks, so the picture goes the other way.
  ArrowLeft: { kind: 'pan', x: 1, y: 0 },
  ArrowRight: { kind: 'pan', x: -1, y: 0 },
  ArrowUp: { kind: 'pan', x: 0, y: 1 },
  ArrowDown: { kind: 'pan', x: 0, y: -1 },
};

/** What a key means while the picture has the focus. */
export function stageIntent(press: KeyPress): StageIntent | null {
  if (press.altKey || press.ctrlKey || press.metaKey) return null;
  if (press.key === 'Tab') return { kind: 'face', step: press.shiftKey ? -1 : 1 };
  return STAGE_KEYS[press.key] ?? null;
}

/** The face that Tab leads to, by position; null lets the focus leave the picture. */
export function nextFace(chosen: number, faces: number, step: 1 | -1): number | null {
  const next = chosen + step;
  return next >= 0 && next < faces ? next : null;
}

/** Where a key leads in a list of `count` that stands in lines of `columns`; null for all other keys. */
export function walkedTo(
  press: KeyPress,
  from: number,
  { count, columns, page }: { readonly count: number; readonly columns: number; readonly page: number },
): number | null {
  if (press.altKey || press.ctrlKey || press.metaKey) return null;
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -page,
    PageDown: page,
    Home: -count,
    End: count,
  };
  const step = steps[press.key];
  if (step === undefined || count === 0) return null;
  return Math.max(0, Math.min(count - 1, from + step));
}
