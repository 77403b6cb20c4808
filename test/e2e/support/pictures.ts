/** Pictures with known faces, made from the portrait of the fixtures. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp, { type Sharp } from 'sharp';

const FIXTURES = resolve(__dirname, '../../fixtures/pictures');
export const PORTRAIT = join(FIXTURES, 'portrait.jpg');
export const CAT = join(FIXTURES, 'cat.jpg');
export const CUP = join(FIXTURES, 'cup.jpg');

/** The middle of the face, as shares of the portrait: between the eyes and the mouth, as a person sees it. */
export const FACE_AT = { x: 0.435, y: 0.242 } as const;

/** A folder of so many copies of a picture. */
export function copiesOf(picture: string, folder: string, count: number): string {
  mkdirSync(folder, { recursive: true });
  for (let n = 1; n <= count; n += 1) copyFileSync(picture, join(folder, `picture-${n}.jpg`));
  return folder;
}

const SIX = { width: 1640, height: 1120 };
const PLACES = [
  { left: 20, top: 30, side: 512 },
  { left: 620, top: 10, side: 400 },
  { left: 1080, top: 60, side: 512 },
  { left: 40, top: 620, side: 360 },
  { left: 560, top: 560, side: 512 },
  { left: 1130, top: 640, side: 400 },
] as const;

/** The middles of the faces of `sixPortraits`, as shares of the picture, in reading order. */
export const SIX_AT = PLACES.map(({ left, top, side }) => ({
  x: (left + side * FACE_AT.x) / SIX.width,
  y: (top + side * FACE_AT.y) / SIX.height,
}));

/** Six portraits of several sizes on grey, three in a line. */
export async function sixPortraits(folder: string): Promise<string> {
  const portraits = PLACES.map(async ({ left, top, side }) => ({
    input: await sharp(PORTRAIT).resize(side, side).png().toBuffer(),
    left,
    top,
  }));
  const file = join(folder, 'six-portraits.jpg');
  await sharp({ create: { ...SIX, channels: 3, background: '#777' } })
    .composite(await Promise.all(portraits))
    .jpeg({ quality: 92 })
    .toFile(file);
  return file;
}

type Step = (picture: Sharp) => Sharp;
const turn =
  (degrees: number): Step =>
  (picture) =>
    picture.rotate(degrees);
const flip: Step = (picture) => picture.flip();
const flop: Step = (picture) => picture.flop();
/** How the pixels have to lie so that EXIF orientation n sets them upright. */
const STORED: Readonly<Record<number, readonly Step[]>> = {
  1: [],
  2: [flop],
  3: [turn(180)],
  4: [flip],
  5: [turn(270), flip],
  6: [turn(270)],
  7: [turn(90), flip],
  8: [turn(90)],
};

/** The portrait as a camera stores it that was held turned: eight files, all the same when they are upright. */
export async function turnedPortraits(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  for (const [orientation, steps] of Object.entries(STORED)) {
    let pixels = await sharp(PORTRAIT).png().toBuffer();
    for (const step of steps) pixels = await step(sharp(pixels)).png().toBuffer();
    await sharp(pixels)
      .withMetadata({ orientation: Number(orientation) })
      .jpeg({ quality: 95 })
      .toFile(join(folder, `orientation-${orientation}.jpg`));
  }
  return folder;
}
