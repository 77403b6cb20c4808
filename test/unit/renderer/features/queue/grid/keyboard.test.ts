import { describe, expect, it } from 'vitest';
import {
  gridIntent,
  openedOrClosed,
  walked,
  windowIntent,
  type KeyPress,
} from '../../../../../../src/renderer/features/queue/grid/keyboard';
import { rowMapOf } from '../../../../../../src/renderer/features/queue/grid/row-map';
import { batch } from '../../../samples';

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...more,
});
const ctrl = { ctrlKey: true };
const command = { metaKey: true };

describe('keys of the grid', () => {
  it('walks, extends with Shift, keeps the selection with Ctrl', () => {
    expect(gridIntent(press('ArrowDown'))).toEqual({ kind: 'walk', to: 'next', extend: false, keep: false });
    expect(gridIntent(press('End', { shiftKey: true }))).toMatchObject({ to: 'last', extend: true });
    expect(gridIntent(press('PageUp', ctrl))).toMatchObject({ to: 'page-up', keep: true });
  });

  it.each([
    ['Enter', {}, 'details'],
    [' ', {}, 'toggle-pause'],
    [' ', ctrl, 'toggle-select'],
    ['r', ctrl, 'retry'],
    ['r', command, 'retry'],
    ['c', ctrl, 'copy-address'],
    ['Delete', {}, 'cancel'],
    ['ArrowRight', {}, 'open'],
    ['ArrowLeft', {}, 'close'],
    ['F10', { shiftKey: true }, 'menu'],
    ['Escape', {}, 'escape'],
  ] as const)('%j with %j means %s', (key, more, kind) => {
    expect(gridIntent(press(key, more))?.kind).toBe(kind);
  });

  it('leaves other keys to the window', () => {
    for (const key of ['o', 'F6', 'Tab', 'r']) expect(gridIntent(press(key))).toBeNull();
    expect(gridIntent(press('p', { ctrlKey: true, shiftKey: true }))).toBeNull();
    expect(gridIntent(press('ArrowDown', { altKey: true }))).toBeNull();
  });
});

describe('keys of the window', () => {
  it.each([
    ['o', ctrl, 'choose-files'],
    ['O', { ctrlKey: true, shiftKey: true }, 'choose-folder'],
    ['P', { metaKey: true, shiftKey: true }, 'pause-all'],
    [',', ctrl, 'settings'],
    ['1', ctrl, 'queue'],
    ['2', ctrl, 'needs'],
    ['z', ctrl, 'undo'],
    ['F6', {}, 'next-zone'],
    ['F6', { shiftKey: true }, 'previous-zone'],
    ['Escape', {}, 'escape'],
  ] as const)('%j with %j means %s', (key, more, intent) => {
    expect(windowIntent(press(key, more))).toBe(intent);
  });

  it('takes nothing else', () => {
    for (const key of ['o', '1', 'z', 'a']) expect(windowIntent(press(key))).toBeNull();
    expect(windowIntent(press('o', { ctrlKey: true, altKey: true }))).toBeNull();
  });
});

describe('walking', () => {
  const map = rowMapOf([batch(2, { items: 1_000_000 }), batch(1)], (one) => one.batchId === 2);

  it('holds at both ends and pages by what is in sight', () => {
    expect(walked(map, 0, 'previous', 20)).toBe(0);
    expect(walked(map, 5, 'page-down', 20)).toBe(25);
    expect(walked(map, 0, 'last', 20)).toBe(1_000_001);
    expect(walked(map, 1_000_000, 'page-down', 20)).toBe(1_000_001);
  });

  it('opens, enters, leaves and closes a batch', () => {
    expect(openedOrClosed(map, 0, 'open')).toEqual({ kind: 'go', row: 1 });
    expect(openedOrClosed(map, 0, 'close')).toEqual({ kind: 'collapse' });
    expect(openedOrClosed(map, 700_000, 'close')).toEqual({ kind: 'go', row: 0 });
    expect(openedOrClosed(map, 700_000, 'open')).toBeNull();
    expect(openedOrClosed(map, 1_000_001, 'open')).toEqual({ kind: 'expand' });
    expect(openedOrClosed(map, 1_000_001, 'close')).toBeNull();
  });
});
