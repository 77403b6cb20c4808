import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinCrc64 } from '../../../src/engine/crc64';
import type { Crc64 } from '../../../src/shared/ids';

/** CRC-64/XZ bit by bit, as its definition says it. */
function crc64(bytes: Uint8Array): Crc64 {
  let sum = 0xffffffffffffffffn;
  for (const byte of bytes) {
    sum ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1)
      sum = (sum & 1n) === 1n ? (sum >> 1n) ^ 0xc96c5795d7870f42n : sum >> 1n;
  }
  return (sum ^ 0xffffffffffffffffn).toString() as Crc64;
}

const piece = (bytes: Uint8Array): { crc64: Crc64; sizeBytes: number } => ({
  crc64: crc64(bytes),
  sizeBytes: bytes.length,
});

describe('joining CRC-64 values', () => {
  it('agrees with the check value of CRC-64/XZ, however 123456789 is cut', () => {
    const digits = new TextEncoder().encode('123456789');
    for (let cut = 0; cut <= digits.length; cut += 1) {
      const joined = joinCrc64([piece(digits.subarray(0, cut)), piece(digits.subarray(cut))]);
      expect(BigInt(joined).toString(16)).toBe('995dc9bbdf1939fa');
    }
  });

  it('gives the CRC of the whole for any pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (pieces) => {
        const whole = Uint8Array.from(pieces.flatMap((bytes) => [...bytes]));
        expect(joinCrc64(pieces.map(piece))).toBe(crc64(whole));
      }),
    );
  });

  it('is associative for lengths that no test could hold, and its answers do not depend on what it keeps', () => {
    const lengths = [1, 3, 1024 ** 2, 512 * 1024 ** 2, 2 ** 40 + 7];
    const some = lengths.map((sizeBytes, index) => ({ crc64: String(index * 7 + 1) as Crc64, sizeBytes }));
    const [first, ...rest] = some;
    if (first === undefined) throw new Error('no piece');
    const atOnce = joinCrc64(some);
    for (let length = 1; length < 200; length += 1)
      joinCrc64([first, { crc64: '1' as Crc64, sizeBytes: length }]);
    const restSize = rest.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(joinCrc64([first, { crc64: joinCrc64(rest), sizeBytes: restSize }])).toBe(atOnce);
  });

  it('is 0 for nothing at all', () => {
    expect(joinCrc64([])).toBe('0');
    expect(crc64(new Uint8Array())).toBe('0');
  });
});
