/** Geometry of boxes; pure. */
import type { Box, Size } from './questions';

const area = ({ width, height }: Size): number => width * height;

/** Intersection over union of two boxes, 0 to 1. */
export function overlap(one: Box, other: Box): number {
  const width = Math.min(one.left + one.width, other.left + other.width) - Math.max(one.left, other.left);
  const height = Math.min(one.top + one.height, other.top + other.height) - Math.max(one.top, other.top);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (area(one) + area(other) - width * height);
}

/** The part of a box that lies in the picture; null where none does. */
export function clip(box: Box, image: Size): Box | null {
  const left = Math.max(0, box.left);
  const top = Math.max(0, box.top);
  const width = Math.min(image.width, box.left + box.width) - left;
  const height = Math.min(image.height, box.top + box.height) - top;
  return width > 0 && height > 0 ? { left, top, width, height } : null;
}

/** A box of the scaled picture in whole pixels of the original, at least one pixel wide and inside it. */
export function toOriginal(box: Box, scaled: Size, original: Size): Box {
  const x = original.width / scaled.width;
  const y = original.height / scaled.height;
  const left = Math.min(original.width - 1, Math.max(0, Math.round(box.left * x)));
  const top = Math.min(original.height - 1, Math.max(0, Math.round(box.top * y)));
  const right = Math.min(original.width, Math.max(left + 1, Math.round((box.left + box.width) * x)));
  const bottom = Math.min(original.height, Math.max(top + 1, Math.round((box.top + box.height) * y)));
  return { left, top, width: right - left, height: bottom - top };
}

/** Above this share of the picture the large network alone is not believed: it takes a cat's portrait for a face. */
const LARGE_SHARE = 0.25;
/** Below this score it is not believed either: it takes a shuttle on its rocket for a face at 0.54. */
const SURE_SCORE = 0.7;
/** The small network misses small faces: it is shown a close-up, of so many times the longer side of the box. */
const CLOSE_UP = 3;
const AGREEMENT = 0.3;

/**
 * The part of the picture that the second network is shown before a box counts; null where the first one is believed.
 * Whole pixels, inside the picture.
 */
export function secondOpinion(box: Box, score: number, image: Size): Box | null {
  if (area(box) > LARGE_SHARE * area(image)) return { left: 0, top: 0, ...sizeOnly(image) };
  return score < SURE_SCORE ? around(box, image, CLOSE_UP) : null;
}

/** Whether two networks mean the same face. */
export const agrees = (one: Box, other: Box): boolean => overlap(one, other) > AGREEMENT;

const sizeOnly = ({ width, height }: Size): Size => ({ width, height });

/** How much of the picture around a face is shown with it: its side as a multiple of the face's longer one. */
const ROOM = 1.8;

/** The square around a face that a tile shows. */
export const squareAround = (box: Box, image: Size): Box => around(box, image, ROOM);

/** A square of `times` the longer side of the box: moved to lie inside the picture, smaller where that is smaller. */
function around(box: Box, image: Size, times: number): Box {
  const wanted = Math.max(1, Math.round(Math.max(box.width, box.height) * times));
  const side = Math.min(wanted, image.width, image.height);
  const place = (middle: number, length: number): number =>
    Math.min(length - side, Math.max(0, Math.round(middle - side / 2)));
  return {
    left: place(box.left + box.width / 2, image.width),
    top: place(box.top + box.height / 2, image.height),
    width: side,
    height: side,
  };
}
