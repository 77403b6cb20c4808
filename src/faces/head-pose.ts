/** The direction of a head, from the 68 landmarks of its face. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Degrees. */
export interface HeadPose {
  readonly pitch: number;
  readonly roll: number;
  readonly yaw: number;
}

type Vector = readonly [number, number, number];

/**
 * Fourteen points of an average head by their index among the 68: x to the right, y up, z towards the viewer, in
 * centimetres. The tip of the nose is not among them: it differs most from one head to the next.
 */
export const HEAD: readonly (readonly [index: number, place: Vector])[] = [
  [17, [-6.83, 6.76, 4.4]], // brows
  [21, [-1.33, 7.12, 6.9]],
  [22, [1.33, 7.12, 6.9]],
  [26, [6.83, 6.76, 4.4]],
  [36, [-5.31, 5.49, 3.99]], // corners of the eyes
  [39, [-1.79, 5.39, 4.41]],
  [42, [1.79, 5.39, 4.41]],
  [45, [5.31, 5.49, 3.99]],
  [31, [-2.01, 1.41, 6.17]], // wings of the nose
  [35, [2.01, 1.41, 6.17]],
  [48, [-2.77, -2.08, 5.05]], // corners of the mouth
  [54, [2.77, -2.08, 5.05]],
  [57, [0, -3.12, 6.1]], // lower lip
  [8, [0, -7.42, 4.07]], // chin
];

/**
 * Fits the average head to the landmarks as seen from far away (scaled orthographic projection, least squares). Yaw is
 * positive when the face turns to the right of the picture, pitch when it looks up, roll when it leans clockwise. Null
 * where points are missing or lie in a line. It tells a frontal from a turned face; nobody has an average head, so it
 * is some degrees off for everybody.
 */
export function headPose(landmarks: readonly Point[]): HeadPose | null {
  const points = HEAD.flatMap(([index]) => landmarks[index] ?? []);
  if (points.length < HEAD.length) return null;
  const middle = mean(HEAD.map(([, place]) => place));
  const head = HEAD.map(([, place]) => minus(place, middle));
  const x = fit(
    head,
    points.map((point) => point.x),
  );
  const y = fit(
    head,
    points.map((point) => -point.y),
  );
  const right = x && unit(x);
  const up = right && y && unit(minus(y, scaled(right, dot(y, right))));
  if (right === null || up === null) return null;
  const front = cross(right, up);
  // The rows of the rotation are right, up and front; its third column is where the nose points.
  return {
    pitch: degrees(Math.asin(Math.max(-1, Math.min(1, up[2])))),
    roll: -degrees(Math.atan2(up[0], up[1])),
    yaw: degrees(Math.atan2(right[2], front[2])),
  };
}

/** Least squares: the vector whose products with the (centred) places come closest to the values around their mean. */
function fit(places: readonly Vector[], values: readonly number[]): Vector | null {
  const moment = (a: 0 | 1 | 2, b: 0 | 1 | 2): number =>
    places.reduce((sum, place) => sum + place[a] * place[b], 0);
  const first: Vector = [moment(0, 0), moment(0, 1), moment(0, 2)];
  const second: Vector = [moment(1, 0), moment(1, 1), moment(1, 2)];
  const third: Vector = [moment(2, 0), moment(2, 1), moment(2, 2)];
  const determinant = dot(first, cross(second, third));
  const goal = places.reduce<Vector>(
    (sum, place, index) => minus(sum, scaled(place, -(values[index] ?? NaN))),
    [0, 0, 0],
  );
  const solution: Vector = [
    dot(goal, cross(second, third)) / determinant,
    dot(goal, cross(third, first)) / determinant,
    dot(goal, cross(first, second)) / determinant,
  ];
  return solution.every(Number.isFinite) ? solution : null;
}

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const scaled = (a: Vector, by: number): Vector => [a[0] * by, a[1] * by, a[2] * by];
const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const degrees = (radians: number): number => (radians * 180) / Math.PI;

function mean(vectors: readonly Vector[]): Vector {
  const sum = vectors.reduce<Vector>((total, vector) => minus(total, scaled(vector, -1)), [0, 0, 0]);
  return scaled(sum, 1 / vectors.length);
}

function unit(vector: Vector): Vector | null {
  const length = Math.sqrt(dot(vector, vector));
  return length > 1e-9 ? scaled(vector, 1 / length) : null;
}
