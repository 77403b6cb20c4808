import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { destinationOfFile } from '../../../src/main/profile-file';

const FOLDER = mkdtempSync(join(tmpdir(), 'profile-'));
const PROFILE = {
  name: 'Media',
  region: 'oss-cn-hangzhou',
  bucket: 'team-media',
  prefix: 'raw',
  authorization: { kind: 'token-server', url: 'https://tokens.example.com/get_sts_token' },
};

function fileWith(content: unknown): string {
  const path = join(FOLDER, `${Math.random().toString(36)}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function idOf(content: unknown): string {
  const outcome = destinationOfFile(fileWith(content));
  if (!outcome.ok) throw new Error(outcome.fault.message);
  return outcome.value.destinationId;
}

test('the same place has the same id, whatever else the profile says; another place has another', () => {
  const id = idOf(PROFILE);
  expect(idOf({ ...PROFILE, name: 'Renamed', conflict: 'overwrite' })).toBe(id);
  expect(idOf({ ...PROFILE, region: 'cn-hangzhou', prefix: 'raw/' })).toBe(id);
  for (const change of [
    { bucket: 'other' },
    { prefix: 'other/' },
    { region: 'cn-shanghai' },
    { endpoint: 'https://a.example.com' },
  ])
    expect(idOf({ ...PROFILE, ...change })).not.toBe(id);
});

test.each([
  ['{"name": ', 'is not JSON'],
  [{ ...PROFILE, buckte: 'x' }, 'unknown field "buckte"'],
  [{ ...PROFILE, region: 'Hangzhou!' }, 'region'],
  [{ ...PROFILE, endpoint: 'http://example.com' }, 'plain http'],
  ['[]', 'The profile'],
])('%j is refused with one sentence that says %s', (content, words) => {
  const path = fileWith(content);
  const outcome = destinationOfFile(path);
  const message = outcome.ok ? '' : outcome.fault.message;
  expect(message).toContain(words);
  expect(message).toContain(path);
  expect(message.split('\n')).toHaveLength(1);
});

test('a file that is not there is named', () => {
  const outcome = destinationOfFile('/nowhere/profile.json');
  expect(outcome.ok ? '' : outcome.fault.message).toContain('/nowhere/profile.json');
});
