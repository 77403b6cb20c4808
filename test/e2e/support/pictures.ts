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

const SIDE = 512;

/** Six portraits, three in a line. */
export async function sixPortraits(folder: string): Promise<string> {
  const portrait = await sharp(PORTRAIT).resize(SIDE, SIDE).png().toBuffer();
  const composite = Array.from({ length: 6 }, (_, at) => ({
    input: portrait,
    left: (at % 3) * SIDE,
    top: Math.floor(at / 3) * SIDE,
  }));
  const file = join(folder, 'six-portraits.jpg');
  await sharp({ create: { width: 3 * SIDE, height: 2 * SIDE, channels: 3, background: 'grey' } })
    .composite(composite)
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
