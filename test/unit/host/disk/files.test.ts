import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Body, Source } from '../../../../src/engine/ports';
import { createFiles } from '../../../../src/host/disk/files';
import { must } from '../../../fakes/queue-samples';

const MIB = 1024 * 1024;
const files = createFiles();
let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'));
  path = join(folder, 'file');
});
afterEach(() => rm(folder, { recursive: true }));

/** CRC-64/XZ bit by bit. */
function crc64(bytes: Uint8Array): string {
  let sum = 0xffffffffffffffffn;
  for (const byte of bytes) {
    sum ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1)
      sum = (sum & 1n) === 1n ? (sum >> 1n) ^ 0xc96c5795d7870f42n : sum >> 1n;
  }
  return (sum ^ 0xffffffffffffffffn).toString();
}

async function made(bytes: Uint8Array): Promise<Source> {
  await writeFile(path, bytes);
  return { path, snapshot: must(await files.look(path)) };
}

async function read(body: Body): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body.chunks()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

describe('a file held whole', () => {
  it('has its bytes, their CRC-64 and their MD5', async () => {
    const bytes = Buffer.from('123456789');
    const body = must(await files.readWhole(await made(bytes)));
    expect(BigInt(body.crc64).toString(16)).toBe('995dc9bbdf1939fa');
    expect(body.md5).toBe(createHash('md5').update(bytes).digest('base64'));
    expect(await read(body)).toEqual(bytes);
    expect(await read(body)).toEqual(bytes);
    body.release();
  });

  it('may be empty', async () => {
    const body = must(await files.readWhole(await made(Buffer.alloc(0))));
    expect(body).toMatchObject({ sizeBytes: 0, crc64: '0' });
    body.release();
  });

  it.each([
    ['grew', () => appendFile(path, 'more')],
    ['was cut', () => truncate(path, 3)],
    ['was written again with the same bytes', () => writeFile(path, '123456789')],
    ['was touched', () => utimes(path, 1, 1)],
  ])('is refused when it %s (P5)', async (_, change) => {
    const source = await made(Buffer.from('123456789'));
    await change();
    expect(await files.readWhole(source)).toMatchObject({ ok: false, fault: { code: 'source-changed' } });
    expect(await files.openRange(source, 0, 3)).toMatchObject({
      ok: false,
      fault: { code: 'source-changed' },
    });
  });

  it('is refused when it is gone', async () => {
    const source = await made(Buffer.from('x'));
    await rm(path);
    expect(await files.readWhole(source)).toMatchObject({ ok: false, fault: { code: 'source-missing' } });
    expect(await files.look(path)).toMatchObject({ ok: false, fault: { code: 'source-missing' } });
  });
});

describe('a range of a file', () => {
  const bytes = Buffer.from(Array.from({ length: 2 * MIB + 77 }, (_, index) => (index * 31) % 251));

  it('is read in order with the CRC-64 of what was read', async () => {
    const source = await made(bytes);
    const body = must(await files.openRange(source, MIB - 5, 1_000));
    const expected = bytes.subarray(MIB - 5, MIB + 995);
    expect((await read(body)).equals(expected)).toBe(true);
    expect(must(await body.finish())).toBe(crc64(expected));
    await body.close();
    const digest = must(await files.digest(source, MIB - 5, 1_000));
    const md5 = createHash('md5').update(expected).digest('hex').toUpperCase();
    expect(digest).toEqual({ crc64: crc64(expected), md5 });
  });

  it('crosses the borders of its buffers', async () => {
    const body = must(await files.openRange(await made(bytes), 0, bytes.length));
    expect((await read(body)).equals(bytes)).toBe(true);
    await body.close();
  });

  it('tells after the last byte that the file has changed meanwhile', async () => {
    const body = must(await files.openRange(await made(bytes), 0, bytes.length));
    await read(body);
    await appendFile(path, 'x');
    expect(await body.finish()).toMatchObject({ ok: false, fault: { code: 'source-changed' } });
    await body.close();
  });

  it('tells that another file has taken its place', async () => {
    const body = must(await files.openRange(await made(bytes), 0, 10));
    await read(body);
    await writeFile(join(folder, 'new'), bytes);
    await rename(join(folder, 'new'), path);
    expect(await body.finish()).toMatchObject({ ok: false, fault: { code: 'source-changed' } });
    await body.close();
  });

  it('ends early when the file is cut, and proves nothing', async () => {
    const body = must(await files.openRange(await made(bytes), 0, bytes.length));
    await truncate(path, MIB + 5);
    expect((await read(body)).length).toBeLessThan(bytes.length);
    expect(await body.finish()).toMatchObject({ ok: false, fault: { code: 'source-changed' } });
    await body.close();
  });

  it('that was not read to its end proves nothing', async () => {
    const body = must(await files.openRange(await made(bytes), 0, bytes.length));
    for await (const chunk of body.chunks()) {
      expect(chunk.length).toBe(MIB);
      break;
    }
    expect((await body.finish()).ok).toBe(false);
    await body.close();
  });

  it('gives its buffers back: more ranges than there are buffers follow one another', async () => {
    const source = await made(Buffer.from('abc'));
    for (let count = 0; count < 300; count += 1) {
      const body = must(await files.openRange(source, 0, 3));
      await body.close();
    }
  });
});

describe('a whole file in one request', () => {
  it('is read in order, and its CRC-64 is that of what was read', async () => {
    const bytes = Buffer.alloc(2 * MIB + 3, 'ab');
    const body = must(await files.openSealed(await made(bytes)));
    expect((await read(body)).equals(bytes)).toBe(true);
    expect(must(await body.finish())).toBe(crc64(bytes));
    await body.close();
  });

  it.each([
    ['three buffers', 2 * MIB + 3],
    ['one buffer', 10],
    ['nothing', 0],
  ])('of %s holds its end back when the file has changed meanwhile', async (_, sizeBytes) => {
    const body = must(await files.openSealed(await made(Buffer.alloc(sizeBytes))));
    let bytes = 0;
    const reading = (async () => {
      const chunks = body.chunks()[Symbol.asyncIterator]();
      await appendFile(path, 'more');
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next())
        bytes += next.value.length;
    })();
    await expect(reading).rejects.toThrow();
    expect(bytes).toBe(Math.max(0, Math.ceil(sizeBytes / MIB) - 1) * MIB);
    expect(await body.finish()).toMatchObject({ ok: false, fault: { code: 'source-changed' } });
    await body.close();
  });
});
