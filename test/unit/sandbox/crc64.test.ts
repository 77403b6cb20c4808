import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { combineCrc64, Crc64Pool } from '../../../src/sandbox/crc64';

const pool = new Crc64Pool();

async function crcOf(...chunks: readonly Uint8Array[]): Promise<bigint> {
  const crc = await pool.begin();
  for (const chunk of chunks) crc.update(chunk);
  const value = crc.value();
  crc.release();
  return value;
}

/** Bit by bit, straight from the definition of CRC-64/XZ: slow, and independent of everything else. */
function definition(bytes: Uint8Array): bigint {
  let crc = 0xffffffffffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1n ? (crc >> 1n) ^ 0xc96c5795d7870f42n : crc >> 1n;
  }
  return crc ^ 0xffffffffffffffffn;
}

describe('CRC-64/XZ', () => {
  test('has the check value of the catalogue', async () => {
    expect((await crcOf(Buffer.from('123456789'))).toString(16)).toBe('995dc9bbdf1939fa');
    expect(definition(Buffer.from('123456789')).toString(16)).toBe('995dc9bbdf1939fa');
    expect(await crcOf()).toBe(0n);
  });

  test('agrees with the definition, in whatever pieces the bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), fc.nat(600), async (bytes, at) => {
        expect(await crcOf(bytes.subarray(0, at), bytes.subarray(at))).toBe(definition(bytes));
      }),
    );
  });

  test('keeps calculations apart that run at the same time', async () => {
    const [left, right] = [await pool.begin(), await pool.begin()];
    left.update(Buffer.from('12345'));
    right.update(Buffer.from('abc'));
    left.update(Buffer.from('6789'));
    expect(left.value().toString(16)).toBe('995dc9bbdf1939fa');
    expect(right.value()).toBe(definition(Buffer.from('abc')));
  });

  test('combines the CRCs of two halves into that of the whole', async () => {
    for (const [first, second] of [
      [0, 0],
      [0, 5],
      [5, 0],
      [1, 1],
      [100_000, 300_001],
    ] as const) {
      const bytes = randomBytes(first + second);
      const whole = await crcOf(bytes);
      const [left, right] = [await crcOf(bytes.subarray(0, first)), await crcOf(bytes.subarray(first))];
      expect(combineCrc64(left, right, second)).toBe(whole);
    }
  });
});
