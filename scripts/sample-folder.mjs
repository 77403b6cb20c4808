// The folder that the demo drops: some hundred small files, nested, named in several scripts, one large file, and a
// photo with a face (public domain, see test/fixtures/pictures/README.md).
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root as project } from './ensure-system.mjs';

const FOLDERS = [
  '2026/spring',
  '2026/summer',
  '帳簿-東京/三月',
  '照片/上海 day 3',
  'Übersee',
  'notes & lists',
];
const SMALL_FILES = 240;
const LARGE_BYTES = 40_000_000;

/** Writes the sample below `root` and gives the paths of its files, `/` between. */
export function makeSampleFolder(root) {
  const names = [];
  const write = (name, bytes) => {
    const file = join(root, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    names.push(name);
  };
  for (let n = 1; n <= SMALL_FILES; n += 1) {
    const folder = FOLDERS[n % FOLDERS.length];
    write(`${folder}/file ${String(n).padStart(3, '0')}.txt`, randomBytes(n * 97));
  }
  write('empty.txt', '');
  write('emoji 🚢 100% #1.txt', 'named to make trouble');
  write('film/A001_C014.mov', randomBytes(LARGE_BYTES));
  write('portrait.jpg', readFileSync(join(project, 'test/fixtures/pictures/portrait.jpg')));
  return names;
}
