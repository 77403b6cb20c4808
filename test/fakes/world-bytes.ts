/**
 * Bytes of the simulated world, without the bytes: a content is a row of blocks, and any 64-bit number is the
 * CRC-64 of some block. Joining is done by multiplying polynomials, another way than the engine's matrices.
 */
import type { Crc64 } from '../../src/shared/ids';

export const MIB = 1024 * 1024;

export interface Block {
  /** Says which bytes they are: equal tags, equal bytes. */
  readonly tag: string;
  readonly sizeBytes: number;
}
export type Content = readonly Block[];

const POLYNOMIAL = 0xc96c5795d7870f42n;
const ONE = 1n << 63n;

/** Product modulo the polynomial; bit 63 is x^0, as everywhere in a reflected CRC. */
function multiply(left: bigint, right: bigint): bigint {
  let product = 0n;
  let shifted = right;
  for (let bit = ONE; bit !== 0n; bit >>= 1n) {
    if ((left & bit) !== 0n) product ^= shifted;
    shifted = (shifted & 1n) === 1n ? (shifted >> 1n) ^ POLYNOMIAL : shifted >> 1n;
  }
  return product;
}

const powers = new Map<number, bigint>();

/** x^(8 · bytes). */
function power(bytes: number): bigint {
  const known = powers.get(bytes);
  if (known !== undefined) return known;
  let result = ONE;
  let square = ONE >> 8n;
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  powers.set(bytes, result);
  return result;
}

function hash(text: string, seed: number): bigint {
  let sum = seed;
  for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  sum = Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d);
  return BigInt((sum ^ (sum >>> 12)) >>> 0);
}

export const sizeOf = (content: Content): number => content.reduce((sum, block) => sum + block.sizeBytes, 0);
export const textOf = (content: Content): string => content.map((block) => block.tag).join('|');
/** What stands for an MD5: equal for equal bytes alone. */
export const md5Of = (content: Content): string => `MD5(${textOf(content)})`;

export function crc64Of(content: Content): Crc64 {
  let joined = 0n;
  for (const { tag, sizeBytes } of content) {
    if (sizeBytes === 0) continue;
    joined = multiply(power(sizeBytes), joined) ^ ((hash(tag, 7) << 32n) | hash(tag, 99));
  }
  return joined.toString() as Crc64;
}
