import { createCRC64 } from 'hash-wasm';

// CRC-64/XZ (ECMA-182, reflected, init and xorout all ones), the one OSS calls crc64ecma.
const POLYNOMIAL = 0xc96c5795d7870f42n;
const TOP_BIT = 1n << 63n;

/** A running CRC-64/XZ. */
export interface Crc64 {
  update(chunk: Uint8Array): void;
  /** The value so far; the calculation can not go on after it. */
  value(): bigint;
  /** Gives the calculation's memory back; the instance must not be used afterwards. */
  release(): void;
}

/** Hands out CRC calculations; each owns WebAssembly memory, so they are used again. */
export class Crc64Pool {
  readonly #idle: Awaited<ReturnType<typeof createCRC64>>[] = [];

  /** Begins a calculation. */
  async begin(): Promise<Crc64> {
    return this.#wrap(this.#idle.pop() ?? (await createCRC64()));
  }

  #wrap(hasher: Awaited<ReturnType<typeof createCRC64>>): Crc64 {
    hasher.init();
    return {
      update: (chunk) => void hasher.update(chunk),
      value: () => BigInt(`0x${hasher.digest('hex')}`),
      release: () => void this.#idle.push(hasher),
    };
  }
}

// Polynomials are held with x^0 in the top bit, as the reflected CRC is.
function multiply(left: bigint, right: bigint): bigint {
  let product = 0n;
  let shifted = right;
  for (let bit = TOP_BIT; bit !== 0n; bit >>= 1n) {
    if ((left & bit) !== 0n) product ^= shifted;
    shifted = (shifted & 1n) === 0n ? shifted >> 1n : (shifted >> 1n) ^ POLYNOMIAL;
  }
  return product;
}

const shiftsByLength = new Map<number, bigint>();
const SHIFTS_KEPT = 1_000;

/** x to the power of eight times `lengthBytes`, modulo the polynomial: what appending zeros does to a CRC. */
function shiftOf(lengthBytes: number): bigint {
  const known = shiftsByLength.get(lengthBytes);
  if (known !== undefined) return known;
  let result = TOP_BIT;
  let power = TOP_BIT >> 8n;
  for (let rest = BigInt(lengthBytes); rest !== 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = multiply(result, power);
    power = multiply(power, power);
  }
  if (shiftsByLength.size >= SHIFTS_KEPT) shiftsByLength.clear();
  shiftsByLength.set(lengthBytes, result);
  return result;
}

/** The CRC of two byte strings put together, from their CRCs and the length of the second. */
export function combineCrc64(first: bigint, second: bigint, secondLengthBytes: number): bigint {
  return multiply(shiftOf(secondLengthBytes), first) ^ second;
}
