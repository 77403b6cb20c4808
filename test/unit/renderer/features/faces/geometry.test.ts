import { describe, expect, it } from 'vitest';
import { inReadingOrder, placeOf, type Face } from '../../../../../src/shared/faces';
import { shapeOf, toneOf } from '../../../../../src/renderer/features/faces/geometry';
import { beyondTrust, drawPose } from '../../../../../src/renderer/features/faces/head-pose';
import {
  cameraOf,
  fitScale,
  panned,
  showing,
  wheelFactor,
  zoomedTo,
  type View,
} from '../../../../../src/renderer/features/faces/zoom';

const box = (Left: number, Top: number, Width = 100, Height = 100): Face => ({
  Boundary: { Left, Top, Width, Height },
});
const near = (value: number) => expect.closeTo(value) as number;
const frame = { width: 1000, height: 500 };

describe('reading order', () => {
  it('goes from left to right, line by line, however the answer is ordered', () => {
    const faces = [box(600, 320), box(10, 12), box(300, 0), box(20, 300), box(600, 30)];
    expect(inReadingOrder(faces)).toEqual([1, 2, 4, 3, 0]);
  });

  it('takes polygons by their middle and puts what has no place first', () => {
    const Polygon = [
      { X: 400, Y: 0 },
      { X: 500, Y: 100 },
      { X: 400, Y: 100 },
    ];
    expect(inReadingOrder([{ Boundary: { Polygon } }, box(10, 0), {}])).toEqual([2, 1, 0]);
  });
});

describe('the shape of a face', () => {
  it('is a share of the frame', () => {
    expect(shapeOf(box(182, 175, 304, 381), { width: 800, height: 1000 })).toEqual({
      kind: 'rectangle',
      box: { left: 0.2275, top: 0.175, width: 0.38, height: 0.381 },
    });
  });

  it('is a polygon with its corners inside its own box', () => {
    const Polygon = [
      { X: 100, Y: 100 },
      { X: 300, Y: 50 },
      { X: 200, Y: 250 },
    ];
    expect(shapeOf({ Boundary: { Polygon } }, frame)).toEqual({
      kind: 'polygon',
      box: { left: 0.1, top: 0.1, width: near(0.2), height: near(0.4) },
      points: [
        { x: 0, y: near(0.25) },
        { x: near(1), y: 0 },
        { x: near(0.5), y: 1 },
      ],
    });
  });

  it.each<[string, Face]>([
    ['no boundary', {}],
    ['no width', { Boundary: { Left: 1, Top: 1, Height: 5 } }],
    ['a negative height', box(0, 0, 10, -10)],
    [
      'a polygon of two corners alone',
      {
        Boundary: {
          Polygon: [
            { X: 1, Y: 1 },
            { X: 2, Y: 2 },
          ],
        },
      },
    ],
    [
      'a polygon that is a line',
      {
        Boundary: {
          Polygon: [
            { X: 1, Y: 1 },
            { X: 2, Y: 1 },
            { X: 3, Y: 1 },
          ],
        },
      },
    ],
  ])('is nothing to draw with %s', (_why, face) => {
    expect(shapeOf(face, frame)).toBeNull();
  });

  it('begins at the edge where the answer leaves a corner out, which may be a zero', () => {
    expect(placeOf({ Width: 5, Height: 6 })).toEqual({ left: 0, top: 0, width: 5, height: 6 });
  });

  it('has no place in a picture without a size', () => {
    expect(shapeOf(box(1, 1), { width: 0, height: 500 })).toBeNull();
  });

  it('has a colour that comes again after the sixth', () => {
    expect([0, 1, 5, 6].map(toneOf)).toEqual([
      'var(--face-1)',
      'var(--face-2)',
      'var(--face-6)',
      'var(--face-1)',
    ]);
  });
});

