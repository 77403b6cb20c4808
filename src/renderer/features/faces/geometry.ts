import { placeOf, type Face } from '../../../shared/faces';

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
export function shapeOf({ Boundary: boundary }: Face, frame: Size): Shape | null {
  const place = placeOf(boundary);
  if (place === null || !isFrame(frame)) return null;
  const box = {
    left: place.left / frame.width,
    top: place.top / frame.height,
    width: place.width / frame.width,
    height: place.height / frame.height,
  };
  const corners = boundary?.Polygon ?? [];
  if (corners.length < 3) return { kind: 'rectangle', box };
  const points = corners.map(({ X, Y }) => ({
    x: (X - place.left) / place.width,
    y: (Y - place.top) / place.height,
  }));
  return { kind: 'polygon', box, points };
}

const TONES = 6;

/** The colour of the face at `position` (from 0) in reading order; the number tells equal colours apart. */
export function toneOf(position: number): string {
  return `var(--face-${(position % TONES) + 1})`;
}
