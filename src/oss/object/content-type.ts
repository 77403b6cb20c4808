import { lookup } from 'mime-types';

const UNKNOWN = 'application/octet-stream';
// mime-types takes .ts for MPEG transport streams and .jfif for progressive JPEG.
const OVERRIDES: ReadonlyMap<string, string> = new Map([
  ['ts', 'text/plain'],
  ['mts', 'text/plain'],
  ['cts', 'text/plain'],
  ['jfif', 'image/jpeg'],
]);

/** The Content-Type of a key by its extension; `application/octet-stream` when it tells nothing. */
export function contentTypeOf(key: string): string {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  if (dot <= 0) return UNKNOWN;
  const extension = name.slice(dot + 1).toLowerCase();
  return OVERRIDES.get(extension) ?? (lookup(extension) || UNKNOWN);
}
