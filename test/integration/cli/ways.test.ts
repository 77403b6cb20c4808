/** The command by the ways that need something of its environment. */
import { createServer, type Server } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../engine/harness';
import { ensureCommand, itemsOf, profileFile, run, type Finished } from './command';

const BEARER = 'planted-bearer-of-the-command';
let world: World;
let gate: Server;
let gateUrl: string;
let states = 0;

beforeAll(async () => {
  await ensureCommand();
  world = await World.create({ maxSessionSeconds: 3600 });
  await world.write('file.txt', 10);
  await world.write('large.bin', 20 * 1024 * 1024);
  gate = createServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${BEARER}`) {
      response.writeHead(401).end();
      return;
    }
    void fetch(world.tokenUrl).then(async (answer) => response.end(await answer.text()));
  });
  await new Promise<void>((listening) => gate.listen(0, '127.0.0.1', listening));
  gateUrl = `http://127.0.0.1:${(gate.address() as AddressInfo).port}/get_sts_token`;
});
afterAll(async () => {
  gate.close();
  await world.stop();
});

async function upload(
  name: string,
  authorization: object,
  environment: Readonly<Record<string, string>>,
): Promise<Finished> {
  const file = await profileFile(world, { authorization, prefix: `uploads/${name}/` }, name);
  const state = join(world.folder, `ways-${(states += 1)}`);
  const paths = [world.path('file.txt'), world.path('large.bin')];
  return run(['upload', ...paths, '--profile', file, '--state', state, '--json'], environment);
}

const role = (changes: object = {}): object => ({
  kind: 'assume-role',
  roleArn: world.sandbox.roleArn,
  roleSessionName: 'command',
  durationSeconds: 900,
  stsEndpoint: world.sandbox.sts,
  ...changes,
});
const pair = (): Record<string, string> => ({
  ALIBABA_CLOUD_ACCESS_KEY_ID: world.sandbox.accessKeyId,
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: world.sandbox.accessKeySecret,
});

function expectDone(finished: Finished): void {
  expect([finished.code, finished.stderr]).toEqual([0, '']);
  expect(itemsOf(finished).map(({ state }) => state)).toEqual(['done', 'done']);
}

/** Ends with 3 after one `waiting` of this code, and says no secret. */
function expectNeeded(finished: Finished, code: string, words: RegExp): void {
  expect(finished.code).toBe(3);
  const waiting = finished.events.filter(({ event }) => event === 'waiting');
  expect(waiting).toMatchObject([
    { reason: 'credentials', fault: { code, message: expect.stringMatching(words) as string } },
  ]);
  expect(finished.stdout + finished.stderr).not.toMatch(/planted|Policy=|RoleArn=/);
  expect(finished.stdout + finished.stderr).not.toContain(world.sandbox.accessKeySecret);
}

describe('assume-role', () => {
  it('by the AccessKey pair of the environment', async () => {
    expectDone(await upload('role', role(), pair()));
  });

  it('by a profile of the aliyun CLI that the profile names, whatever the environment says', async () => {
    const home = join(world.folder, 'home');
    mkdirSync(join(home, '.aliyun'), { recursive: true });
    const { accessKeyId, accessKeySecret } = world.sandbox;
    const work = { name: 'work', mode: 'AK', access_key_id: accessKeyId, access_key_secret: accessKeySecret };
    writeFileSync(join(home, '.aliyun/config.json'), JSON.stringify({ current: 'x', profiles: [work] }));
    const wrong = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tNobody', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'x' };
    expectDone(await upload('aliyun', role({ aliyunProfile: 'work' }), { HOME: home, ...wrong }));
    const none = await upload('none', role({ aliyunProfile: 'other' }), { HOME: home, ...pair() });
    expectNeeded(none, 'credentials-missing', /no profile "other"/);
  });

  it.each<[string, object, Record<string, string>, string, RegExp]>([
    [
      'nothing in the environment',
      {},
      { ALIBABA_CLOUD_ACCESS_KEY_ID: '' },
      'credentials-missing',
      /ACCESS_KEY_ID/,
    ],
    [
      'a wrong secret',
      {},
      { ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'planted-wrong' },
      'signature',
      /secret is wrong/,
    ],
    ['an unknown key', {}, { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tNobody' }, 'key-unknown', /does not exist/],
    ['another role', { roleArn: 'acs:ram::1:role/nobody' }, {}, 'role-refused', /no such role/],
    ['too long a session', { durationSeconds: 3601 }, {}, 'invalid-input', /sessions that long/],
  ])('ends with 3 at %s', async (name, changes, environment, code, words) => {
    expectNeeded(await upload(name, role(changes), { ...pair(), ...environment }), code, words);
  });
});

describe('token-server with a bearer', () => {
  it('sends OSS_FERRY_TOKEN', async () => {
    expectDone(await upload('bearer', { kind: 'token-server', url: gateUrl }, { OSS_FERRY_TOKEN: BEARER }));
  });

  it.each<[string, Record<string, string>]>([
    ['without one', {}],
    ['with another', { OSS_FERRY_TOKEN: 'planted-other' }],
  ])('ends with 3 %s', async (name, environment) => {
    const finished = await upload(name, { kind: 'token-server', url: gateUrl }, environment);
    expectNeeded(finished, 'token-refused', /refused to give credentials \(401\)/);
  });
});
