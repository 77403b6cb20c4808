import { describe, expect, test, vi } from 'vitest';
import { usableBounds } from '../../../../src/main/window/window';

vi.mock('electron', () => ({}));

const AREAS = [
  { x: 0, y: 25, width: 1600, height: 975 },
  { x: 1600, y: 0, width: 1280, height: 1024 },
];
const at = (x: number, y: number, width = 1000, height = 700) => ({
  x,
  y,
  width,
  height,
  isMaximized: false,
});

describe('usableBounds', () => {
  test('the first window has the default size and no place of its own', () => {
    expect(usableBounds(null, AREAS)).toEqual({ width: 1180, height: 760 });
  });

  test.each([at(10, 30), at(2000, 100), at(-700, 100), at(1500, 900)])('%j is used as it was', (bounds) => {
    const { x, y, width, height } = bounds;
    expect(usableBounds(bounds, AREAS)).toEqual({ x, y, width, height });
  });

  test.each([at(5000, 100), at(-900, 100), at(100, -600), at(100, 990), at(10, 0)])(
    '%j lies where its title bar could not be reached: only the size is used',
    (bounds) => {
      expect(usableBounds(bounds, AREAS)).toEqual({ width: 1000, height: 700 });
    },
  );

  test('a size below the least is raised to it', () => {
    expect(usableBounds(at(10, 30, 100, 100), AREAS)).toMatchObject({ width: 820, height: 520 });
  });
});
