/**
 * Joining CRC-64/XZ values: crc(A + B) from crc(A), crc(B) and the length of B, without the bytes. Appending n zero
 * bytes is a linear map over GF(2); its matrix is found by squaring and kept for the part sizes that recur.
 */
import type { Crc64 } from '../shared/ids';

/** ECMA-182, reflected. */
const POLYNOMIAL = 0xc96c5795d7870f42n;
type Matrix = readonly bigint[];

function apply(matrix: Matrix, vector: bigint): bigint {
  let sum = 0n;
  let rest = vector;
  for (let row = 0; rest !== 0n; row += 1, rest >>= 1n) {
    if ((rest & 1n) === 1n) sum ^= matrix[row] ?? 0n;
  }
  return sum;
}

const square = (matrix: Matrix): Matrix => matrix.map((row) => apply(matrix, row));
const multiply = (left: Matrix, right: Matrix): Matrix => right.map((row) => apply(left, row));

/** One zero bit, three times squared: one zero byte. */
function oneZeroByte(): Matrix {
  const bit = Array.from({ length: 64 }, (_, row) => (row === 0 ? POLYNOMIAL : 1n << BigInt(row - 1)));
  return square(square(square(bit)));
}

const kept = new Map<number, Matrix>();
const MOST_KEPT = 64;

function zeroBytes(length: number): Matrix {
  const known = kept.get(length);
  if (known !== undefined) return known;
  let power = oneZeroByte();
  let result: Matrix | null = null;
  for (let rest = length; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === null ? power : multiply(power, result);
    if (rest > 1) power = square(power);
  }
  const matrix = result ?? [];
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(length, matrix);
  return matrix;
}

/** The CRC-64 of pieces put together in this order; `0` for none at all. */
export function joinCrc64(pieces: readonly { readonly crc64: Crc64; readonly sizeBytes: number }[]): Crc64 {
  let joined = 0n;
  for (const { crc64, sizeBytes } of pieces) {
    if (sizeBytes > 0) joined = apply(zeroBytes(sizeBytes), joined) ^ BigInt(crc64);
  }
  return joined.toString() as Crc64;
}
