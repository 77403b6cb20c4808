/** The one decoder: every picture that is looked at, shown or cut out goes through here. */
import { open, readFile, stat } from 'node:fs/promises';
import sharp, { type Metadata, type OutputInfo, type Sharp } from 'sharp';
import { squareAround } from './boxes';
import { DECODED, formatOf, HEAD_BYTES, SHOWN, type Format } from './formats';
import type { Pixels } from './networks';
import { PictureError, type Box, type MadePicture, type PictureSource, type Size } from './questions';

/** The large network scales its input to 512 pixels: more than this shows it nothing new. */
const DETECTION_EDGE = 1024;
/** 16,383 × 16,383; a small file can claim any size, and its pixels are what costs memory. */
const MAX_PIXELS = 268_402_689;
/** A picture of that many pixels rarely has as many bytes; they are held in memory once or twice. */
const MAX_FILE_BYTES = 512 << 20;
const JPEG_QUALITY = 85;
const WEBP_QUALITY = 82;

// What is not in this list is never parsed, whatever its first bytes look like.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Nsgif', 'Webp', 'Heif', 'Tiff'].map((name) => `VipsForeignLoad${name}`),
});
// Pictures come once each; a cache of decoded ones would only hold memory.
sharp.cache(false);

interface Opened {
  readonly format: Format;
  /** Of the upright picture. */
  readonly size: Size;
  readonly hasAlpha: boolean;
  /** A fresh pipeline over the first frame. */
  readonly read: () => Sharp;
}

/** Pixels for the networks, upright, sRGB, at most 1,024 along the longer edge, and the size of the original. */
export async function pixelsOf(
  source: PictureSource,
): Promise<{ readonly pixels: Pixels; readonly original: Size }> {
  const opened = await openPicture(source, DECODED);
  const { data, info } = await decode(
    opened
      .read()
      .autoOrient()
      .resize({ width: DETECTION_EDGE, height: DETECTION_EDGE, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      // What is see-through is shown on white almost everywhere.
      .flatten({ background: 'white' })
      .removeAlpha()
      .raw({ depth: 'uchar' }),
  );
  return {
    pixels: { width: info.width, height: info.height, rgb: toRgb(data, info.channels) },
    original: opened.size,
  };
}

/** Size of the upright picture, from the head of the file; refuses what has no preview. */
export async function sizeOf(source: PictureSource): Promise<Size> {
  return (await openPicture(source, SHOWN)).size;
}

/** The whole picture, upright, without any metadata. */
export async function makePreview(source: PictureSource, edge: number): Promise<MadePicture> {
  const opened = await openPicture(source, SHOWN);
  const scaled = opened
    .read()
    .autoOrient()
    .resize({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true });
  return encode(scaled, opened.hasAlpha);
}

/** One box of the picture with room around it. */
export async function makeCrop(source: PictureSource, box: Box, edge: number): Promise<MadePicture> {
  const opened = await openPicture(source, SHOWN);
  const cut = opened
    .read()
    .autoOrient()
    .extract(squareAround(box, opened.size))
    .resize({ width: edge, height: edge, fit: 'inside' });
  return encode(cut, opened.hasAlpha);
}

async function encode(picture: Sharp, hasAlpha: boolean): Promise<MadePicture> {
  const { data, info } = await decode(
    hasAlpha ? picture.webp({ quality: WEBP_QUALITY, effort: 2 }) : picture.jpeg({ quality: JPEG_QUALITY }),
  );
  const type = hasAlpha ? 'image/webp' : 'image/jpeg';
  return { type, width: info.width, height: info.height, bytes: new Uint8Array(data) };
}

async function openPicture(source: PictureSource, wanted: ReadonlySet<Format>): Promise<Opened> {
  const { format, bytes } = await bytesOf(source, wanted);
  const read = (): Sharp => sharp(bytes, { failOn: 'error', limitInputPixels: MAX_PIXELS });
  const metadata = await readable(() => read().metadata());
  const size = uprightSize(metadata);
  if (size.width * size.height > MAX_PIXELS) throw tooLarge();
  return { format, size, hasAlpha: metadata.hasAlpha, read };
}

function uprightSize({ autoOrient: { width, height } }: Metadata): Size {
  return { width, height };
}

/** The whole file, where it is of a wanted format; what is not is never read past its head. */
async function bytesOf(
  source: PictureSource,
  wanted: ReadonlySet<Format>,
): Promise<{ readonly format: Format; readonly bytes: Uint8Array }> {
  if (typeof source !== 'string') return { format: wantedFormat(source, wanted), bytes: source };
  try {
    // A pipe would be waited for, and a device never ends.
    if (!(await stat(source)).isFile()) throw new PictureError('denied', 'This is not a file.');
    const file = await open(source, 'r');
    try {
      const head = new Uint8Array(HEAD_BYTES);
      const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
      const format = wantedFormat(head.subarray(0, bytesRead), wanted);
      if ((await file.stat()).size > MAX_FILE_BYTES) throw tooLarge();
      // The decoder is WebAssembly: it gets bytes, so that no path has to be right in its idea of a file system.
      return { format, bytes: await readFile(source) };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof PictureError ? error : fileProblem(error);
  }
}

function wantedFormat(head: Uint8Array, wanted: ReadonlySet<Format>): Format {
  const format = formatOf(head);
  if (format === null) throw new PictureError('format', 'This is not a picture of a known format.');
  if (!wanted.has(format))
    throw new PictureError('format', `${format.toUpperCase()} pictures ${whyNot(format)}.`);
  return format;
}

const whyNot = (format: Format): string =>
  DECODED.has(format) ? 'have no preview' : 'cannot be decoded on this device';

function fileProblem(error: unknown): PictureError {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new PictureError('missing', 'The file is no longer there.', { cause: error });
  return new PictureError('denied', 'The file cannot be read.', { cause: error });
}

const decode = (picture: Sharp): Promise<{ data: Buffer; info: OutputInfo }> =>
  readable(() => picture.toBuffer({ resolveWithObject: true }));

const tooLarge = (cause?: unknown): PictureError =>
  new PictureError('too-large', 'The picture is too large to be decoded here.', { cause });

/** libvips's words name paths and its own functions: they go along as the cause, not to people. */
async function readable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && /pixel limit/i.test(error.message)) throw tooLarge(error);
    throw new PictureError('unreadable', 'The picture is damaged and cannot be decoded.', { cause: error });
  }
}

/** Three bytes a pixel, whatever came: grey stays one byte through all of the pipeline. */
function toRgb(data: Buffer, channels: number): Uint8Array {
  if (channels === 3) return data;
  const rgb = new Uint8Array((data.length / channels) * 3);
  for (let from = 0, to = 0; from < data.length; from += channels)
    for (let band = 0; band < 3; band += 1) rgb[to++] = data[from + (channels < 3 ? 0 : band)] ?? 0;
  return rgb;
}
