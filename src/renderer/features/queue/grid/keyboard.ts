import { rowAt, type RowMap } from './row-map';

/** The parts of a KeyboardEvent that decide. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

export type GridIntent =
  | { readonly kind: 'walk'; readonly to: Step; readonly extend: boolean; readonly keep: boolean }
  | { readonly kind: 'open' | 'close' | 'details' | 'toggle-pause' | 'toggle-select' }
  | { readonly kind: 'retry' | 'cancel' | 'copy-address' | 'menu' | 'escape' };
export type Step = 'previous' | 'next' | 'page-up' | 'page-down' | 'first' | 'last';

const STEPS: Readonly<Record<string, Step>> = {
  ArrowUp: 'previous',
  ArrowDown: 'next',
  PageUp: 'page-up',
  PageDown: 'page-down',
  Home: 'first',
  End: 'last',
};

/** Ctrl, on macOS Command. */
const hasCommand = (press: KeyPress): boolean => press.ctrlKey || press.metaKey;

/** What a key means while a row of the grid has the focus. */
export function gridIntent(press: KeyPress): GridIntent | null {
  if (press.altKey) return null;
  const command = hasCommand(press);
  const to = STEPS[press.key];
  if (to !== undefined) return { kind: 'walk', to, extend: press.shiftKey, keep: command && !press.shiftKey };
  if (press.key === 'F10' && press.shiftKey) return { kind: 'menu' };
  if (command) return commandIntent(press);
  switch (press.key) {
    case 'ArrowRight':
      return { kind: 'open' };
    case 'ArrowLeft':
      return { kind: 'close' };
    case 'Enter':
      return { kind: 'details' };
    case ' ':
      return { kind: 'toggle-pause' };
    case 'Delete':
      return { kind: 'cancel' };
    case 'ContextMenu':
      return { kind: 'menu' };
    case 'Escape':
      return { kind: 'escape' };
    default:
      return null;
  }
}

function commandIntent(press: KeyPress): GridIntent | null {
  if (press.key === ' ') return { kind: 'toggle-select' };
  if (press.shiftKey) return null;
  switch (press.key.toLowerCase()) {
    case 'r':
      return { kind: 'retry' };
    case 'c':
      return { kind: 'copy-address' };
    default:
      return null;
  }
}

export type WindowIntent =
  | 'choose-files'
  | 'choose-folder'
  | 'pause-all'
  | 'settings'
  | 'queue'
  | 'needs'
  | 'faces'
  | 'next-zone'
  | 'previous-zone'
  | 'undo'
  | 'escape';

const COMMANDS: Readonly<Record<string, WindowIntent>> = {
  o: 'choose-files',
  'shift+o': 'choose-folder',
  'shift+p': 'pause-all',
  ',': 'settings',
  '1': 'queue',
  '2': 'needs',
  '4': 'faces',
  z: 'undo',
};

/** What a key means anywhere in the window. */
export function windowIntent(press: KeyPress): WindowIntent | null {
  if (press.key === 'F6') return press.shiftKey ? 'previous-zone' : 'next-zone';
  if (press.key === 'Escape') return 'escape';
  if (!hasCommand(press) || press.altKey) return null;
  return COMMANDS[`${press.shiftKey ? 'shift+' : ''}${press.key.toLowerCase()}`] ?? null;
}

/** The row that a step leads to from `from`; `page` rows make a page. */
export function walked(map: RowMap, from: number, to: Step, page: number): number {
  const last = map.rows - 1;
  const target: Record<Step, number> = {
    previous: from - 1,
    next: from + 1,
    'page-up': from - page,
    'page-down': from + page,
    first: 0,
    last,
  };
  return Math.max(0, Math.min(last, target[to]));
}

/** → opens a closed batch and otherwise goes to its first file; ← closes an open one or goes from a file to its batch. */
export function openedOrClosed(
  map: RowMap,
  row: number,
  kind: 'open' | 'close',
): { readonly kind: 'expand' | 'collapse' } | { readonly kind: 'go'; readonly row: number } | null {
  const ref = rowAt(map, row);
  if (ref === undefined) return null;
  if (ref.kind === 'item') return kind === 'close' ? { kind: 'go', row: ref.section.firstRow } : null;
  if (kind === 'close') return ref.section.expanded ? { kind: 'collapse' } : null;
  if (!ref.section.expanded) return { kind: 'expand' };
  return ref.section.items > 0 ? { kind: 'go', row: row + 1 } : null;
}
