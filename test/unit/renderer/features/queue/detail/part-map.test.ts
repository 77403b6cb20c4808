import { describe, expect, it } from 'vitest';
import {
  groupParts,
  layoutParts,
  MOST_CELLS,
} from '../../../../../../src/renderer/features/queue/detail/part-map';

describe('the part map', () => {
  it('shows one cell a part while they fit, and counts every state', () => {
    const groups = groupParts('vvsaw');
    expect(groups.cells).toEqual(['v', 'v', 's', 'a', 'w']);
    expect(groups.partsPerCell).toBe(1);
    expect(groups.counts).toEqual({ v: 2, s: 1, a: 1, w: 1 });
  });

  it('lets a cell stand for several parts above the bound and still counts parts', () => {
    const groups = groupParts('v'.repeat(6_000) + 'w'.repeat(4_000));
    expect(groups.partsPerCell).toBe(5);
    expect(groups.cells).toHaveLength(MOST_CELLS);
    expect(groups.counts).toEqual({ v: 6_000, s: 0, a: 0, w: 4_000 });
    expect(groups.total).toBe(10_000);
  });

  it('is deep only where every part is verified, and hides no part that is sent again', () => {
    expect(groupParts('vvvw' + 'vvvv' + 'vsvv' + 'wwaw' + 'wwww', 5).cells).toEqual([
      's',
      'v',
      's',
      'a',
      'w',
    ]);
  });

  it('draws each cell once, in the path of its state, inside the width', () => {
    const { cells } = groupParts('v'.repeat(500) + 's'.repeat(14) + 'a' + 'w'.repeat(34));
    const { paths, width, height } = layoutParts(cells, 332);
    const squares = (path: string) => path.split('M').length - 1;
    expect([squares(paths.v), squares(paths.s), squares(paths.a), squares(paths.w)]).toEqual([
      500, 14, 1, 34,
    ]);
    const points = [
      ...Object.values(paths)
        .join('')
        .matchAll(/M([\d.]+) ([\d.]+)h/g),
    ];
    expect(new Set(points.map((point) => point[0])).size).toBe(549);
    for (const [, x, y] of points) {
      expect(Number(x) + 8).toBeLessThanOrEqual(width);
      expect(Number(y)).toBeLessThan(height);
    }
  });

  it('takes no parts at all', () => {
    expect(groupParts('').cells).toEqual([]);
    expect(layoutParts([], 332).paths.v).toBe('');
  });
});
