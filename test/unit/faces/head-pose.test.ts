import { describe, expect, test } from 'vitest';
import { HEAD, headPose, type Point } from '../../../src/faces/head-pose';

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The average head, turned, as a camera far away sees it: y down, any scale and place. */
function seen(pose: { yaw: number; pitch: number; roll: number }, scale = 7): Point[] {
  const [a, b, c] = [radians(pose.yaw), radians(-pose.pitch), radians(-pose.roll)];
  const points: Point[] = [];
  for (const [index, [x0, y0, z0]] of HEAD) {
    const [x1, y1] = [x0 * Math.cos(c) - y0 * Math.sin(c), x0 * Math.sin(c) + y0 * Math.cos(c)];
    const [y2, z2] = [y1 * Math.cos(b) - z0 * Math.sin(b), y1 * Math.sin(b) + z0 * Math.cos(b)];
    const x3 = x1 * Math.cos(a) + z2 * Math.sin(a);
    points[index] = { x: 300 + scale * x3, y: 200 - scale * y2 };
  }
  return points;
}

describe('headPose', () => {
  test.each([
    { yaw: 0, pitch: 0, roll: 0 },
    { yaw: 35, pitch: 0, roll: 0 },
    { yaw: -60, pitch: 10, roll: 5 },
    { yaw: 0, pitch: 25, roll: 0 },
    { yaw: 20, pitch: -30, roll: -40 },
    { yaw: 0, pitch: 0, roll: 90 },
  ])('finds yaw $yaw, pitch $pitch, roll $roll again', (pose) => {
    const found = headPose(seen(pose));
    for (const angle of ['yaw', 'pitch', 'roll'] as const) expect(found?.[angle]).toBeCloseTo(pose[angle], 6);
  });

  test('has the signs it promises', () => {
    // The head leans clockwise: the eye on the right of the picture sinks.
    const leaning = seen({ yaw: 0, pitch: 0, roll: 20 });
    expect(leaning[45]!.y).toBeGreaterThan(leaning[36]!.y);
    // It turns to the right of the picture: the nose moves that way against the eyes.
    const turned = seen({ yaw: 30, pitch: 0, roll: 0 });
    expect((turned[31]!.x + turned[35]!.x) / 2).toBeGreaterThan((turned[36]!.x + turned[45]!.x) / 2);
    // It looks up: the nose rises against the eyes.
    const rise = (points: Point[]) => points[36]!.y - points[31]!.y;
    expect(rise(seen({ yaw: 0, pitch: 20, roll: 0 }))).toBeGreaterThan(
      rise(seen({ yaw: 0, pitch: 0, roll: 0 })),
    );
  });

  test('is none where the points make no head', () => {
    expect(headPose([])).toBeNull();
    expect(headPose(Array.from({ length: 68 }, () => ({ x: 1, y: 1 })))).toBeNull();
  });
});
