/** Pictures with known faces, made from the portrait of the fixtures. */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PORTRAIT, SIX, SIX_SIZE, storeTurned } from '../../fakes/pictures';

export { CAT, CUP, PORTRAIT, sixPortraits } from '../../fakes/pictures';

/** The middle of the face, as shares of the portrait: between the eyes and the mouth, as a person sees it. */
export const FACE_AT = { x: 0.435, y: 0.242 } as const;

/** A folder of so many copies of a picture. */
export function copiesOf(picture: string, folder: string, count: number): string {
  mkdirSync(folder, { recursive: true });
  for (let n = 1; n <= count; n += 1) copyFileSync(picture, join(folder, `picture-${n}.jpg`));
  return folder;
}

/** The middles of the faces of `sixPortraits`, as shares of the picture, in reading order. */
export const SIX_AT = SIX.map(({ left, top, side }) => ({
  x: (left + side * FACE_AT.x) / SIX_SIZE.width,
  y: (top + side * FACE_AT.y) / SIX_SIZE.height,
}));

/** The portrait as a camera stores it that was held turned: eight files, all the same when they are upright. */
export async function turnedPortraits(folder: string): Promise<string> {
  for (let orientation = 1; orientation <= 8; orientation += 1)
    await storeTurned(readFileSync(PORTRAIT), folder, orientation);
  return folder;
}
