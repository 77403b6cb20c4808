import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askTokenServer, type TokenServerQuestion } from '../../../../src/oss/grants/token-server';
import type { TemporaryCredentials } from '../../../../src/shared/credentials';
import type { Outcome } from '../../../../src/shared/faults';
import { startScriptedServer, type ScriptedServer } from '../scripted-server';

const ANSWER = {
  AccessKeyId: 'STS.abc',
  AccessKeySecret: 'very-secret-secret',
  SecurityToken: 'very-secret-token',
  Expiration: '2099-12-10T08:00:00Z',
};

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server.close());

const ask = (more: Partial<TokenServerQuestion> = {}): Promise<Outcome<TemporaryCredentials>> =>
  askTokenServer({ url: `${server.url}/get_sts_token?user=1`, fresh: false, now: () => Date.now(), ...more });
const answer = (status: number, body: string, headers = {}): void =>
  server.script(({ response }) => response.writeHead(status, headers).end(body));

describe('the answer of the documents', () => {
  it('gives temporary credentials', async () => {
    answer(200, JSON.stringify({ ...ANSWER, Extra: 1 }));
    expect(await ask()).toEqual({
      ok: true,
      value: {
        accessKeyId: 'STS.abc',
        accessKeySecret: 'very-secret-secret',
        securityToken: 'very-secret-token',
        expiresAtServer: Date.UTC(2099, 11, 10, 8),
      },
    });
    expect(server.received[0]!.url).toBe('/get_sts_token?user=1');
    expect(server.received[0]!.method).toBe('GET');
    expect(server.received[0]!.headers['cache-control']).toBeUndefined();
    expect(server.received[0]!.headers.authorization).toBeUndefined();
  });

  it('is asked for past every cache, with the bearer token', async () => {
    answer(200, JSON.stringify(ANSWER));
    await ask({ fresh: true, bearer: 'b-1' });
    expect(server.received[0]!.headers['cache-control']).toBe('no-cache');
    expect(server.received[0]!.headers.authorization).toBe('Bearer b-1');
  });

  it.each([
    ['HTML', '<html>very-secret-page</html>'],
    ['nothing', ''],
    ['a list', '[]'],
    ['a missing field', JSON.stringify({ ...ANSWER, SecurityToken: undefined })],
    ['an empty secret', JSON.stringify({ ...ANSWER, AccessKeySecret: '' })],
    ['no time', JSON.stringify({ ...ANSWER, Expiration: 'very-secret-soon' })],
    ['a time that is over', JSON.stringify({ ...ANSWER, Expiration: '2001-01-01T00:00:00Z' })],
    ['too much', `{"a":"${'x'.repeat(70_000)}"}`],
  ])('that is %s is a fault of the token server, and is not quoted', async (_, body) => {
    answer(200, body);
    const outcome = await ask();
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'token-server' } });
    expect(JSON.stringify(outcome)).not.toMatch(/very-secret|user=1/);
  });

  it('expires by the clock of the server that made it, not by ours', async () => {
    const date = new Date(Date.UTC(2001, 0, 1)).toUTCString();
    answer(200, JSON.stringify({ ...ANSWER, Expiration: '2001-01-01T01:00:00Z' }), { Date: date });
    expect(await ask()).toMatchObject({ ok: true, value: { expiresAtServer: Date.UTC(2001, 0, 1, 1) } });
  });
});

describe('refusals', () => {
  it.each([
    [401, 'token-refused'],
    [403, 'token-refused'],
    [404, 'token-server'],
    [429, 'token-server'],
    [500, 'token-server'],
    [502, 'token-server'],
    [503, 'token-server'],
  ])('%i is %s', async (status, code) => {
    answer(status, '{"error":{"code":"X","message":"very-secret"}}', { 'Retry-After': '7' });
    const outcome = await ask();
    expect(outcome).toMatchObject({ ok: false, fault: { code, retryAfterMs: 7_000 } });
    expect(JSON.stringify(outcome)).not.toContain('very-secret');
  });

  it('a redirect is refused in words and not followed', async () => {
    answer(302, '', { Location: `${server.url}/elsewhere` });
    const outcome = await ask({ bearer: 'b' });
    expect(outcome.ok ? '' : outcome.fault.message).toContain(
      'sends us elsewhere (302), which we do not follow',
    );
    expect(server.received).toHaveLength(1);
  });

  it('silence ends after its time, also when bytes trickle', async () => {
    server.script(({ response }) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    });
    const outcome = await ask({ timeoutMs: 150 });
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'token-server-silent' } });
    expect(outcome.ok ? '' : outcome.fault.message).toContain('did not answer in time');
  });

  it('a server that is not there is told from one that answers badly', async () => {
    expect(await ask({ url: 'http://127.0.0.1:1/' })).toMatchObject({
      fault: { code: 'token-server-silent' },
    });
    expect(await ask({ url: 'http://127.0.0.1:1/' })).toMatchObject({
      fault: { message: 'The token server 127.0.0.1:1 cannot be reached.' },
    });
  });
});

describe('what may be asked', () => {
  it.each([
    ['http://tokens.example/x', 'over https'],
    ['ftp://tokens.example/x', 'https:// or http://'],
    ['nonsense', 'no URL'],
  ])('%s is refused', async (url, words) => {
    const outcome = await ask({ url });
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'invalid-input' } });
    expect(outcome.ok ? '' : outcome.fault.message).toContain(words);
  });

  it('plain http to another host when the profile says so', async () => {
    answer(200, JSON.stringify(ANSWER));
    const url = `http://tokens.example:${server.port}/`;
    const outcome = await ask({
      url,
      allowInsecure: true,
      lookup: (_, options, callback) =>
        options.all === true
          ? callback(null, [{ address: '127.0.0.1', family: 4 }])
          : callback(null, '127.0.0.1', 4),
    });
    expect(outcome.ok).toBe(true);
  });

  it('a bearer token that no header can hold is refused and not quoted', async () => {
    const outcome = await ask({ bearer: 'very-secret\nX: y' });
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'invalid-input' } });
    expect(JSON.stringify(outcome)).not.toContain('very-secret');
  });
});
