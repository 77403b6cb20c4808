/** What application servers answer, as the documents print it and in ten wrong ways; each has its code and words. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askTokenServer } from '../../src/oss/grants/token-server';
import { startScriptedServer, type Received, type ScriptedServer } from '../unit/oss/scripted-server';

/** Character for character as in Alibaba's document. */
const DOCUMENTED = readFileSync(
  join(import.meta.dirname, '../fixtures/documents/get_sts_token.json'),
  'utf8',
);
/** Before the Expiration of the document. */
const DATE = 'Tue, 10 Dec 2024 07:00:00 GMT';

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server.close());

const ask = () =>
  askTokenServer({
    url: `${server.url}/get_sts_token`,
    bearer: 'planted-bearer',
    fresh: false,
    // It stands still, so that a wait until a date is exact.
    now: () => Date.UTC(2024, 11, 10, 7),
    timeoutMs: 300,
  });

describe('the answer of the documents', () => {
  it('is taken as it is printed', async () => {
    server.script(({ response }) => response.writeHead(200, { Date: DATE }).end(DOCUMENTED));
    expect(await ask()).toEqual({
      ok: true,
      value: {
        accessKeyId: 'STS.…',
        accessKeySecret: '…',
        securityToken: '…',
        expiresAtServer: Date.UTC(2024, 11, 10, 8),
      },
    });
    expect(server.received[0]?.headers.authorization).toBe('Bearer planted-bearer');
  });
});

type Act = (received: Received) => void;
const says =
  (status: number, body = '', headers: Record<string, string> = {}): Act =>
  ({ response }) =>
    response.writeHead(status, { Date: DATE, ...headers }).end(body);
const HTML = '<!doctype html><title>planted</title>';
const ERROR = '{"error":{"code":"Unauthorized","message":"planted"}}';

describe('a wrong answer', () => {
  it.each<[string, Act, string, RegExp, number?]>([
    [
      '401',
      says(401, ERROR),
      'token-refused',
      /refused to give credentials \(401\): the bearer token is missing/,
    ],
    [
      '403',
      says(403, HTML),
      'token-refused',
      /refused to give credentials \(403\): .* ask its administrator/,
    ],
    ['429', says(429, ERROR, { 'Retry-After': '7' }), 'token-server', /slow down \(429\)/, 7_000],
    [
      '503 with a date',
      says(503, '', { 'Retry-After': 'Tue, 10 Dec 2024 07:01:00 GMT' }),
      'token-server',
      /slow down \(503\)/,
      60_000,
    ],
    ['500', says(500, ERROR), 'token-server', /fault of its own \(500\)/],
    ['502 in HTML', says(502, HTML), 'token-server', /fault of its own \(502\)/],
    ['404', says(404, HTML), 'token-server', /status 404/],
    ['200 in HTML', says(200, HTML), 'token-server', /answered with a web page: check its address/],
    ['another JSON', says(200, '{"accessid":"planted"}'), 'token-server', /did not answer with AccessKeyId/],
    ['a redirect', says(302, '', { Location: 'https://evil.example/' }), 'token-server', /elsewhere \(302\)/],
    ['expired credentials', says(200, DOCUMENTED.replace('2024', '2023')), 'token-server', /already expired/],
    ['nothing for long', () => undefined, 'token-server-silent', /did not answer in time/],
    [
      'a broken connection',
      ({ socket }) => socket.destroy(),
      'token-server-silent',
      /broke the connection off/,
    ],
    [
      'something that is no HTTP',
      ({ socket }) => socket.end('SSH-2.0\r\n'),
      'token-server-silent',
      /HTTP|broke/,
    ],
  ])('%s', async (_, act, code, words, retryAfterMs) => {
    server.script(act);
    // A GET whose connection broke is sent once more.
    server.script(act);
    const outcome = await ask();
    expect(outcome).toMatchObject({
      ok: false,
      fault: { code, message: expect.stringMatching(words) as string },
    });
    expect(outcome.ok ? null : (outcome.fault.retryAfterMs ?? undefined)).toBe(retryAfterMs);
    expect(JSON.stringify(outcome)).not.toContain('planted');
  });
});
