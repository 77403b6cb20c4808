import { imageSize } from 'image-size';
import type { BlobFiles } from '../storage/blob-files';
import type { StoredObject } from '../storage/records';

/** What a callback says of a picture; the size is the stored one, before any EXIF orientation. */
export interface ImageInfo {
  readonly format: string;
  readonly width: number;
  readonly height: number;
}

// The formats that OSS processes. The library knows more, which OSS would not call pictures.
const FORMATS = new Set(['jpg', 'png', 'bmp', 'gif', 'webp', 'tiff', 'heif', 'avif']);
// A JPEG may carry a thumbnail and a colour profile before it says its size.
const HEAD_BYTES = 1 << 20;

/** Format and size of a picture, read from its bytes; null for all else, and where no bytes were kept. */
export async function imageInfoOf(object: StoredObject, blobs: BlobFiles): Promise<ImageInfo | null> {
  if (object.pieces.some((piece) => piece.blob === '')) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of blobs.read(object.pieces, 0, Math.min(object.sizeBytes, HEAD_BYTES))) {
    chunks.push(chunk);
  }
  try {
    const { type, width, height } = imageSize(Buffer.concat(chunks));
    return type !== undefined && FORMATS.has(type) ? { format: type, width, height } : null;
  } catch {
    return null;
  }
}
