import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runFaces } from '../../../src/cli/faces';
import { failure, fault, success, type FaultCode } from '../../../src/shared/faults';
import { startScriptedServer, type ScriptedServer } from '../oss/scripted-server';

const SAMPLE = readFileSync(new URL('../../fixtures/detect-image-faces.json', import.meta.url), 'utf8');
const ENVIRONMENT = {
  OSS_ACCESS_KEY_ID: 'STS.ONE',
  OSS_ACCESS_KEY_SECRET: 'secret',
  OSS_SESSION_TOKEN: 'token',
};

let folder: string;
let server: ScriptedServer;
let written: string;
let complaints: string[];
let waits: number[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ferry-faces-'));
  server = await startScriptedServer();
  written = '';
  complaints = [];
  waits = [];
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function profileFile(
  imm: unknown = { project: 'people', endpoint: server.url },
  authorization: object = { kind: 'temporary' },
): string {
  const file = join(folder, 'profile.json');
  writeFileSync(
    file,
    JSON.stringify({
      name: 'Test',
      region: 'cn-hangzhou',
      bucket: 'photos',
      authorization,
      imm: imm ?? undefined,
    }),
  );
  return file;
}

const run = (
  picture: string,
  more: { json?: boolean; imm?: unknown; environment?: object; authorization?: object } = {},
) =>
  runFaces(
    {
      kind: 'faces',
      picture,
      profileFile: profileFile(more.imm, more.authorization),
      json: more.json === true,
    },
    {
      environment: { ...(more.environment ?? ENVIRONMENT) },
      write: (text) => (written += text),
      printError: (sentence) => complaints.push(sentence),
      wait: (delayMs) => Promise.resolve(void waits.push(delayMs)),
    },
  );
const answering = (status: number, body: string, headers: Record<string, string> = {}): void =>
  server.script(({ response }) => response.writeHead(status, headers).end(body));
const refusing = (status: number, Code: string, Message = '', headers = {}): void =>
  answering(status, JSON.stringify({ Code, Message, RequestId: 'REQUEST-1' }), headers);

test('an object: one line in the schema of IMM, with all that came', async () => {
  answering(200, SAMPLE);
  expect(await run('oss://photos/uploads/a b.jpg', { json: true })).toBe(0);
  expect(written.split('\n')).toHaveLength(2);
  expect(JSON.parse(written)).toEqual(JSON.parse(SAMPLE));
  expect(decodeURIComponent(server.received[0]?.url ?? '')).toContain('oss://photos/uploads/a b.jpg');
});

test('an object, in words', async () => {
  answering(200, SAMPLE);
  expect(await run('oss://photos/a.jpg')).toBe(0);
  expect(written).toBe(
    '1 face in oss://photos/a.jpg (by IMM, project people; what is said of them are estimates)\n' +
      '  1. at 182,175, 304 × 381 px, about 45 ± 7 years, female, happiness, glasses, mouth open\n',
  );
});

test('throttled: asks again when IMM says so', async () => {
  refusing(400, 'Throttling.User', 'Slow down.', { 'x-acs-retry-after': '1200' });
  refusing(503, 'ServiceUnavailable');
  answering(200, '{}');
  expect(await run('oss://photos/a.jpg')).toBe(0);
  expect(waits).toEqual([1200, 2000]);
  expect(written).toBe('No faces in oss://photos/a.jpg (by IMM, project people)\n');
});

test.each([
  [400, 'ResourceNotFound', 'The specified resource project is not found.', 1, 'imm-project-missing'],
  [403, 'NoPermission', '', 1, 'imm-no-permission'],
  [403, 'InvalidSecurityToken.Expired', '', 3, 'credentials-missing'],
])('%i %s: one sentence, exit code', async (status, code, message, exit, expected) => {
  refusing(status, code, message);
  expect(await run('oss://photos/a.jpg')).toBe(exit);
  expect(complaints).toHaveLength(1);
  expect(complaints[0]).toContain(`[${expected}`);
  expect(written).toBe('');
});

test('what the profile does not fit is exit code 2, no credentials 3, nobody there 1', async () => {
  expect(await run('oss://other/a.jpg')).toBe(2);
  expect(await run('oss://photos/a.jpg', { imm: null })).toBe(2);
  expect(await run('oss://photos/a.jpg', { environment: {} })).toBe(3);
  expect(await run('oss://photos/a.jpg', { imm: { project: 'p', endpoint: 'http://127.0.0.1:9' } })).toBe(1);
  expect(complaints.map((sentence) => /\[([\w-]+)/.exec(sentence)?.[1])).toEqual([
    'invalid-input',
    'invalid-input',
    'credentials-missing',
    'imm-unreachable',
  ]);
  expect(server.received).toEqual([]);
});

test.each(['signed-url', 'post-policy'])(
  '%s: says why IMM cannot be asked, and asks nobody',
  async (kind) => {
    const authorization = { kind, url: `${server.url}/sign` };
    expect(await run('oss://photos/a.jpg', { authorization })).toBe(2);
    expect(complaints).toEqual([
      'Signed URLs and post policies leave no credentials here, so IMM cannot be asked; name a file, and this device looks. [invalid-input]',
    ]);
    expect(server.received).toEqual([]);
  },
);

const here = async (
  picture: string,
  outcome: 'seen' | FaultCode,
  json: boolean,
): Promise<[number, string[]]> => {
  const heard: string[] = [];
  const detector = {
    detect: (path: string) => {
      heard.push(path);
      return Promise.resolve(
        outcome === 'seen'
          ? success({ image: { width: 9, height: 9 }, faces: [{ Age: 30 }] as never, milliseconds: 1 })
          : failure(fault(outcome, 'It failed.')),
      );
    },
    close: () => heard.push('closed'),
  };
  const code = await runFaces(
    { kind: 'faces', picture, profileFile: null, json },
    {
      environment: {},
      write: (text) => (written += text),
      printError: (sentence) => complaints.push(sentence),
      startDetector: () => detector,
    },
  );
  return [code, heard];
};

test('a file: by the detector on this device, in the same schema, and nothing is sent', async () => {
  expect(await here('/data/a.jpg', 'seen', true)).toEqual([0, ['/data/a.jpg', 'closed']]);
  expect(written).toBe('{"Faces":[{"Age":30}]}\n');
  written = '';
  await here('/data/a.jpg', 'seen', false);
  expect(written).toContain('1 face in /data/a.jpg (on this device, not by IMM');
  expect(server.received).toEqual([]);
});

test.each([
  ['source-missing', 2],
  ['picture-format', 1],
] as const)('a file that is %s ends with %i', async (code, exit) => {
  expect(await here('/data/a.jpg', code, false)).toEqual([exit, ['/data/a.jpg', 'closed']]);
  expect(complaints).toEqual([`It failed. [${code}]`]);
});
