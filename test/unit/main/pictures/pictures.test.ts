import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { MadePicture } from '../../../../src/host/detector/detector-process-client';
import { readPictureAddress } from '../../../../src/main/pictures/picture-address';
import { PictureCache } from '../../../../src/main/pictures/picture-cache';
import { Pictures } from '../../../../src/main/pictures/pictures';
import { failure, fault, success, type Outcome } from '../../../../src/shared/faults';
import type { ItemId } from '../../../../src/shared/ids';

vi.mock('electron', () => ({ protocol: {} }));

const ID = 7 as ItemId;
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pictures-'));
  file = join(folder, 'a.jpg');
  writeFileSync(file, 'twelve bytes');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const picture = (bytes = 3): MadePicture => ({
  type: 'image/jpeg',
  width: 1,
  height: 1,
  bytes: new Uint8Array(bytes).fill(9),
});

function opened(size: Outcome<{ width: number; height: number }> = success({ width: 40, height: 30 })) {
  const asked: unknown[][] = [];
  const detail = {
    row: { sizeBytes: 12 },
    sourcePath: file,
    modifiedAt: Number(statSync(file, { bigint: true }).mtimeMs),
  };
  const faces = [{ Boundary: { Left: 1, Top: 2, Width: 3, Height: 4 } }, {}];
  const engine = {
    call: (name: string, { itemId }: { itemId: ItemId }) =>
      Promise.resolve(
        itemId !== ID
          ? success(null)
          : success(name === 'queue.detail' ? detail : { imm: null, local: { faces } }),
      ),
  };
  const desk = {
    size: () => Promise.resolve(size),
    preview: (...input: unknown[]) => {
      asked.push(input);
      return Promise.resolve(success(picture()));
    },
    crop: (...input: unknown[]) => {
      asked.push(input);
      return Promise.resolve(success(picture()));
    },
  };
  const pictures = new Pictures(engine as never, desk);
  const get = (path: string, init?: RequestInit & { url?: string }) =>
    pictures.serve({
      url: `app://ferry/${path}`,
      method: init?.method ?? 'GET',
      headers: new Headers(init?.headers),
    } as Request);
  return { pictures, asked, get };
}

describe('addresses', () => {
  test.each([
    ['picture/7', { itemId: 7, edge: 2048, face: null }],
    ['picture/7?edge=160', { itemId: 7, edge: 160, face: null }],
    ['picture/7/face/imm/0', { itemId: 7, edge: 2048, face: { source: 'imm', index: 0 } }],
    ['picture/7/face/local/12?edge=99', { itemId: 7, edge: 99, face: { source: 'local', index: 12 } }],
  ])('%s', (path, address) => {
    expect(readPictureAddress(`app://ferry/${path}`)).toEqual(address);
  });

  test.each([
    'app://ferry/picture/',
    'app://ferry/picture/x',
    'app://ferry/picture/-1',
    'app://ferry/picture/7/',
    'app://ferry/picture/7/face/other/0',
    'app://ferry/picture/7/face/imm',
    'app://ferry/picture/7/face/imm/-1',
    'app://ferry/picture/7?edge=0',
    'app://ferry/picture/7?edge=4096',
    'app://ferry/picture/7?edge=1e2',
    'app://ferry/picture/7?edge=99&edge=98',
    'app://ferry/picture/7?path=/etc/passwd',
    'app://other/picture/7',
    'https://ferry/picture/7',
    'nonsense',
  ])('%s names nothing', (url) => {
    expect(readPictureAddress(url)).toBeNull();
  });
});

