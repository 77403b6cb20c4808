import { createHash, randomBytes } from 'node:crypto';
import type { Body, SealedBody, WholeBody } from '../../engine/ports';
import { success } from '../../shared/faults';
import type { Crc64 } from '../../shared/ids';
import { startCrc64 } from '../disk/crc64';

/** What a probe holds, so that whoever finds one knows what it is. */
export const PROBE_TEXT = new TextEncoder().encode(
  'OSS Ferry checked that files may be uploaded here. This object may be deleted.\n',
);

/** 32 × 32 grey pixels, for IMM. */
export const PROBE_PICTURE: Uint8Array = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAAAAABWESUoAAABmUlEQVR42mNgYOcTlVHWMrSwd/MNiU7KLCiva+2ZPGvhivXb9h45fekmAzOXoIS8mq6JtZNnQHhcak5xVWNH/7S5S1Zv2nng+LmrdxjYeEWklTQNzO1cfYKjEjPyy2pbuifNXLB83dY9h09dvHGfgVNAXE5Vx9jK0cM/LDYlu6iyob1v6pzFqzbu2H/s7JXbjxh4hKUUNfTNbF28gyIT0vNKa5q7Js6Yv2ztlt2HTl64fu8pA7+YrIq2kaWDu19oTHJWYUV9W++U2YtWbti+7+iZy7cevmAQklRQ1zO1cfYKjIhPyy2pbuqcMH3e0jWbdx08cf7a3SevGfD68cHzdwx4/fj41UcGvH589vYLA14/vvzwnQGvH998/sWA14/vv/1lwOvHTz8ZGPD68esfZga8fvzxn40Brx9/M3Ey4PXjP1YeBrx+ZOTgZ8DrRxZuIQa8fgSmVwa8fgSmVwa8fgSmVwa8fgSmVwa8fgSmVwa8fgSmVwa8fgSmVwa8fgSmVwa8fgSmVwa8fgSmVwa8fgSmVwa8fgSmVwa8fgSmVwA10hgfO5PNlQAAAABJRU5ErkJggg==',
  'base64',
);

/** Small enough that counting its CRC-64 holds nothing up. */
const BLOCK_BYTES = 256 * 1024;

export async function wholeBody(bytes: Uint8Array): Promise<WholeBody> {
  return {
    ...bodyOf(bytes),
    crc64: await crc64Of(bytes),
    md5: createHash('md5').update(bytes).digest('base64'),
    release: () => undefined,
  };
}

/** The same bytes for a form. */
export function sealedBody(bytes: Uint8Array): SealedBody {
  return {
    ...bodyOf(bytes),
    finish: async () => success(await crc64Of(bytes)),
    close: () => Promise.resolve(),
  };
}

const bodyOf = (bytes: Uint8Array): Body => ({
  sizeBytes: bytes.length,
  chunks: async function* () {
    yield await Promise.resolve(bytes);
  },
});

async function crc64Of(bytes: Uint8Array): Promise<Crc64> {
  const running = await startCrc64();
  running.update(bytes);
  return running.finish();
}

/** Bytes that nothing on the way can make smaller; the CRC-64 is counted as they are sent. */
export function noise(sizeBytes: number): Body & { crc64(): Promise<Crc64> } {
  const block = randomBytes(BLOCK_BYTES);
  let counting = startCrc64();
  return {
    sizeBytes,
    chunks: async function* () {
      // A request that is sent again begins anew.
      counting = startCrc64();
      const running = await counting;
      for (let left = sizeBytes; left > 0; left -= BLOCK_BYTES) {
        const chunk = block.subarray(0, Math.min(left, BLOCK_BYTES));
        running.update(chunk);
        yield chunk;
      }
    },
    crc64: async () => (await counting).finish(),
  };
}
