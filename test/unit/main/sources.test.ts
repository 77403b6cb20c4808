import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectSources } from '../../../src/main/sources';

const FOLDER = mkdtempSync(join(tmpdir(), 'sources-'));
const FILE = join(FOLDER, '文件 #1%.txt');
writeFileSync(FILE, 'x');

test('files and folders that are there pass in their order', async () => {
  const many = Array.from({ length: 100 }, (_, index) => join(FOLDER, `${index}.txt`));
  for (const path of many) writeFileSync(path, '');
  const paths = [FILE, FOLDER, ...many];
  expect(await inspectSources(paths)).toEqual({ ok: true, value: paths });
});

test('the first that is missing is named, the others are counted', async () => {
  const gone = ['a', 'b', 'c'].map((name) => join(FOLDER, 'gone', name));
  const outcome = await inspectSources([FILE, ...gone]);
  expect(outcome).toMatchObject({ ok: false, fault: { code: 'source-missing' } });
  expect(outcome.ok ? '' : outcome.fault.message).toContain(`${gone[0] ?? ''} (and 2 more)`);
});

test('a path below a file, a link that leads nowhere and a relative path are refused', async () => {
  const link = join(FOLDER, 'link');
  symlinkSync(join(FOLDER, 'nowhere'), link);
  const codes = await Promise.all(
    [join(FILE, 'below'), link, 'relative.txt', '~/file'].map(async (path) => {
      const outcome = await inspectSources([path]);
      return outcome.ok ? 'passed' : outcome.fault.code;
    }),
  );
  expect(codes).toEqual(['source-missing', 'source-missing', 'invalid-input', 'invalid-input']);
});

test('a name with a NUL cannot be read, and is no exception', async () => {
  expect(await inspectSources(['/tmp/a\0b'])).toMatchObject({
    ok: false,
    fault: { code: 'source-unreadable' },
  });
});