describe('what the page gets', () => {
  test('leaves all other addresses to the page itself', () => {
    expect(opened().get('index.html')).toBeNull();
    expect(opened().get('pictures/7')).toBeNull();
  });

  test('the whole picture', async () => {
    const { asked, get } = opened();
    const answer = await get('picture/7?edge=160')!;
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-cache',
    });
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(picture().bytes);
    expect(asked).toEqual([[file, 160]]);
  });

  test('a face', async () => {
    const { asked, get } = opened();
    expect((await get('picture/7/face/local/0?edge=160')!).status).toBe(200);
    expect(asked).toEqual([[file, { left: 1, top: 2, width: 3, height: 4 }, 160]]);
  });

  test('nothing where there is nothing', async () => {
    const { get } = opened();
    for (const path of [
      'picture/8',
      'picture/x',
      'picture/7/face/imm/0',
      'picture/7/face/local/1',
      'picture/7/face/local/2',
    ])
      expect((await get(path)!).status, path).toBe(404);
    expect((await get('picture/7', { method: 'POST' })!).status).toBe(405);
    rmSync(file);
    expect((await get('picture/7')!).status).toBe(404);
  });

  test('is made once, until the file is another one', async () => {
    const { asked, get } = opened();
    const first = await get('picture/7')!;
    await get('picture/7')!;
    expect(asked).toHaveLength(1);
    const etag = first.headers.get('etag')!;
    expect((await get('picture/7', { headers: { 'if-none-match': etag } })!).status).toBe(304);
    utimesSync(file, 1, 1);
    const later = await get('picture/7', { headers: { 'if-none-match': etag } })!;
    expect(later.status).toBe(200);
    expect(later.headers.get('etag')).not.toBe(etag);
    expect(asked).toHaveLength(2);
  });
});

describe('what the window is told of it', () => {
  const told = async (pictures: Pictures, id = ID) => {
    const reply = await pictures.describe(id);
    return reply.ok ? reply.value : reply.fault;
  };

  test('its size, and where it is to be had', async () => {
    expect(await told(opened().pictures)).toEqual({
      kind: 'picture',
      url: 'app://ferry/picture/7',
      width: 40,
      height: 30,
      changed: false,
    });
  });

  test.each(['bytes', 'time'])('that the file has changed: its %s', async (what) => {
    const { pictures } = opened();
    const { mtime } = statSync(file);
    if (what === 'bytes') {
      writeFileSync(file, 'more than twelve');
      utimesSync(file, mtime, mtime);
    } else utimesSync(file, 1, 1);
    expect(await told(pictures)).toMatchObject({ kind: 'picture', changed: true });
  });

  test.each([
    ['picture-format', 'format'],
    ['picture-unreadable', 'unreadable'],
    ['picture-too-large', 'too-large'],
    ['source-missing', 'missing'],
    ['internal', 'unreadable'],
  ] as const)('%s: none, %s', async (code, why) => {
    expect(await told(opened(failure(fault(code, 'x'))).pictures)).toEqual({ kind: 'none', why });
  });

  test('that there is no such row, or no such file', async () => {
    const { pictures } = opened();
    expect(await told(pictures, 8 as ItemId)).toEqual({ kind: 'none', why: 'no-picture' });
    rmSync(file);
    expect(await told(pictures)).toEqual({ kind: 'none', why: 'missing' });
  });
});

describe('the cache', () => {
  test('lets the longest unused go when it is full', async () => {
    const cache = new PictureCache(100);
    let made = 0;
    const get = (key: string) =>
      cache.get(key, () => {
        made += 1;
        return Promise.resolve(success(picture(40)));
      });
    for (const key of ['a', 'b', 'a', 'c']) await get(key);
    expect(made).toBe(3);
    await get('a');
    await get('c');
    expect(made).toBe(3);
    await get('b');
    expect(made).toBe(4);
  });

  test('lets all go after a minute in which nobody asked', async () => {
    const rings: { ms: number; ring: () => void; off: boolean }[] = [];
    const cache = new PictureCache(100, (ms, ring) => {
      const one = { ms, ring, off: false };
      rings.push(one);
      return () => (one.off = true);
    });
    let made = 0;
    const get = (key: string) =>
      cache.get(key, () => {
        made += 1;
        return Promise.resolve(success(picture(40)));
      });
    await get('a');
    await get('a');
    expect(rings.map(({ ms, off }) => ({ ms, off }))).toEqual([
      { ms: 60_000, off: true },
      { ms: 60_000, off: false },
    ]);
    rings.at(-1)?.ring();
    for (const key of ['a', 'b']) await get(key);
    expect(made).toBe(3);
    // What went is not counted any more: two of 40 bytes have room.
    await get('a');
    expect(made).toBe(3);
  });

  test('makes a picture once for all who wait for it, and keeps no faults', async () => {
    const cache = new PictureCache();
    let made = 0;
    const make = () => {
      made += 1;
      return Promise.resolve(made === 1 ? failure(fault('canceled', 'x')) : success(picture()));
    };
    const [one, two] = await Promise.all([cache.get('a', make), cache.get('a', make)]);
    expect([one.ok, two.ok, made]).toEqual([false, false, 1]);
    expect((await cache.get('a', make)).ok).toBe(true);
  });
});
