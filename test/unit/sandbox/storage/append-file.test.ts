import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppendFile } from '../../../../src/sandbox/storage/append-file';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'append-file-'));
  path = join(folder, 'lines.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(): { file: AppendFile; lines: string[] } {
  const lines: string[] = [];
  return { file: AppendFile.open(path, (line) => lines.push(line)), lines };
}

test('gives back every line that was appended', () => {
  const first = open();
  first.file.append('one\n');
  first.file.append('zwei 中文\n');
  first.file.close();
  const second = open();
  expect(second.lines).toEqual(['one', 'zwei 中文']);
  second.file.close();
});

test('cuts off a line that was torn by a kill, and goes on behind the last whole one', () => {
  const first = open();
  first.file.append('whole\n');
  first.file.close();
  appendFileSync(path, '{"torn":');
  const second = open();
  expect(second.lines).toEqual(['whole']);
  second.file.append('next\n');
  second.file.close();
  expect(readFileSync(path, 'utf8')).toBe('whole\nnext\n');
});

test('reads lines that lie across its reading buffer', () => {
  const lines = Array.from({ length: 5 }, (_, index) => String(index).repeat(700_000));
  const first = open();
  for (const line of lines) first.file.append(`${line}\n`);
  first.file.close();
  const second = open();
  expect(second.lines).toEqual(lines);
  second.file.close();
});

test('replaces its content and can still be appended to', () => {
  const { file } = open();
  file.append('old\n');
  file.replace(['a\n', 'b\n']);
  file.append('c\n');
  expect(file.lengthBytes).toBe(6);
  file.close();
  expect(readFileSync(path, 'utf8')).toBe('a\nb\nc\n');
});
