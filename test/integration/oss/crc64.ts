// CRC-64/XZ on two halves of 32 bits, one table of 256: slow, small, and made from the definition alone.
const POLYNOMIAL_HIGH = 0xc96c5795;
const POLYNOMIAL_LOW = 0xd7870f42;

const highs = new Uint32Array(256);
const lows = new Uint32Array(256);
for (let byte = 0; byte < 256; byte += 1) {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    const carry = low & 1;
    low = ((low >>> 1) | (high << 31)) >>> 0;
    high >>>= 1;
    if (carry === 1) {
      high = (high ^ POLYNOMIAL_HIGH) >>> 0;
      low = (low ^ POLYNOMIAL_LOW) >>> 0;
    }
  }
  highs[byte] = high;
  lows[byte] = low;
}

/** The CRC-64/XZ of some bytes, as OSS writes it. */
export function crc64(bytes: Uint8Array): string {
  let high = 0xffffffff;
  let low = 0xffffffff;
  for (const byte of bytes) {
    const index = (low ^ byte) & 0xff;
    low = (((low >>> 8) | (high << 24)) ^ lows[index]!) >>> 0;
    high = ((high >>> 8) ^ highs[index]!) >>> 0;
  }
  return (((BigInt(high) << 32n) | BigInt(low)) ^ 0xffffffffffffffffn).toString();
}
