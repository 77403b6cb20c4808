import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { Face } from '../../src/shared/faces';

const FOLDER = resolve(__dirname, '../fixtures/pictures');
export const PORTRAIT = join(FOLDER, 'portrait.jpg');
export const CAT = join(FOLDER, 'cat.jpg');
export const CUP = join(FOLDER, 'cup.jpg');

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Where the face of the portrait is, from eyebrows to chin, as a person sees it; 512 × 512 pixels. */
export const FACE: Rectangle = { left: 181, top: 73, width: 83, height: 102 };

/** Where the six portraits of `sixPortraits` stand. */
export const SIX: readonly { readonly left: number; readonly top: number; readonly side: number }[] = [
  { left: 20, top: 30, side: 512 },
  { left: 620, top: 10, side: 400 },
  { left: 1080, top: 60, side: 512 },
  { left: 40, top: 620, side: 360 },
  { left: 560, top: 560, side: 512 },
  { left: 1130, top: 640, side: 400 },
];

export const SIX_SIZE = { width: 1640, height: 1120 } as const;

/** Six portraits of different sizes on grey. */
export async function sixPortraits(folder: string): Promise<string> {
  const portraits = SIX.map(async ({ left, top, side }) => ({
    input: await sharp(PORTRAIT).resize(side).png().toBuffer(),
    left,
    top,
  }));
  const file = join(folder, 'six-portraits.jpg');
  await sharp({ create: { ...SIX_SIZE, channels: 3, background: '#777' } })
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

/** How the pixels must be stored for EXIF orientation n to set a picture upright again. */
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

/** The portrait cut to 440 × 512, stored turned and mirrored as a camera may, with the EXIF tag that says so. */
export async function turnedPortrait(folder: string, orientation: number): Promise<string> {
  const narrow = sharp(PORTRAIT).extract({ left: 0, top: 0, width: 440, height: 512 });
  return storeTurned(await narrow.png().toBuffer(), folder, orientation);
}

/** Stores an upright picture as a camera does that was held so: `orientation-<n>.jpg`. */
export async function storeTurned(upright: Buffer, folder: string, orientation: number): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const steps = STORED[orientation];
  if (steps === undefined) throw new Error('orientations are 1 to 8');
  let turned = upright;
  // Each by itself: within one pipeline sharp has an order of its own.
  for (const step of steps) turned = await step(sharp(turned)).png().toBuffer();
  const file = join(folder, `orientation-${orientation}.jpg`);
  await sharp(turned).withMetadata({ orientation }).jpeg({ quality: 95 }).toFile(file);
  return file;
}

export const rectangleOf = ({ Boundary }: Pick<Face, 'Boundary'>): Rectangle => ({
  left: Boundary?.Left ?? NaN,
  top: Boundary?.Top ?? NaN,
  width: Boundary?.Width ?? NaN,
  height: Boundary?.Height ?? NaN,
});

export const middleOf = ({ left, top, width, height }: Rectangle) => ({
  x: left + width / 2,
  y: top + height / 2,
});

export const isInside = (
  { x, y }: { x: number; y: number },
  { left, top, width, height }: Rectangle,
): boolean => x > left && x < left + width && y > top && y < top + height;
