import type { Face } from '../../../shared/faces';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Shares of the picture from its upper left corner: 0 to 1 inside it. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export type Shape =
  | { readonly kind: 'rectangle'; readonly box: Box }
  /** `points` are shares of `box`. */
  | { readonly kind: 'polygon'; readonly box: Box; readonly points: readonly Point[] };

const isFrame = ({ width, height }: Size): boolean => width > 0 && height > 0;

/** Where a face lies in a picture of `frame` pixels; null where its boundary says nothing that can be drawn. */
export function shapeOf(face: Face, frame: Size): Shape | null {
  const { Boundary: boundary } = face;
  if (boundary === undefined || !isFrame(frame)) return null;
  if (boundary.Polygon !== undefined && boundary.Polygon.length > 2)
    return polygonOf(boundary.Polygon, frame);
  const { Left = 0, Top = 0, Width = 0, Height = 0 } = boundary;
  if (!(Width > 0 && Height > 0)) return null;
  return {
    kind: 'rectangle',
    box: {
      left: Left / frame.width,
      top: Top / frame.height,
      width: Width / frame.width,
      height: Height / frame.height,
    },
  };
}

function polygonOf(
  corners: readonly { readonly X: number; readonly Y: number }[],
  frame: Size,
): Shape | null {
  const xs = corners.map(({ X }) => X / frame.width);
  const ys = corners.map(({ Y }) => Y / frame.height);
  const left = Math.min(...xs);
  const top = Math.min(...ys);
  const box = { left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
  if (!(box.width > 0 && box.height > 0)) return null;
  const points = corners.map((_, at) => ({
    x: ((xs[at] ?? left) - left) / box.width,
    y: ((ys[at] ?? top) - top) / box.height,
  }));
  return { kind: 'polygon', box, points };
}

const TONES = 6;

/** The colour of the face at `position` (from 0) in reading order; the number tells equal colours apart. */
export function toneOf(position: number): string {
  return `var(--face-${(position % TONES) + 1})`;
}
