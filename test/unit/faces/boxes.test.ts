import { describe, expect, test } from 'vitest';
import { agrees, clip, overlap, secondOpinion, squareAround, toOriginal } from '../../../src/faces/boxes';

const box = (left: number, top: number, width: number, height: number) => ({ left, top, width, height });
const IMAGE = { width: 1000, height: 800 };

describe('overlap', () => {
  test.each([
    ['the same box', box(10, 10, 20, 20), 1],
    ['half of it', box(10, 10, 20, 10), 0.5],
    ['a corner', box(20, 20, 20, 20), 100 / 700],
    ['a neighbour', box(30, 10, 20, 20), 0],
    ['a far one', box(300, 300, 20, 20), 0],
  ])('with %s', (_name, other, share) => {
    expect(overlap(box(10, 10, 20, 20), other)).toBeCloseTo(share, 10);
    expect(overlap(other, box(10, 10, 20, 20))).toBeCloseTo(share, 10);
  });
});

describe('the false-positive rule', () => {
  test('a sure face of ordinary size needs no second opinion', () => {
    expect(secondOpinion(box(100, 100, 200, 200), 0.95, IMAGE)).toBeNull();
  });

  test('a box over a quarter of the picture is looked at in the whole picture', () => {
    expect(secondOpinion(box(0, 0, 500, 400), 0.99, IMAGE)).toBeNull();
    expect(secondOpinion(box(0, 0, 501, 400), 0.99, IMAGE)).toEqual(box(0, 0, 1000, 800));
  });

  test('an unsure one is looked at from close by', () => {
    expect(secondOpinion(box(500, 400, 40, 50), 0.69, IMAGE)).toEqual(box(445, 350, 150, 150));
    expect(secondOpinion(box(500, 400, 40, 50), 0.7, IMAGE)).toBeNull();
    expect(secondOpinion(box(980, 0, 20, 20), 0.5, IMAGE)).toEqual(box(940, 0, 60, 60));
  });

  test('two networks agree on boxes that share more than 0.3', () => {
    expect(agrees(box(0, 0, 100, 100), box(0, 0, 100, 31))).toBe(true);
    expect(agrees(box(0, 0, 100, 100), box(0, 0, 100, 30))).toBe(false);
  });
});

test('a box is cut to the picture, one beside it is none', () => {
  expect(clip(box(-10, -20, 100, 100), IMAGE)).toEqual(box(0, 0, 90, 80));
  expect(clip(box(950, 790, 100, 100), IMAGE)).toEqual(box(950, 790, 50, 10));
  expect(clip(box(1000, 0, 10, 10), IMAGE)).toBeNull();
  expect(clip(box(0, -50, 10, 50), IMAGE)).toBeNull();
});

test('boxes become whole pixels of the original, inside it and never empty', () => {
  const original = { width: 4000, height: 3200 };
  expect(toOriginal(box(10.1, 20.2, 30.3, 40.4), IMAGE, original)).toEqual(box(40, 81, 122, 161));
  expect(toOriginal(box(999.99, 799.99, 0.01, 0.01), IMAGE, original)).toEqual(box(3999, 3199, 1, 1));
  expect(toOriginal(box(0, 0, 1000, 800), IMAGE, original)).toEqual(box(0, 0, 4000, 3200));
});

test('the square around a face lies inside the picture', () => {
  expect(squareAround(box(400, 300, 100, 80), IMAGE)).toEqual(box(360, 250, 180, 180));
  expect(squareAround(box(0, 0, 100, 80), IMAGE)).toEqual(box(0, 0, 180, 180));
  expect(squareAround(box(950, 750, 50, 50), IMAGE)).toEqual(box(910, 710, 90, 90));
  expect(squareAround(box(100, 100, 700, 700), IMAGE)).toEqual(box(50, 0, 800, 800));
  expect(squareAround(box(5000, 5000, 0, 0), IMAGE)).toEqual(box(999, 799, 1, 1));
});
