import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../engine/harness';
import { temporaryKeys } from '../sandbox/cloud';
import { ensureCommand, itemsOf, profileFile, run, type Finished } from './command';

let world: World;
let states = 0;
beforeAll(async () => {
  await ensureCommand();
  world = await World.create();
  await world.write('file.txt', 10);
  await world.write('tree/file.txt', 10);
  await world.fifo('pipe');
});
afterAll(() => world.stop());

const freshState = (): string => join(world.folder, `state-${(states += 1)}`);

/** One sentence on standard error, nothing on standard output, exit code 2. */
function expectRefusal(finished: Finished, words: RegExp): void {
  expect([finished.code, finished.stdout]).toEqual([2, '']);
  expect(finished.stderr).toMatch(words);
  expect(finished.stderr.trimEnd().split('\n')).toHaveLength(1);
  expectNoTrace(finished);
}

function expectNoTrace({ stdout, stderr }: Finished): void {
  expect(stdout + stderr).not.toMatch(/\n\s+at |\.[jt]s:\d|\[object|undefined|Error:/);
}

type Words = (profile: string, state: string) => readonly string[];
const upload =
  (...more: readonly string[]): Words =>
  (profile, state) => ['upload', world.path('file.txt'), '--profile', profile, '--state', state, ...more];

const ARGUMENTS: readonly (readonly [string, Words, RegExp])[] = [
  ['an unknown option', upload('--fast'), /--fast/],
  ['an unknown command', () => ['uplaod'], /There is no command "uplaod"/],
  ['an option of another command', upload('--report', 'x'), /--report/],
  ['no --state', (profile) => ['upload', world.path('file.txt'), '--profile', profile], /--state is missing/],
  [
    'no --profile',
    (_, state) => ['upload', world.path('file.txt'), '--state', state],
    /--profile is missing/,
  ],
  ['no paths', (profile, state) => ['upload', '--profile', profile, '--state', state], /Nothing to upload/],
  [
    'paths to resume',
    (profile, state) => ['resume', 'x', '--profile', profile, '--state', state],
    /takes no paths/,
  ],
  ['--concurrency 0', upload('--concurrency', '0'), /--concurrency must be a number from 1 to 32, not "0"/],
  ['--concurrency 33', upload('--concurrency', '33'), /from 1 to 32/],
  ['--concurrency without a number', upload('--concurrency', ''), /--concurrency/],
  ['--conflict of an unknown kind', upload('--conflict', 'replace'), /--conflict must be .* not "replace"/],
  ['--max-wait without a time', upload('--max-wait', 'soon'), /--max-wait must look like 30s, 5m or 2h/],
  ['--prefix with a slash before it', upload('--prefix', '/a'), /--prefix must not begin with/],
  [
    'a folder that is not there',
    (profile, state) => ['upload', '/no/such/folder', '--profile', profile, '--state', state],
    /^\/no\/such\/folder does not exist\.$/m,
  ],
  [
    'two paths of one name',
    (profile, state) => [
      'upload',
      world.path('file.txt'),
      world.path('tree/file.txt'),
      '--profile',
      profile,
      '--state',
      state,
    ],
    /the same keys/,
  ],
  [
    'a pipe',
    (profile, state) => ['upload', world.path('pipe'), '--profile', profile, '--state', state],
    /neither a file nor a folder/,
  ],
  [
    '--state on a file',
    (profile) => ['upload', world.path('file.txt'), '--profile', profile, '--state', world.path('file.txt')],
    /queue folder .* cannot be used/,
  ],
  [
    '--state below a file',
    (profile) => [
      'upload',
      world.path('file.txt'),
      '--profile',
      profile,
      '--state',
      world.path('file.txt/x'),
    ],
    /queue folder .* cannot be used/,
  ],
  ['status of a folder without a queue', () => ['status', '--state', world.path('')], /There is no queue in/],
  [
    'status of a folder that is not there',
    () => ['status', '--state', '/no/such/folder'],
    /There is no queue in/,
  ],
];

describe.concurrent('arguments', () => {
  it.each(ARGUMENTS)('%s', async (_, words, sentence) => {
    const profile = await profileFile(world);
    expectRefusal(await run(words(profile, freshState())), sentence);
  });

  it('none at all shows how it is used', async () => {
    const finished = await run([]);
    expect(finished.stdout).toContain('oss-ferry upload <path...>');
  });
});

const token = { kind: 'token-server', url: 'http://127.0.0.1:1/get_sts_token' };
const PROFILES: readonly (readonly [string, Readonly<Record<string, unknown>> | string, RegExp])[] = [
  ['not JSON', '{ "name": ', /is not valid JSON/],
  ['a list', '[]', /profile/i],
  ['empty', '', /is not valid JSON/],
  ['an unknown field', { buckett: 'x' }, /unknown field "buckett"/],
  ['an unknown field inside', { authorization: { ...token, key: 'x' } }, /unknown field "authorization.key"/],
  ['a region of no form', { region: 'Hang Zhou' }, /"region" is wrong/],
  ['a bucket of no form', { bucket: 'Not_A_Bucket' }, /"bucket" is wrong/],
  [
    'http to another machine',
    { endpoint: 'http://oss-cn-hangzhou.aliyuncs.com' },
    /"endpoint" is wrong: uses plain http; use https/,
  ],
  [
    'a token server over http on another machine',
    { authorization: { ...token, url: 'http://tokens.example.com/' } },
    /"authorization.url" is wrong: uses plain http/,
  ],
  ['an authorization that nobody knows', { authorization: { kind: 'password' } }, /"authorization/],
  ['a prefix with a slash before it', { prefix: '/uploads/' }, /"prefix" is wrong/],
];

describe.concurrent('a profile', () => {
  it.each(PROFILES)('that is %s', async (name, changes, sentence) => {
    const file = `bad ${name}`;
    const path = await profileFile(world, typeof changes === 'string' ? {} : changes, file);
    if (typeof changes === 'string') await writeFile(path, changes);
    expectRefusal(await run(upload()(path, freshState())), sentence);
  });

  it('that is missing', async () => {
    expectRefusal(
      await run(upload()('/no/such/profile.json', freshState())),
      /\/no\/such\/profile\.json does not exist/,
    );
  });

  it('that is a folder', async () => {
    expectRefusal(await run(upload()(world.folder, freshState())), /cannot be read/);
  });
});

describe.concurrent('what the cloud refuses is a failed file with a sentence', () => {
  const REFUSED: readonly (readonly [string, Readonly<Record<string, unknown>>, string, RegExp])[] = [
    ['a bucket that is not there', { bucket: 'no-such-bucket' }, 'bucket-missing', /NoSuchBucket/],
    ['a wrong region in the signature', { region: 'cn-beijing' }, 'wrong-endpoint', /./],
    [
      'a prefix that the role may not write',
      { prefix: 'elsewhere/' },
      'no-permission',
      /oss:PutObject is not allowed below "elsewhere\/"/,
    ],
  ];
  it.each(REFUSED)('%s', async (name, changes, code, words) => {
    const profile = await profileFile(world, changes, `refused ${name}`);
    const finished = await run(upload('--json')(profile, freshState()));
    expect([finished.code, finished.stderr]).toEqual([1, '']);
    expect(itemsOf(finished)).toMatchObject([
      { state: 'failed', fault: { code, message: expect.stringMatching(words) as string } },
    ]);
    expectNoTrace(finished);
  });

  it('a wrong secret', async () => {
    const keys = await temporaryKeys(world.sandbox);
    const profile = await profileFile(world, { authorization: { kind: 'temporary' } }, 'wrong secret');
    const finished = await run(upload('--json')(profile, freshState()), {
      OSS_ACCESS_KEY_ID: keys.accessKeyId,
      OSS_ACCESS_KEY_SECRET: 'wrong-secret-of-thirty-characters',
      OSS_SESSION_TOKEN: keys.stsToken,
    });
    expect(finished.code).toBe(1);
    expect(itemsOf(finished)).toMatchObject([
      { state: 'failed', fault: { code: 'signature', ossCode: 'SignatureDoesNotMatch' } },
    ]);
    expect(finished.stdout + finished.stderr).not.toContain('wrong-secret-of-thirty-characters');
  });

  it('says the same in words for people, grouped, without --json', async () => {
    const profile = await profileFile(world, { bucket: 'no-such-bucket' }, 'words');
    const finished = await run(upload()(profile, freshState()));
    expect(finished.code).toBe(1);
    expect(finished.stdout).toMatch(
      /^0 verified, 0 skipped, 1 not done; .*\n1 file: OSS refused PutObject .*\[bucket-missing, NoSuchBucket, [0-9A-F]+\]\n {2}.*file\.txt\n$/,
    );
  });
});

/** A disk of 1 MB where the system lets us have one. */
function tinyDisk(folder: string): boolean {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('a full disk under the queue', () => {
  it('is told in a sentence and loses nothing', async (context) => {
    const disk = join(world.folder, 'tiny');
    if (!tinyDisk(disk)) {
      context.skip('mounting a small disk is not allowed here');
      return;
    }
    try {
      for (let number = 0; number < 4_000; number += 1)
        await world.write(`many/${'n'.repeat(150)}${number}.txt`, Buffer.alloc(0));
      const profile = await profileFile(world);
      const words = [
        'upload',
        world.path('many'),
        '--profile',
        profile,
        '--state',
        disk,
        '--json',
        '--max-wait',
        '3s',
      ];
      const finished = await run(words);
      expect(finished.code).toBe(1);
      expect(finished.stderr + finished.stdout).toMatch(/disk/i);
      expectNoTrace(finished);
      execFileSync('mount', ['-o', 'remount,size=64m', disk]);
      const again = await run(words);
      expect(again.code).toBe(0);
      expect(
        [...(await world.objects()).keys()].filter((key) => key.startsWith('uploads/many/')),
      ).toHaveLength(4_000);
    } finally {
      execFileSync('umount', [disk]);
      rmSync(world.path('many'), { recursive: true });
    }
  });
});
