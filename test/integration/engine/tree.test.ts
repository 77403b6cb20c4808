import { mkdir, symlink } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endOf, MIB, World } from './harness';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.stop());

const ODD_NAMES = [
  'with space.txt',
  ' leading and trailing ',
  'hash#percent%20plus+and&amp;.txt',
  `quotes'"\`.txt`,
  'back\\slash.txt',
  'question?mark=1&b.txt',
  'emoji 🚢⚓️ family 👨‍👩‍👧.txt',
  '中文文件名.txt',
  '日本語の名前.txt',
  'e\u0301te\u0301 (NFD).txt',
  '\u00e9t\u00e9 (NFC).txt',
  `${'n'.repeat(196)}.txt`,
  'semi;colon:and,comma.txt',
  'tab\tin name.txt',
  'new\nline.txt',
  '.hidden',
  '...',
  '%2e%2e%2f',
  '<xml attr="&">.xml',
];

it('carries a tree of odd sizes and names over, byte for byte, under the right keys', async () => {
  const expected = new Map<string, Buffer>();
  const sizes = {
    empty: 0,
    'one byte': 1,
    'just below': 16 * MIB - 1,
    exactly: 16 * MIB,
    above: 16 * MIB + 1,
  };
  for (const [name, size] of Object.entries(sizes))
    expected.set(`uploads/tree/sizes/${name}.bin`, await world.write(`tree/sizes/${name}.bin`, size));
  for (const name of ODD_NAMES)
    expected.set(
      `uploads/tree/${name}/${name}`,
      await world.write(`tree/${name}/${name}`, Buffer.from(`I am ${name}`)),
    );
  await mkdir(world.path('tree/empty folder'));
  await symlink(world.path('tree/sizes/one byte.bin'), world.path('tree/link.bin'));
  expected.set('uploads/tree/link.bin', expected.get('uploads/tree/sizes/one byte.bin') ?? Buffer.alloc(0));
  const ferry = await world.ferry();
  const ended = await ferry.upload('tree');
  const objects = await world.objects();
  expect([...objects.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [key, bytes] of expected) {
    const end = ended.get(key)?.end;
    expect([key, end?.kind]).toEqual([key, 'done']);
    expect([key, end?.kind === 'done' && end.crc64]).toEqual([key, objects.get(key)?.crc64]);
    expect((await world.read(key)).equals(bytes)).toBe(true);
  }
  expect(await world.uploads()).toEqual([]);
  expect((await world.requests('InitiateMultipartUpload')).map((line) => line.key)).toEqual([
    'uploads/tree/sizes/above.bin',
  ]);
  await ferry.close();
});

it('names what cannot be sent and sends the rest', async () => {
  await world.write('mixed/good.txt', 10);
  execFileSync('mkfifo', [world.path('mixed/pipe')]);
  await symlink('/nowhere/at/all', world.path('mixed/dangling'));
  execFileSync('sh', ['-c', `printf bad > "$(printf 'bad\\377name.txt')"`], { cwd: world.path('mixed') });
  execFileSync('sh', ['-c', `mkdir "$(printf 'folder\\376')" && printf x > "$(printf 'folder\\376')/in"`], {
    cwd: world.path('mixed'),
  });
  await world.write(
    `mixed/${'d'.repeat(200)}/${'e'.repeat(200)}/${'f'.repeat(200)}/${'g'.repeat(200)}/${'h'.repeat(230)}.txt`,
    1,
  );
  const ferry = await world.ferry({ queue: 'mixed' });
  const ended = await ferry.upload('mixed');
  expect(new Set([...ended.values()].map((end) => endOf(end)))).toEqual(
    new Set(['done', 'failed source-unreadable', 'failed source-missing', 'failed name-refused']),
  );
  const words = [...ended.values()].map(({ end }) => ('fault' in end ? end.fault.message : ''));
  expect(words.filter((word) => word.includes('is neither a file nor a folder'))).toHaveLength(1);
  expect(words.filter((word) => word.includes('is not valid UTF-8'))).toHaveLength(2);
  expect(words.filter((word) => word.includes('at most 1023'))).toHaveLength(1);
  expect(endOf(ended.get('uploads/mixed/good.txt'))).toBe('done');
  await ferry.close();
});
