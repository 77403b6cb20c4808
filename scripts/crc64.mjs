// CRC-64/XZ a second time: its own table, its own arithmetic, nothing shared with the engine or the sandbox.
const TABLE = (() => {
  const high = new Uint32Array(256);
  const low = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1)
      value = (value & 1n) === 1n ? (value >> 1n) ^ 0xc96c5795d7870f42n : value >> 1n;
    high[byte] = Number(value >> 32n);
    low[byte] = Number(value & 0xffffffffn);
  }
  return { high, low };
})();

/** The CRC-64 of bytes as OSS writes it: unsigned, decimal. */
export function crc64Of(bytes) {
  let high = 0xffffffff;
  let low = 0xffffffff;
  for (const byte of bytes) {
    const index = (low ^ byte) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ TABLE.low[index];
    high = (high >>> 8) ^ TABLE.high[index];
  }
  const hex = (word) => (~word >>> 0).toString(16).padStart(8, '0');
  return BigInt(`0x${hex(high)}${hex(low)}`).toString();
}
