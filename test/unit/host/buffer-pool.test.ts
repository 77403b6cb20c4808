import { describe, expect, it } from 'vitest';
import { BUFFER_BYTES, BufferPool } from '../../../src/host/buffer-pool';

describe('the buffer pool', () => {
  it('uses its buffers again, and none twice at once', async () => {
    const pool = new BufferPool(2);
    const first = await pool.take(2);
    expect(first.map((buffer) => buffer.length)).toEqual([BUFFER_BYTES, BUFFER_BYTES]);
    expect(first[0]).not.toBe(first[1]);
    pool.giveBack(first);
    expect(new Set(await pool.take(2))).toEqual(new Set(first));
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

  it('has something for a file without bytes', async () => {
    expect(await new BufferPool(1).take(0)).toEqual([]);
  });
});
