import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDetectorThread } from '../../../src/host/detector/detector-thread';
import { faceSchema } from '../../../src/shared/faces';
import {
  CAT,
  CUP,
  FACE,
  isInside,
  middleOf,
  PORTRAIT,
  rectangleOf,
  SIX,
  sixPortraits,
  turnedPortrait,
} from '../../fakes/pictures';

let folder: string;
let detector: ReturnType<typeof startDetectorThread>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'faces-'));
  detector = startDetectorThread();
});
afterAll(() => {
  detector.close();
  rmSync(folder, { recursive: true, force: true });
});

async function found(path: string) {
  const outcome = await detector.detect(path);
  if (!outcome.ok) throw new Error(outcome.fault.message);
  return outcome.value;
}

const write = (name: string, bytes: string | Uint8Array): string => {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
};

describe('what it sees', () => {
  test('one face in the portrait, where it is', async () => {
    const { image, faces, milliseconds } = await found(PORTRAIT);
    expect(image).toEqual({ width: 512, height: 512 });
    expect(faces).toHaveLength(1);
    const box = rectangleOf(faces[0]!);
    expect(isInside(middleOf(box), FACE)).toBe(true);
    // By eye: within a tenth of the picture on every side.
    for (const side of ['left', 'top', 'width', 'height'] as const)
      expect(Math.abs(box[side] - FACE[side])).toBeLessThan(51);
    expect(milliseconds).toBeGreaterThan(0);
  });

  test('attributes that are measured, and no others', async () => {
    const { faces } = await found(PORTRAIT);
    const [face] = faces;
    expect(faceSchema.parse(face)).toEqual(face);
    expect(Object.keys(face!).sort()).toEqual([
      'Age',
      'Boundary',
      'Emotion',
      'EmotionConfidence',
      'FaceQuality',
      'FigureConfidence',
      'FigureType',
      'Gender',
      'GenderConfidence',
      'HeadPose',
    ]);
    // She was about 35, smiles, and looks at the camera.
    expect(face).toMatchObject({ FigureType: 'face', Gender: 'female', Emotion: 'happiness' });
    expect(Math.abs(face!.Age! - 35)).toBeLessThan(12);
    expect(Math.abs(face!.HeadPose!.Yaw!)).toBeLessThan(15);
    expect(Math.abs(face!.HeadPose!.Roll!)).toBeLessThan(10);
    expect(face!.FigureConfidence).toBeGreaterThan(0.9);
  });

  test('six faces in a picture of six portraits, each on its own', async () => {
    const { image, faces } = await found(await sixPortraits(folder));
    expect(image).toEqual({ width: 1640, height: 1120 });
    expect(faces).toHaveLength(6);
    for (const { left, top, side } of SIX) {
      const scale = side / 512;
      const own = {
        left: left + FACE.left * scale,
        top: top + FACE.top * scale,
        width: FACE.width * scale,
        height: FACE.height * scale,
      };
      expect(faces.filter((face) => isInside(middleOf(rectangleOf(face)), own))).toHaveLength(1);
    }
  });

  test('a cat is nobody: the false-positive rule', async () => {
    expect((await found(CAT)).faces).toEqual([]);
  });

  test('the rule keeps a face that fills most of the picture', async () => {
    const close = join(folder, 'close.jpg');
    await sharp(PORTRAIT)
      .extract({ left: 140, top: 30, width: 170, height: 170 })
      .resize(900)
      .jpeg()
      .toFile(close);
    const { faces } = await found(close);
    expect(faces).toHaveLength(1);
    const { width, height } = rectangleOf(faces[0]!);
    expect(width * height).toBeGreaterThan(900 * 900 * 0.25);
  });

  test('a cup is nobody', async () => {
    expect((await found(CUP)).faces).toEqual([]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'EXIF orientation %i gives the same upright box',
    async (orientation) => {
      const reference = rectangleOf((await found(await turnedPortrait(folder, 1))).faces[0]!);
      const { image, faces } = await found(await turnedPortrait(folder, orientation));
      expect(image).toEqual({ width: 440, height: 512 });
      expect(faces).toHaveLength(1);
      const box = rectangleOf(faces[0]!);
      // The mirrored orientations must show the portrait as it is, not its mirror image.
      expect(isInside(middleOf(box), FACE)).toBe(true);
      for (const side of ['left', 'top', 'width', 'height'] as const)
        expect(Math.abs(box[side] - reference[side])).toBeLessThanOrEqual(3);
    },
  );

  test('boxes are pixels of the original, however large it is', async () => {
    const large = join(folder, 'large.jpg');
    await sharp(PORTRAIT).resize(4096).jpeg().toFile(large);
    const { image, faces } = await found(large);
    expect(image).toEqual({ width: 4096, height: 4096 });
    const box = rectangleOf(faces[0]!);
    for (const side of ['left', 'top', 'width', 'height'] as const)
      expect(Math.abs(box[side] / 8 - FACE[side])).toBeLessThan(12);
  });
});

describe('formats', () => {
  test.each([
    ['PNG', 'a.png', (picture: Sharp) => picture.png()],
    ['WebP', 'a.webp', (picture: Sharp) => picture.webp()],
    ['AVIF', 'a.avif', (picture: Sharp) => picture.avif({ effort: 0 })],
    ['GIF', 'a.gif', (picture: Sharp) => picture.gif()],
    ['TIFF', 'a.tiff', (picture: Sharp) => picture.tiff()],
    ['grey', 'grey.png', (picture: Sharp) => picture.greyscale().toColourspace('b-w').png()],
    ['16 bit', '16.png', (picture: Sharp) => picture.toColourspace('rgb16').png()],
    ['CMYK', 'cmyk.jpg', (picture: Sharp) => picture.toColourspace('cmyk').jpeg()],
    ['see-through', 'alpha.png', (picture: Sharp) => picture.ensureAlpha(0.9).png()],
    ['any, under a wrong name', 'really-webp.jpg', (picture: Sharp) => picture.webp()],
    ['any, in a folder of another script', '照片 🚢.png', (picture: Sharp) => picture.png()],
  ])('%s is read', async (_name, name, format) => {
    const file = join(folder, name);
    writeFileSync(file, await format(sharp(PORTRAIT)).toBuffer());
    const { faces } = await found(file);
    expect(faces).toHaveLength(1);
    expect(isInside(middleOf(rectangleOf(faces[0]!)), FACE)).toBe(true);
  });

  test('of an animation the first frame counts', async () => {
    const blank = { create: { width: 512, height: 512, channels: 3 as const, background: '#369' } };
    const frames = [await sharp(PORTRAIT).png().toBuffer(), await sharp(blank).png().toBuffer()];
    const file = join(folder, 'animated.gif');
    await sharp(frames, { join: { animated: true } })
      .gif()
      .toFile(file);
    expect(await sharp(file).metadata()).toMatchObject({ pages: 2 });
    const { image, faces } = await found(file);
    expect(image).toEqual({ width: 512, height: 512 });
    expect(faces).toHaveLength(1);
    await sharp([...frames].reverse(), { join: { animated: true } })
      .gif()
      .toFile(join(folder, 'reversed.gif'));
    expect((await found(join(folder, 'reversed.gif'))).faces).toEqual([]);
  });
});

describe('what it refuses', () => {
  const jpeg = readFileSync(PORTRAIT);
  test.each([
    ['half a JPEG', () => write('half.jpg', jpeg.subarray(0, jpeg.length / 2)), 'picture-unreadable'],
    ['a head alone', () => write('head.png', Buffer.from('89504e470d0a1a0a', 'hex')), 'picture-unreadable'],
    ['nothing', () => write('empty.jpg', ''), 'picture-format'],
    ['text', () => write('text.jpg', 'this is no picture'), 'picture-format'],
    ['SVG', () => write('a.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>'), 'picture-format'],
    ['PDF', () => write('a.pdf', '%PDF-1.4\n'), 'picture-format'],
    ['HEIC', () => write('a.heic', `\0\0\0\x18ftypheic\0\0\0\0mif1heic${'x'.repeat(99)}`), 'picture-format'],
    ['BMP', () => write('a.bmp', `BM${'\0'.repeat(99)}`), 'picture-format'],
    ['no file', () => join(folder, 'nowhere.jpg'), 'source-missing'],
    ['a folder', () => folder, 'source-unreadable'],
  ])('%s', async (_name, make, code) => {
    const outcome = await detector.detect(make());
    expect(outcome).toMatchObject({ ok: false, fault: { code } });
    if (!outcome.ok) expect(outcome.fault.message).not.toContain(folder);
  });

  test('more pixels than are decoded, in words and at once', async () => {
    // A hundred bytes that claim 60,000 × 60,000: nobody must make room for them.
    const claim = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    claim.writeUInt32BE(60_000, 16);
    claim.writeUInt32BE(60_000, 20);
    claim.writeUInt32BE(crc32(claim.subarray(12, 29)), 29);
    const outcome = await detector.detect(write('huge.png', claim));
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'picture-too-large' } });
    if (!outcome.ok) expect(outcome.fault.message).toContain('too large');
  });

  test('goes on afterwards', async () => {
    expect((await found(PORTRAIT)).faces).toHaveLength(1);
  });
});

