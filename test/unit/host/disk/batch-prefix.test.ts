import { userInfo } from 'node:os';
import { expect, it } from 'vitest';
import { batchPrefix, sessionPrefix, userStep } from '../../../../src/host/disk/batch-prefix';

const user = userInfo().username;

it('a drop goes where user, day and drop say, by the local clock', () => {
  const at = new Date(2026, 0, 5, 9, 3, 7).getTime();
  expect(batchPrefix('up/{user}/{date}/', at)).toBe(`up/${user}/2026-01-05/`);
  expect(batchPrefix('{batch}/', at)).toMatch(/^20260105-090307-[0-9a-z]{4}\/$/);
  expect(batchPrefix('plain/', at)).toBe('plain/');
});

it('two drops within a second are two', () => {
  const names = new Set(Array.from({ length: 20 }, () => batchPrefix('{batch}/', 0)));
  expect(names.size).toBeGreaterThan(15);
});

it('credentials are narrowed to what every drop has in common', () => {
  expect(sessionPrefix({ prefix: 'up/{user}/{date}/' })).toBe(`up/${user}/`);
  expect(sessionPrefix({ prefix: 'up/{date}/{user}/' })).toBe('up/');
});

it.each([
  ['mei.lin', 'mei.lin'],
  ['DOMAIN\\mei', 'DOMAIN-mei'],
  ['../../other', '..-..-other'],
  ['..', 'user'],
  ['', 'user'],
  ['a*?${x}{date}\n', 'a----x--date--'],
  ['写真', '写真'],
  ['😀'.repeat(70), '😀'.repeat(64)],
  ['\ud800', '-'],
])('the name %j is one step of a key: %s', (name, step) => {
  expect(userStep(name)).toBe(step);
});
