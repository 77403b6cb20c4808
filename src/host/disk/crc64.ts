import { createCRC64, type IHasher } from 'hash-wasm';
import type { Crc64 } from '../../shared/ids';

/** CRC-64/XZ of bytes as they pass by. */
export interface RunningCrc64 {
  update(bytes: Uint8Array): void;
  /** The value so far; the instance must not be used afterwards. */
  finish(): Crc64;
}

const MOST_IDLE = 32;
const idle: IHasher[] = [];

/** Instances of the WASM module are kept and used again: making one costs more than a small file. */
export async function startCrc64(): Promise<RunningCrc64> {
  const hasher = (idle.pop() ?? (await createCRC64())).init();
  return {
    update: (bytes) => void hasher.update(bytes),
    finish: () => {
      const value = BigInt(`0x${hasher.digest('hex')}`).toString() as Crc64;
      if (idle.length < MOST_IDLE) idle.push(hasher);
      return value;
    },
  };
}
