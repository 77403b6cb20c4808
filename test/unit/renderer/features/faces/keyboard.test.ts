import { describe, expect, it } from 'vitest';
import { nextFace, stageIntent, walkedTo } from '../../../../../src/renderer/features/faces/keyboard';
import { windowIntent } from '../../../../../src/renderer/features/queue/grid/keyboard';

const press = (key: string, more: Partial<Parameters<typeof stageIntent>[0]> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...more,
});

describe('keys in a picture', () => {
  it.each([
    ['+', 'zoom-in'],
    ['=', 'zoom-in'],
    ['-', 'zoom-out'],
    ['0', 'fit'],
    ['1', 'actual'],
    ['b', 'boxes'],
    ['B', 'boxes'],
    ['ArrowLeft', 'pan'],
  ])('%s means %s', (key, kind) => {
    expect(stageIntent(press(key))?.kind).toBe(kind);
  });

  it('leaves keys of the window and unknown ones alone', () => {
    expect(stageIntent(press('1', { ctrlKey: true }))).toBeNull();
    expect(stageIntent(press('b', { altKey: true }))).toBeNull();
    expect(stageIntent(press('x'))).toBeNull();
    expect(stageIntent(press('Escape'))).toBeNull();
  });

  it('lets Tab go from face to face and out after the last', () => {
    expect(stageIntent(press('Tab'))).toEqual({ kind: 'face', step: 1 });
    expect(stageIntent(press('Tab', { shiftKey: true }))).toEqual({ kind: 'face', step: -1 });
    expect(nextFace(0, 3, 1)).toBe(1);
    expect(nextFace(2, 3, 1)).toBeNull();
    expect(nextFace(0, 3, -1)).toBeNull();
    expect(nextFace(0, 0, 1)).toBeNull();
  });
});

describe('keys in a list of pictures', () => {
  const walk = (key: string, from: number, columns = 1) =>
    walkedTo(press(key), from, { count: 10, columns, page: 4 });

  it('walk by one, by a line, by a page and to the ends, and stay inside', () => {
    expect([walk('ArrowRight', 0), walk('ArrowLeft', 0), walk('ArrowDown', 1, 3)]).toEqual([1, 0, 4]);
    expect([walk('PageDown', 0), walk('PageUp', 2), walk('End', 3), walk('Home', 3)]).toEqual([4, 0, 9, 0]);
    expect(walk('ArrowDown', 9, 3)).toBe(9);
  });

  it('mean nothing in an empty list and with other keys', () => {
    expect(walkedTo(press('End'), 0, { count: 0, columns: 1, page: 1 })).toBeNull();
    expect(walk('Enter', 0)).toBeNull();
  });
});

it('Ctrl+4 goes to the faces', () => {
  expect(windowIntent(press('4', { ctrlKey: true }))).toBe('faces');
});
