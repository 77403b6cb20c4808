import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const MIB = 1024 * 1024;

/** Bytes that no compression and no luck makes equal, the same for the same seed. */
export function bytesOf(seed: string, sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  let block = createHash('sha256').update(seed).digest();
  for (let offset = 0; offset < sizeBytes; offset += block.length) {
    block.copy(bytes, offset);
    // One new hash a KiB: made fast, and still no two KiB of it are the same.
    if (offset % 1024 === 0) block = createHash('sha256').update(block).digest();
  }
  return bytes;
}

/** Names that have broken uploaders: each is one path below the tree. */
const ODD_NAMES = [
  'with space.txt',
  'hash#tag.txt',
  '100%.txt',
  '%2F.txt',
  'a+b=c&d.txt',
  `quotes ' and ".txt`,
  'semi;colon,comma.txt',
  'back\\slash.txt',
  'emoji 🚢⛴️.txt',
  '中文/照片 一.jpg',
  '日本語/写真 ②.jpg',
  'caf\u00e9.txt',
  'cafe\u0301 decomposed.txt',
  `${'x'.repeat(196)}.txt`,
  '.hidden',
  'trailing.dot.',
  '~tilde!*()[]{}.txt',
];

/** 500 files: empty ones, one byte, 16 MiB and one byte more, odd names, nested folders. */
export function oddTree(root: string): void {
  const write = (name: string, bytes: Buffer): void => {
    const file = join(root, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  };
  write('empty-1', Buffer.alloc(0));
  write('deep/empty-2', Buffer.alloc(0));
  write('one-byte', Buffer.from('x'));
  write('exactly-16-mib', bytesOf('a', 16 * MIB));
  write('16-mib-and-1', bytesOf('b', 16 * MIB + 1));
  ODD_NAMES.forEach((name, index) => write(name, bytesOf(name, 100 + index)));
  for (let n = filesBelow(root).length; n < 500; n += 1)
    write(`folder ${n % 12}/sub ${n % 5}/file ${n}.bin`, bytesOf(String(n), (n * 37) % 5000));
}

/** Paths below the root with `/` between. */
export function filesBelow(root: string): readonly string[] {
  const names: string[] = [];
  for (const name of readdirSync(root, { recursive: true }) as string[])
    if (statSync(join(root, name)).isFile()) names.push(relative(root, join(root, name)));
  return names;
}

export const contentOf = (root: string, name: string): Buffer => readFileSync(join(root, name));
