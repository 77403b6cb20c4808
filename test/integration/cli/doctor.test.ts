/** The built command against whole and broken set-ups, and the report that may be sent. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { homedir, userInfo } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MINIMAL_ROLE } from '../../fakes/roles';
import { World } from '../engine/harness';
import { ensureCommand, profileFile, run, type Finished } from './command';

let world: World;
let narrow: World;
beforeAll(async () => {
  await ensureCommand();
  world = await World.create();
  narrow = await World.create({ rolePolicy: MINIMAL_ROLE });
});
afterAll(async () => {
  await world.stop();
  await narrow.stop();
});

const keys = (): Record<string, string> => ({
  OSS_ACCESS_KEY_ID: world.sandbox.accessKeyId,
  OSS_ACCESS_KEY_SECRET: world.sandbox.accessKeySecret,
});
const idsOf = ({ events }: Finished, ok: boolean | null): unknown[] =>
  events.filter((event) => event['ok'] === ok).map(({ id }) => id);

describe('doctor', () => {
  it('prints a line for each check and ends with 0 where all is well', async () => {
    const file = await profileFile(world, { authorization: { kind: 'temporary' } }, 'doctor-well');
    const finished = await run(['doctor', '--profile', file, '--json'], keys());
    expect([finished.code, finished.stderr, idsOf(finished, false), idsOf(finished, null)]).toEqual([
      0,
      '',
      [],
      ['tls'],
    ]);
    expect(finished.events.every(({ event }) => event === 'check')).toBe(true);
    expect(finished.stdout.trimEnd().split('\n')).toHaveLength(finished.events.length);
  });

  it('says in words what is missing, what it is for, and the statement to ask for', async () => {
    const file = await profileFile(narrow, {}, 'doctor-narrow');
    const { code, stdout } = await run(['doctor', '--profile', file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^✓ Upload a small file$/m);
    expect(stdout).toMatch(/^✗ Read what was uploaded \(uploads work without it\)$/m);
    expect(stdout).toMatch(/skip-identical acts as never-overwrite/);
    expect(stdout).toContain('"Action": ["oss:GetObject", "oss:ListParts", "oss:AbortMultipartUpload"]');
    expect(stdout).toMatch(/Files can be uploaded\.\n$/);
  });

  it.each<[string, Record<string, unknown>, number, unknown[]]>([
    ['a bucket that is not there', { bucket: 'nobodys-bucket' }, 1, ['bucket']],
    ['no credentials', {}, 3, ['credentials']],
  ])('ends at %s', async (_what, changes, exitCode, ids) => {
    const more = { authorization: { kind: 'temporary' }, ...changes };
    const file = await profileFile(world, more, 'doctor-broken');
    const environment = 'bucket' in changes ? keys() : {};
    const finished = await run(['doctor', '--profile', file, '--json'], environment);
    expect([finished.code, idsOf(finished, false)]).toEqual([exitCode, ids]);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['without a profile', ['doctor'], /^--profile is missing/],
    ['with a path', ['doctor', 'x', '--profile', 'y'], /^The command doctor takes no paths\.$/m],
    [
      'with a profile that is not there',
      ['doctor', '--profile', '/no/such'],
      /^The profile .* does not exist\.$/m,
    ],
    ['with another option', ['doctor', '--profile', 'x', '--state', 'y'], /does not take --state/],
  ])('%s ends with 2', async (_what, words, sentence) => {
    const { code, stdout, stderr } = await run(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('tells where the report cannot be written', async () => {
    const file = await profileFile(world, { authorization: { kind: 'temporary' } }, 'doctor-report');
    const { code, stderr } = await run(['doctor', '--profile', file, '--report', '/no/such/report'], keys());
    expect([code, stderr]).toEqual([1, 'The report /no/such/report cannot be written (ENOENT).\n']);
  });
});

describe('the report', () => {
  const PLANTED = 'planted7f3c';

  it('holds what helps, and nothing of what was planted everywhere', async () => {
    const report = join(world.folder, 'report.txt');
    const environment = {
      OSS_ACCESS_KEY_ID: `LTAI5t${PLANTED}Zz99`,
      OSS_ACCESS_KEY_SECRET: PLANTED,
      OSS_SESSION_TOKEN: PLANTED,
      OSS_FERRY_TOKEN: PLANTED,
      HTTP_PROXY: `http://${PLANTED}:${PLANTED}@proxy.corp:8080`,
    };
    const changes = {
      name: `Bucket of ${PLANTED}`,
      prefix: 'uploads/{user}/',
      authorization: { kind: 'temporary' },
      callback: {
        url: `http://127.0.0.1:9/told?token=${PLANTED}`,
        body: `secret=${PLANTED}`,
        variables: { 'x:secret': PLANTED },
      },
      object: { metadata: { secret: PLANTED }, tags: { owner: PLANTED } },
    };
    const file = await profileFile(world, changes, 'doctor-planted');
    const finished = await run(['doctor', '--profile', file, '--report', report], environment);
    expect(finished.code).toBe(3);
    const text = readFileSync(report, 'utf8');
    expect(text + finished.stdout + finished.stderr).not.toContain(PLANTED);
    expect(text).toContain('…Zz99');
    expect(text).toContain('proxy.corp:8080');
    expect(text).toContain(new URL(world.sandbox.oss).host);
    expect(text).toMatch(/^✗ signature: /m);
  });

  it('names neither this user nor a folder of theirs', async () => {
    const report = join(world.folder, 'report-user.txt');
    const url = `${new URL(world.tokenUrl).origin}/get_post_policy`;
    const changes = { prefix: 'uploads/{user}/x/', authorization: { kind: 'post-policy', url } };
    const file = await profileFile(world, changes, 'doctor-user');
    const finished = await run(['doctor', '--profile', file, '--report', report]);
    // The search finds the name where it belongs.
    expect(finished.stdout).toContain(`uploads/${userInfo().username}/x/.oss-ferry-probe-`);
    const text = readFileSync(report, 'utf8');
    expect(text).toContain('uploads/{user}/x/.oss-ferry-probe-');
    expect(text).not.toContain(`/${userInfo().username}/`);
    expect(text).not.toContain(homedir());
  });
});
