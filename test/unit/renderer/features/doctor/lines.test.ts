import { describe, expect, it } from 'vitest';
import { linesOf, resultOf, saidOf, textsOf } from '../../../../../src/renderer/features/doctor/lines';
import { createWords } from '../../../../../src/renderer/i18n/index';
import { formatFor } from '../../../../../src/renderer/i18n/format';
import { CHECK_IDS, HINT_CODES, type Check, type DoctorRun } from '../../../../../src/shared/doctor';
import { fault } from '../../../../../src/shared/faults';
import type { DestinationId } from '../../../../../src/shared/ids';

const check = (more: Partial<Check> = {}): Check => ({ id: 'put', ok: true, optional: false, ...more });
const run = (checks: Check[], more: Partial<DoctorRun> = {}): DoctorRun => ({
  runId: 1,
  destinationId: 'one' as DestinationId,
  planned: ['dns', 'put', 'delete'],
  checks,
  isRunning: false,
  ...more,
});
const { t } = createWords('en');
const format = formatFor('en');
const refused = fault('no-permission', 'OSS refused it.');

describe('a line', () => {
  it.each<[string, Check]>([
    ['good', check()],
    ['failed', check({ ok: false, fault: refused })],
    ['without', check({ ok: false, optional: true, fault: refused })],
    ['noted', check({ id: 'clock', ok: false, optional: true, fault: fault('clock-skew', '') })],
    ['untried', check({ ok: null, hint: { code: 'waits-for', values: { check: 'dns' } } })],
  ])('is %s', (state, given) => {
    expect(linesOf(run([given])).map((line) => line.state)).toEqual([state]);
  });

  it('is under way, and the others wait, while the run goes on', () => {
    const lines = linesOf(run([check({ id: 'dns' })], { isRunning: true }));
    expect(lines.map(({ id, state }) => [id, state])).toEqual([
      ['dns', 'good'],
      ['put', 'running'],
      ['delete', 'waiting'],
    ]);
  });
});

it.each<[string, DoctorRun]>([
  ['Checking: 1 of 3.', run([check()], { isRunning: true })],
  ['All that uploading needs is in place.', run([check(), check({ ok: null })])],
  ['Uploads work; 1 thing is to be noted.', run([check({ ok: false, optional: true, fault: refused })])],
  [
    'Uploads do not work: 2 checks failed.',
    run([
      check({ ok: false, fault: refused }),
      check({ ok: false, fault: refused }),
      check({ ok: false, optional: true, fault: refused }),
    ]),
  ],
  ['The check was stopped.', run([check({ ok: null, hint: { code: 'stopped', values: {} } })])],
])('the run in one sentence: %s', (sentence, of) => {
  expect(resultOf(t, format, of)).toBe(sentence);
});

it('what happened and what to do, where there is no hint', () => {
  expect(textsOf(t, format, 'en', check({ ok: false, fault: fault('dns', 'x') }))).toEqual([
    'The server’s name was not found.',
    'Check endpoint and VPN.',
  ]);
  expect(textsOf(t, format, 'en', check())).toEqual([]);
});

it('what the server said, where our own words do not say as much', () => {
  const hint = { code: 'no-head', values: {} } as const;
  const said = fault('no-permission', 'OSS refused it.', { ossCode: 'AccessDenied' });
  expect(saidOf(check({ ok: false, hint, fault: said }))).toBe('OSS refused it.');
  expect(saidOf(check({ ok: false, hint, fault: refused }))).toBeNull();
  expect(saidOf(check({ ok: false, fault: refused }))).toBe('OSS refused it.');
  expect(saidOf(check({ ok: null, fault: refused }))).toBeNull();
});

it('writes spans, days, sizes and other checks in words', () => {
  const say = (hint: Check['hint']): string => textsOf(t, format, 'en', check({ hint })).join();
  expect(say({ code: 'clock-behind', values: { seconds: 18_000 } })).toContain('5 hours behind');
  expect(say({ code: 'clock-close', values: { seconds: 1 } })).toContain('1 second from');
  expect(say({ code: 'trusted', values: { protocol: 'TLSv1.3', at: Date.UTC(2027, 2, 4, 12) } })).toContain(
    'Mar 4, 2027',
  );
  expect(say({ code: 'speed', values: { speed: 4_200_000, bytes: 15_728_640 } })).toMatch(
    /^About 4\.2 MB\/s .* 15\.7 MB/,
  );
  expect(say({ code: 'waits-for', values: { check: 'dns' } })).toBe('because of: Name of the bucket');
});

it.each(['en', 'zh-CN', 'ja'])('every hint finds its words and its values in %s', (language) => {
  const words = createWords(language);
  const numbers = { count: 2, at: 0, seconds: 5, minutes: 1, bytes: 1, speed: 1 };
  const texts = { host: 'h', key: 'k', action: 'a', variable: 'v', proxy: 'p', issuer: 'i', names: 'n' };
  const values = { ...numbers, ...texts, endpoint: 'e', protocol: 't', project: 'j', check: 'dns' };
  for (const code of HINT_CODES) {
    const said = textsOf(words.t, formatFor(language), language, check({ hint: { code, values } })).join();
    expect(said, code).toMatch(/^\S.*\S$/u);
    expect(said, code).not.toMatch(/[{}]|undefined|doctor\./);
  }
  for (const id of CHECK_IDS) expect(words.t(`doctor.checks.${id}`)).not.toContain('doctor.');
});
