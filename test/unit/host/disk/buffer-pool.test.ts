import { describe, expect, it } from 'vitest';
import { BUFFER_BYTES, BufferPool } from '../../../../src/host/disk/buffer-pool';

/** The very same buffers, in any order. Matchers would compare each of a million bytes. */
const sameOnes = (left: readonly unknown[], right: readonly unknown[]): boolean =>
  left.length === right.length && left.every((one) => right.includes(one));

describe('the buffer pool', () => {
  it('uses its buffers again, and none twice at once', async () => {
    const pool = new BufferPool(2);
    const first = await pool.take(2);
    expect(first.map((buffer) => buffer.length)).toEqual([BUFFER_BYTES, BUFFER_BYTES]);
    expect(first[0] === first[1]).toBe(false);
    pool.giveBack(first);
    expect(sameOnes(await pool.take(2), first)).toBe(true);
  });

  it('lets those wait who find none, in the order of their asking', async () => {
    const pool = new BufferPool(3);
    const held = await pool.take(3);
    const served: string[] = [];
    const large = pool.take(3).then((buffers) => {
      served.push('large');
      return buffers;
    });
    const small = pool.take(1).then(() => served.push('small'));
    pool.giveBack(held.slice(0, 2));
    // Two are free, but who asked for three was first: a small one that slips by would starve it.
    await Promise.resolve();
    expect(served).toEqual([]);
    pool.giveBack(held.slice(2));
    pool.giveBack(await large);
    await small;
    expect(served).toEqual(['large', 'small']);
  });

  it('lets go of what nobody has, and gives new ones afterwards', async () => {
    const pool = new BufferPool(2);
    const [kept, given] = await pool.take(2);
    pool.giveBack([given as Buffer]);
    pool.rest();
    const [next] = await pool.take(1);
    expect(next === given).toBe(false);
    pool.giveBack([kept as Buffer, next as Buffer]);
    expect(sameOnes(await pool.take(2), [kept, next])).toBe(true);
  });

  it('has something for a file without bytes', async () => {
    expect(await new BufferPool(1).take(0)).toEqual([]);
  });
});
