import type { Body } from '../../engine/ports';

/** The body of a request whose bytes are all in memory. */
export function bodyOf(bytes: Uint8Array): Body {
  return {
    sizeBytes: bytes.length,
    chunks: async function* () {
      yield await Promise.resolve(bytes);
    },
  };
}
