/** Formats by their first bytes: a name proves nothing, and what is none of these never reaches a decoder. */
export type Format = 'jpeg' | 'png' | 'gif' | 'webp' | 'avif' | 'tiff' | 'heic' | 'bmp';

/** How many bytes of a file `formatOf` wants to see. */
export const HEAD_BYTES = 64;

/** Decoded here: faces are looked for in them. */
export const DECODED: ReadonlySet<Format> = new Set<Format>(['jpeg', 'png', 'gif', 'webp', 'avif', 'tiff']);
/** Shown: a TIFF may hold many pages and huge ones, and no browser shows it, so it has no preview. */
export const SHOWN: ReadonlySet<Format> = new Set<Format>(['jpeg', 'png', 'gif', 'webp', 'avif']);

const AVIF_BRANDS = ['avif', 'avis'];
const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'];

/** The format of a file that begins with `head`; null where it is no picture that we know. */
export function formatOf(head: Uint8Array): Format | null {
  const text = (from: number, to: number): string => String.fromCharCode(...head.subarray(from, to));
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'jpeg';
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
  if (text(0, 6) === 'GIF87a' || text(0, 6) === 'GIF89a') return 'gif';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp';
  if (text(0, 4) === 'II*\0' || text(0, 4) === 'MM\0*') return 'tiff';
  if (text(4, 8) === 'ftyp') return isobmffFormat(head, text);
  if (text(0, 2) === 'BM') return 'bmp';
  return null;
}

/** AVIF and HEIC share a container: its major brand decides, then the compatible ones. */
function isobmffFormat(head: Uint8Array, text: (from: number, to: number) => string): Format | null {
  const end = Math.min(head.length, ((head[2] ?? 0) << 8) | (head[3] ?? 0));
  const brands = [text(8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(text(at, at + 4));
  if (brands.some((brand) => AVIF_BRANDS.includes(brand))) return 'avif';
  return brands.some((brand) => HEIC_BRANDS.includes(brand)) ? 'heic' : null;
}
