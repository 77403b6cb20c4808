import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { destinationOfFile } from '../../../../src/main/settings/profile-file';

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
  if (!outcome.ok) throw new Error(outcome.notice.code);
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
  ['{"name": ', 'profile-not-json', ''],
  [{ ...PROFILE, buckte: 'x' }, 'profile-invalid', 'unknown field "buckte"'],
  [{ ...PROFILE, region: 'Hangzhou!' }, 'profile-invalid', 'region'],
  [{ ...PROFILE, endpoint: 'http://example.com' }, 'profile-invalid', 'plain http'],
  ['[]', 'profile-invalid', 'The profile'],
])('%j is %s: one sentence that says %s', (content, code, words) => {
  const path = fileWith(content);
  const outcome = destinationOfFile(path);
  if (outcome.ok) throw new Error('it was taken');
  const { detail, ...notice } = outcome.notice;
  expect(notice).toEqual({ id: 'profile', code, values: { file: path } });
  expect(detail).toContain(words);
  expect(detail.split('\n')).toHaveLength(1);
});

test('a file that is not there is named', () => {
  const outcome = destinationOfFile('/nowhere/profile.json');
  expect(outcome).toMatchObject({
    ok: false,
    notice: { code: 'profile-unreadable', values: { file: '/nowhere/profile.json' } },
  });
});
