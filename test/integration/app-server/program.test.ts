import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildProgram, run, type Program, type Run } from './program';
import { credentials, refusal, startScriptedSts, type ScriptedSts } from './scripted-sts';

const PAIR = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tExample',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret-of-the-server',
};
const REST = {
  ROLE_ARN: 'acs:ram::123456789012:role/oss-web-upload',
  ROLE_SESSION_NAME: 'role_session_test',
  OSS_BUCKET: 'sandbox',
  OSS_REGION: 'cn-hangzhou',
  OSS_PREFIX: 'uploads/',
};

let program: Program;
let sts: ScriptedSts;
const runs: Run[] = [];
beforeAll(async () => {
  program = await buildProgram();
});
afterAll(() => program.remove());
beforeEach(async () => {
  sts = await startScriptedSts();
});
afterEach(async () => {
  for (const { process } of runs.splice(0)) process.kill('SIGKILL');
  await sts.close();
});

function start(argv: readonly string[], environment: Readonly<Record<string, string>>): Run {
  const started = run(program, argv, { STS_ENDPOINT: sts.url, ...REST, ...environment });
  runs.push(started);
  return started;
}
const urlOf = async (started: Run) => (JSON.parse(await started.firstLine) as { url: string }).url;

describe('node out/app-server/main.js', () => {
  it('says with --json where it listens, gives tokens, and stops on SIGTERM after what is under way', async () => {
    const started = start(['--json'], PAIR);
    const url = await urlOf(started);
    expect(started.stdout()).toBe(`{"url":"${url}"}\n`);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);

    const held: (() => void)[] = [];
    sts.play((request, response) => {
      held.push(() => credentials(9)(request, response));
    });
    const asking = fetch(`${url}/get_sts_token`);
    await sts.asked(1);
    started.process.kill('SIGTERM');
    // New connections are refused before the old answer is given: so it did hear the signal.
    await refusesConnections(url);
    held[0]!();
    const answer = await asking;
    expect(await answer.json()).toMatchObject({ AccessKeyId: 'STS.9' });
    // Else its connection would keep the server waiting after the answer.
    expect(answer.headers.get('connection')).toBe('close');
    expect(await started.ended).toEqual({ code: 0, signal: null });
    expect(started.stderr()).toBe('');
  });

  it('says it in words without --json, and stops on SIGINT', async () => {
    const started = start([], PAIR);
    expect(await started.firstLine).toMatch(/^The application server listens on http:\/\/127\.0\.0\.1:\d+$/);
    started.process.kill('SIGINT');
    expect(await started.ended).toEqual({ code: 0, signal: null });
  });

  it('ends at once on a second signal, though of another kind, whatever is under way', async () => {
    const started = start(['--json'], PAIR);
    const url = await urlOf(started);
    sts.play(() => undefined);
    const asking = fetch(`${url}/get_sts_token`);
    await sts.asked(1);
    started.process.kill('SIGTERM');
    await refusesConnections(url);
    started.process.kill('SIGINT');
    await expect(asking).rejects.toThrow();
    expect(await started.ended).toEqual({ code: null, signal: 'SIGINT' });
  });

  it.each([
    ['a variable is missing', [], { ...PAIR, ROLE_ARN: '' }, 2, /^The variable ROLE_ARN is missing: .+\.\n$/],
    [
      'a variable is wrong',
      [],
      { ...PAIR, TOKEN_SECONDS: '60' },
      2,
      /^The variable TOKEN_SECONDS is wrong: .+\.\n$/,
    ],
    ['an argument is wrong', ['--prot', '1'], PAIR, 2, /^The argument "--prot" is not known; usage: .+\.\n$/],
    [
      'the address is not this machine’s',
      ['--host', '127.0.0.1.nowhere.invalid'],
      { ...PAIR, BEARER_TOKENS_SHA256: 'a'.repeat(64) },
      1,
      /^Cannot listen on .+\.\n$/,
    ],
  ])('ends with one sentence when %s', async (_name, argv, environment, code, sentence) => {
    const started = start(argv, environment);
    expect((await started.ended).code).toBe(code);
    expect(started.stderr()).toMatch(sentence);
    expect(started.stdout()).toBe('');
  });

  it('logs one line for each request with LOG=1, and no secret in any', async () => {
    const started = start(['--json'], { ...PAIR, LOG: '1' });
    const url = await urlOf(started);
    await fetch(`${url}/get_sts_token?planted=query-secret`, {
      headers: { authorization: 'Bearer header-secret' },
    });
    sts.play(refusal(403, 'NoPermission'));
    await fetch(`${url}/get_sts_token/planted-path-secret`);
    started.process.kill('SIGTERM');
    await started.ended;
    const lines = started
      .stderr()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line['msg'] === 'request');
    expect(lines).toMatchObject([
      { method: 'GET', route: '/get_sts_token', status: 200, caller: 'loopback' },
      { method: 'GET', route: null, status: 404, code: 'NotFound' },
    ]);
    expect(started.stderr()).not.toMatch(/secret|token-of-the|planted|STS\.1/);
  });

  it('finds its AccessKey pair by the default chain, also when it comes only after a failure', async () => {
    const home = await mkdtemp(join(tmpdir(), 'app-server-home-'));
    try {
      const started = start(['--json'], { HOME: home });
      const url = await urlOf(started);
      const refused = await fetch(`${url}/get_sts_token`);
      expect(refused.status).toBe(502);
      expect(await refused.json()).toEqual({
        error: {
          code: 'StsError',
          message:
            'This server has no AccessKey pair, neither in its environment nor by the role of its machine.',
        },
      });
      await mkdir(join(home, '.aliyun'));
      const profile = {
        name: 'default',
        mode: 'AK',
        access_key_id: 'LTAIofTheChain',
        access_key_secret: 'x',
      };
      await writeFile(
        join(home, '.aliyun/config.json'),
        JSON.stringify({ current: 'default', profiles: [profile] }),
      );
      expect((await fetch(`${url}/get_sts_token`)).status).toBe(200);
      expect(sts.requests[0]?.authorization).toContain('Credential=LTAIofTheChain');
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });
});

async function refusesConnections(url: string): Promise<void> {
  for (;;) {
    try {
      const response = await fetch(`${url}/health`, { headers: { connection: 'close' } });
      await response.arrayBuffer();
    } catch {
      return;
    }
  }
}
