import type { Box, Size } from './geometry';

/** Where a picture lies on the stage: pixels of the stage for one of the picture, and its upper left corner. */
export interface Camera {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** `fit` follows the stage when it changes its size. */
export type View = { readonly kind: 'fit' } | { readonly kind: 'free'; readonly camera: Camera };

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const ZOOM_STEP = 1.25;
export const PAN_STEP_PX = 48;
const MARGIN_PX = 24;
const MOST_SCALE = 8;

/** The scale at which the whole picture is seen with a margin; a small picture is not enlarged. */
export function fitScale(stage: Size, picture: Size): number {
  const width = Math.max(1, stage.width - 2 * MARGIN_PX);
  const height = Math.max(1, stage.height - 2 * MARGIN_PX);
  return Math.min(1, width / picture.width, height / picture.height);
}

/** A side smaller than the stage stands in the middle; a longer one leaves no gap at either edge. */
function heldAxis(at: number, length: number, stage: number): number {
  return length <= stage ? (stage - length) / 2 : Math.min(0, Math.max(stage - length, at));
}

/** The camera moved so that no more of the stage is empty than has to be. */
export function held(camera: Camera, stage: Size, picture: Size): Camera {
  return {
    scale: camera.scale,
    x: heldAxis(camera.x, picture.width * camera.scale, stage.width),
    y: heldAxis(camera.y, picture.height * camera.scale, stage.height),
  };
}

export function cameraOf(view: View, stage: Size, picture: Size): Camera {
  const camera = view.kind === 'free' ? view.camera : { scale: fitScale(stage, picture), x: 0, y: 0 };
  return held(camera, stage, picture);
}

/** Zooms to `scale`, from fitting to eight times, about a point of the stage: what is under it stays there. */
export function zoomedTo(camera: Camera, scale: number, about: Point, stage: Size, picture: Size): View {
  const least = fitScale(stage, picture);
  const next = Math.min(Math.max(scale, least), Math.max(MOST_SCALE, least * MOST_SCALE));
  if (next <= least) return { kind: 'fit' };
  const factor = next / camera.scale;
  const moved = {
    scale: next,
    x: about.x - (about.x - camera.x) * factor,
    y: about.y - (about.y - camera.y) * factor,
  };
  return { kind: 'free', camera: held(moved, stage, picture) };
}

export function panned(camera: Camera, by: Point, stage: Size, picture: Size): View {
  return {
    kind: 'free',
    camera: held({ ...camera, x: camera.x + by.x, y: camera.y + by.y }, stage, picture),
  };
}

function shownAxis(at: number, from: number, length: number, stage: number): number {
  const start = at + from;
  if (start >= 0 && start + length <= stage) return at;
  return at + (stage - length) / 2 - start;
}

/** The view in which a box is wholly in sight: the same where it is, else with the box in the middle. */
export function showing(view: View, box: Box, stage: Size, picture: Size): View {
  if (view.kind === 'fit') return view;
  const { camera } = view;
  const width = picture.width * camera.scale;
  const height = picture.height * camera.scale;
  const moved = {
    scale: camera.scale,
    x: shownAxis(camera.x, box.left * width, box.width * width, stage.width),
    y: shownAxis(camera.y, box.top * height, box.height * height, stage.height),
  };
  return { kind: 'free', camera: held(moved, stage, picture) };
}

const LINE_PX = 16;

/** The factor of one turn of the wheel; `deltaMode` 1 counts lines, as some mice do. */
export function wheelFactor(deltaY: number, deltaMode: number): number {
  const px = deltaMode === 1 ? deltaY * LINE_PX : deltaY;
  return Math.exp(-Math.max(-240, Math.min(240, px)) * 0.0016);
}
