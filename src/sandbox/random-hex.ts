import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(8_192);
let used = pool.length;

/** Random bytes as upper-case hex digits. Drawn from a pool: asking the system for each id costs more than a small PUT's signature. */
export function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const text = pool.toString('hex', used, used + bytes).toUpperCase();
  used += bytes;
  return text;
}