describe('zoom and pan', () => {
  const stage = { width: 600, height: 400 };
  const picture = { width: 2000, height: 1000 };
  const fit: View = { kind: 'fit' };
  const free = (view: View) => {
    if (view.kind !== 'free') throw new Error('the view fits');
    return view.camera;
  };

  it('fits with a margin, in the middle, and enlarges nothing', () => {
    const camera = cameraOf(fit, stage, picture);
    expect(camera.scale).toBeCloseTo(552 / 2000);
    expect(camera.x).toBeCloseTo(24);
    expect(camera.y).toBeCloseTo((400 - 276) / 2);
    expect(fitScale(stage, { width: 100, height: 80 })).toBe(1);
  });

  it('keeps what is under the pointer where it is', () => {
    const from = cameraOf({ kind: 'free', camera: { scale: 0.5, x: -200, y: -50 } }, stage, picture);
    const about = { x: 150, y: 120 };
    const under = { x: (about.x - from.x) / from.scale, y: (about.y - from.y) / from.scale };
    const to = free(zoomedTo(from, 1, about, stage, picture));
    expect((about.x - to.x) / to.scale).toBeCloseTo(under.x);
    expect((about.y - to.y) / to.scale).toBeCloseTo(under.y);
  });

  it('goes no further out than fitting and no further in than eight times', () => {
    const from = cameraOf(fit, stage, picture);
    expect(zoomedTo(from, 0.01, { x: 0, y: 0 }, stage, picture)).toEqual({ kind: 'fit' });
    expect(free(zoomedTo(from, 100, { x: 0, y: 0 }, stage, picture)).scale).toBe(8);
  });

  it('leaves no gap at an edge when it is panned, and centres what is smaller', () => {
    const from = cameraOf({ kind: 'free', camera: { scale: 1, x: -10, y: -10 } }, stage, picture);
    expect(free(panned(from, { x: 500, y: 500 }, stage, picture))).toEqual({ scale: 1, x: 0, y: 0 });
    expect(free(panned(from, { x: -9000, y: -9000 }, stage, picture))).toEqual({
      scale: 1,
      x: -1400,
      y: -600,
    });
    const flat = { width: 2000, height: 100 };
    expect(free(panned({ scale: 1, x: 0, y: 0 }, { x: 0, y: 70 }, stage, flat)).y).toBe(150);
  });

  it('brings a face into sight, and stays where it is in sight', () => {
    const view: View = { kind: 'free', camera: { scale: 1, x: 0, y: 0 } };
    const near = { left: 0.05, top: 0.1, width: 0.05, height: 0.1 };
    expect(free(showing(view, near, stage, picture))).toEqual({ scale: 1, x: 0, y: 0 });
    const far = { left: 0.5, top: 0.5, width: 0.05, height: 0.1 };
    const camera = free(showing(view, far, stage, picture));
    expect(camera.x + 1000).toBeGreaterThanOrEqual(0);
    expect(camera.x + 1100).toBeLessThanOrEqual(600);
    expect(camera.y + 600).toBeLessThanOrEqual(400);
    expect(showing(fit, far, stage, picture)).toBe(fit);
  });

  it('turns the wheel by the same whether it counts pixels or lines, and never wildly', () => {
    expect(wheelFactor(-48, 0)).toBeCloseTo(wheelFactor(-3, 1));
    expect(wheelFactor(-48, 0)).toBeGreaterThan(1);
    expect(wheelFactor(-100_000, 0)).toBeLessThan(1.5);
  });
});

describe('the drawing of a head', () => {
  it('turns the nose as the head is turned', () => {
    const drawn = drawPose({ Pitch: -4.1, Yaw: 8.6, Roll: -2.8 }, 30);
    expect(drawn).toMatchObject({ roll: -2.8, rx: 18, ry: 24, nose: { x: 4, y: 2.6 }, beyond: false });
    expect(drawn.tip).toEqual({ x: 8.8, y: 5.7 });
  });

  it('stays within the drawing at any angle', () => {
    for (const Pitch of [-180, -90, -45, 0, 45, 90, 180])
      for (const Yaw of [-180, -85, 0, 60, 180]) {
        const { nose, tip } = drawPose({ Pitch, Yaw }, 30);
        expect((nose.x / 18) ** 2 + (nose.y / 24) ** 2).toBeLessThanOrEqual(1.01);
        expect(Math.hypot(tip.x, tip.y)).toBeLessThanOrEqual(30.1);
      }
  });

  it('says which angles are beyond trust', () => {
    expect(beyondTrust({ Pitch: 30, Roll: -45, Yaw: 80 })).toEqual([]);
    expect(beyondTrust({ Pitch: -30.1, Roll: 45.1, Yaw: -80.1 })).toEqual(['Pitch', 'Yaw', 'Roll']);
    expect(drawPose({ Yaw: 81 }, 30).beyond).toBe(true);
  });
});