describe('pictures to show', () => {
  const decoded = (bytes: Uint8Array) => sharp(bytes).metadata();

  test('the size, upright, from the head of the file', async () => {
    expect(await detector.size(await turnedPortrait(folder, 6))).toEqual({
      ok: true,
      value: { width: 440, height: 512 },
    });
  });

  test('the whole, upright, without metadata, never enlarged', async () => {
    const file = await turnedPortrait(folder, 5);
    const small = await detector.preview(file, 160);
    const whole = await detector.preview(file, 2048);
    if (!small.ok || !whole.ok) throw new Error('no picture');
    expect(small.value).toMatchObject({ type: 'image/jpeg', width: 138, height: 160 });
    expect(whole.value).toMatchObject({ width: 440, height: 512 });
    const { format, exif, orientation } = await decoded(whole.value.bytes);
    expect({ format, exif, orientation }).toEqual({
      format: 'jpeg',
      exif: undefined,
      orientation: undefined,
    });
    // Compared with the portrait: a mirrored or turned one would differ by far more.
    const pixels = (input: string | Uint8Array) =>
      sharp(input).resize(32, 32, { fit: 'fill' }).greyscale().raw().toBuffer();
    const upright = await sharp(PORTRAIT)
      .extract({ left: 0, top: 0, width: 440, height: 512 })
      .png()
      .toBuffer();
    const [ours, theirs] = [await pixels(whole.value.bytes), await pixels(upright)];
    const difference =
      ours.reduce((sum, value, index) => sum + Math.abs(value - theirs[index]!), 0) / ours.length;
    expect(difference).toBeLessThan(4);
  });

  test('what is see-through stays so', async () => {
    const file = join(folder, 'glass.png');
    await sharp(PORTRAIT).ensureAlpha(0.5).png().toFile(file);
    const made = await detector.preview(file, 100);
    if (!made.ok) throw new Error(made.fault.message);
    expect(made.value.type).toBe('image/webp');
    expect(await decoded(made.value.bytes)).toMatchObject({ format: 'webp', hasAlpha: true });
  });

  test('one face with room around it, square', async () => {
    const made = await detector.crop(PORTRAIT, FACE, 160);
    if (!made.ok) throw new Error(made.fault.message);
    expect(made.value).toMatchObject({ width: 160, height: 160 });
    const file = write('crop.jpg', made.value.bytes);
    expect((await found(file)).faces).toHaveLength(1);
  });

  test('TIFF has faces but no preview', async () => {
    const file = join(folder, 'scan.tiff');
    await sharp(PORTRAIT).tiff().toFile(file);
    for (const outcome of [
      await detector.size(file),
      await detector.preview(file, 99),
      await detector.crop(file, FACE, 99),
    ])
      expect(outcome).toMatchObject({ ok: false, fault: { code: 'picture-format' } });
  });
});
