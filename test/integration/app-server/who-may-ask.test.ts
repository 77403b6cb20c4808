import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Environment } from '../../../src/app-server/settings';
import { startAppServer, type AppServer } from '../../../src/app-server/start-app-server';
import { adminLines, aliOss, openCloud, type TestCloud } from '../sandbox/cloud';
import { environmentFor, sha256 } from './servers';

let cloud: TestCloud;
let server: AppServer;

beforeEach(async () => {
  cloud = await openCloud();
});
afterEach(async () => {
  await server.close();
  await cloud.stop();
});

async function start(changes: Environment): Promise<void> {
  server = await startAppServer({ environment: environmentFor(cloud, changes) });
}
const get = (path: string, token?: string) =>
  fetch(server.url + path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
const outcome = async (token: string): Promise<string | number> => {
  const response = await get('/get_sts_token', token);
  const body = (await response.json()) as { error?: { code: string } };
  return body.error?.code ?? response.status;
};

async function clientOf(token: string) {
  const keys = (await (await get('/get_sts_token', token)).json()) as Record<string, string>;
  return aliOss(cloud.sandbox, {
    accessKeyId: keys['AccessKeyId']!,
    accessKeySecret: keys['AccessKeySecret']!,
    stsToken: keys['SecurityToken']!,
    refreshSTSToken: () => Promise.reject(new Error('not in this test')),
  });
}

async function expectOnlyAt(prefix: string, token: string): Promise<void> {
  const client = await clientOf(token);
  expect((await client.put(`${prefix}a.txt`, Buffer.from('a'))).res.status).toBe(200);
  for (const other of ['uploads/a.txt', 'users/carol/a.txt', `${prefix.slice(0, -1)}x/a.txt`])
    await expect(client.put(other, Buffer.from('a')), other).rejects.toMatchObject({ code: 'AccessDenied' });
  const policy = (await (await get('/get_post_policy', token)).json()) as { dir: string };
  expect(policy.dir).toBe(prefix);
  const settings = (await (await get('/page_settings', token)).json()) as { prefix: string };
  expect(settings.prefix).toBe(prefix);
  const sign = (key: string) =>
    fetch(`${server.url}/sign_upload_url`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ operation: 'PutObject', key, sizeBytes: 1 }),
    });
  expect((await sign(`${prefix}a`)).status).toBe(200);
  expect((await sign('users/carol/a')).status).toBe(403);
}

describe('static bearer tokens', () => {
  it('each open their own prefix and no other', async () => {
    const hashes = `${sha256('of-alice')}=users/alice,${sha256('of-bob')}=users/bob/`;
    await start({ BEARER_TOKENS_SHA256: hashes });
    await expectOnlyAt('users/alice/', 'of-alice');
    await expectOnlyAt('users/bob/', 'of-bob');
    expect(await outcome('of-carol')).toBe('Unauthorized');
  });

  it(
    'let no one in by ten thousand guesses, and answer the right one meanwhile',
    { timeout: 60_000 },
    async () => {
      await start({ BEARER_TOKENS_SHA256: sha256('of-alice') });
      expect(await outcome('of-alice')).toBe(200);
      const guesses = Array.from({ length: 10_000 }, () => randomBytes(32).toString('hex'));
      const statuses = new Map<number, number>();
      const guess = async (): Promise<void> => {
        for (let token = guesses.pop(); token !== undefined; token = guesses.pop()) {
          const response = await get('/get_sts_token', token);
          await response.arrayBuffer();
          statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
        }
      };
      const slowest = { ms: 0 };
      const askMeanwhile = async (): Promise<void> => {
        while (guesses.length > 0) {
          const begun = performance.now();
          expect(await outcome('of-alice')).toBe(200);
          slowest.ms = Math.max(slowest.ms, performance.now() - begun);
        }
      };
      await Promise.all([...Array.from({ length: 32 }, guess), askMeanwhile()]);
      expect([...statuses]).toEqual([[401, 10_000]]);
      expect(slowest.ms).toBeLessThan(2000);
      const requests = await adminLines(cloud.sandbox, 'requests');
      expect(requests.filter(({ operation }) => operation === 'AssumeRole')).toHaveLength(1);
    },
  );
});

describe('JSON Web Tokens', () => {
  const es = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = es.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const claims = { JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'uploads' };
  const OSS_PREFIX = 'users/{user}/';

  interface Claims {
    readonly sub?: string;
    readonly iss?: string;
    readonly aud?: string;
    readonly exp?: string | null;
    readonly alg?: string;
    readonly key?: KeyObject | Uint8Array;
    readonly kid?: string;
  }
  function jwt(more: Claims = {}): Promise<string> {
    const { sub = 'alice', iss = 'https://id.example', aud = 'uploads', exp = '5m' } = more;
    const token = new SignJWT(sub === '' ? {} : { sub })
      .setProtectedHeader({ alg: more.alg ?? 'ES256', ...(more.kid === undefined ? {} : { kid: more.kid }) })
      .setIssuer(iss)
      .setAudience(aud);
    return (exp === null ? token : token.setExpirationTime(exp)).sign(more.key ?? es.privateKey);
  }
  const unsigned = (): string => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = { sub: 'alice', iss: 'https://id.example', aud: 'uploads', exp: 4_000_000_000 };
    return `${part({ alg: 'none' })}.${part(body)}.`;
  };

  describe('by a public key', () => {
    beforeEach(() => start({ ...claims, OSS_PREFIX, JWT_PUBLIC_KEY: pem }));

    it('open the prefix of their user and no other', async () => {
      await expectOnlyAt('users/alice/', await jwt());
      await expectOnlyAt('users/bob@example.com/', await jwt({ sub: 'bob@example.com' }));
    });

    it.each<[string, Claims]>([
      ['of a stranger', { key: stranger.privateKey }],
      ['of another issuer', { iss: 'https://other.example' }],
      ['for another audience', { aud: 'somewhere-else' }],
      ['that have expired', { exp: '-5m' }],
      ['without an end', { exp: null }],
      ['without a user', { sub: '' }],
      ['by an algorithm that is not allowed', { alg: 'RS512', key: rsa.privateKey }],
      ['by an algorithm that the key is not of', { alg: 'RS256', key: rsa.privateKey }],
      ['that take the public key for a shared secret', { alg: 'HS256', key: Buffer.from(pem) }],
    ])('are refused %s', async (_what, more) => {
      expect(await outcome(await jwt(more))).toBe('Unauthorized');
    });

    it('are refused without a signature, and with another payload', async () => {
      expect(await outcome(unsigned())).toBe('Unauthorized');
      const [head, , signature] = (await jwt()).split('.');
      const payload = unsigned().split('.')[1];
      expect(await outcome(`${head}.${payload}.${signature}`)).toBe('Unauthorized');
      expect(await outcome('a.b.c')).toBe('Unauthorized');
    });

    it.each(['..', '.', 'a/b', '../bob', 'a*', 'a?', '${x}', '{user}', 'a b', 'é', 'x'.repeat(129)])(
      'are refused for a user that is no folder: %s',
      async (sub) => {
        expect(await outcome(await jwt({ sub }))).toBe('Forbidden');
      },
    );

    it('are taken by the allowed algorithms alone, though the key could do others', async () => {
      await server.close();
      const rsaPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
      await start({ ...claims, OSS_PREFIX, JWT_PUBLIC_KEY: rsaPem, JWT_ALGORITHMS: 'RS256' });
      expect(await outcome(await jwt({ alg: 'RS256', key: rsa.privateKey }))).toBe(200);
      for (const alg of ['RS384', 'RS512', 'PS256'])
        expect(await outcome(await jwt({ alg, key: rsa.privateKey }))).toBe('Unauthorized');
    });

    it('are one caller for each user', async () => {
      const requests = async () =>
        (await adminLines(cloud.sandbox, 'requests')).filter(({ operation }) => operation === 'AssumeRole');
      await outcome(await jwt());
      await outcome(await jwt({ exp: '9m' }));
      // Two tokens of one user are one caller.
      expect(await requests()).toHaveLength(1);
      await outcome(await jwt({ sub: 'bob' }));
      expect(await requests()).toHaveLength(2);
    });
  });

  describe('by a key set', () => {
    let keySet: Server;
    let fetched = 0;
    let answer: () => { status: number; body: string };
    let address: string;
    const keySetOf = async (key: KeyObject, kid: string): Promise<string> =>
      JSON.stringify({ keys: [{ ...(await exportJWK(key)), kid, alg: 'RS256', use: 'sig' }] });

    beforeEach(async () => {
      fetched = 0;
      const body = await keySetOf(rsa.publicKey, 'one');
      answer = () => ({ status: 200, body });
      keySet = createServer((_request, response) => {
        fetched += 1;
        const { status, body } = answer();
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });
      await new Promise<void>((resolve) => keySet.listen(0, '127.0.0.1', resolve));
      address = `http://127.0.0.1:${(keySet.address() as AddressInfo).port}/keys`;
      await start({ ...claims, OSS_PREFIX, JWT_JWKS_URL: address });
    });
    afterEach(async () => {
      keySet.closeAllConnections();
      await new Promise((resolve) => keySet.close(resolve));
    });
    const token = (more: Claims = {}) => jwt({ alg: 'RS256', key: rsa.privateKey, kid: 'one', ...more });

    it('are verified with keys that are fetched once', async () => {
      expect(await outcome(await token())).toBe(200);
      expect(await outcome(await token({ sub: 'bob' }))).toBe(200);
      expect(fetched).toBe(1);
    });

    it('are refused where the set has no such key, and do not make the set be fetched each time', async () => {
      expect(await outcome(await token())).toBe(200);
      for (let n = 0; n < 20; n += 1)
        expect(await outcome(await token({ kid: `unknown-${n}` }))).toBe('Unauthorized');
      expect(fetched).toBe(1);
    });

    describe('whose keys change', () => {
      const next = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const minutesPass = (minutes: number) => vi.setSystemTime(Date.now() + minutes * 60_000);
      beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }));
      afterEach(() => vi.useRealTimers());

      it('are verified with the new key, and not with the old one any more', async () => {
        expect(await outcome(await token())).toBe(200);
        const body = await keySetOf(next.publicKey, 'two');
        answer = () => ({ status: 200, body });
        minutesPass(1);
        expect(await outcome(await token({ key: next.privateKey, kid: 'two' }))).toBe(200);
        expect(await outcome(await token())).toBe('Unauthorized');
        expect(fetched).toBe(2);
      });

      it('are refused with a key that was taken out of the set, ten minutes later at the latest', async () => {
        expect(await outcome(await token())).toBe(200);
        const body = await keySetOf(next.publicKey, 'two');
        answer = () => ({ status: 200, body });
        minutesPass(11);
        expect(await outcome(await token())).toBe('Unauthorized');
      });
    });

    it.each([
      [500, '{}'],
      [200, '<html>'],
      [200, '{"no":"keys"}'],
    ])('are no use while the set answers %i %s, and are again when it does', async (status, body) => {
      const good = answer;
      answer = () => ({ status, body });
      const response = await get('/get_sts_token', await token());
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await response.json()).toEqual({
        error: {
          code: 'KeysUnavailable',
          message: 'The keys that verify tokens cannot be had; is JWT_JWKS_URL right?',
        },
      });
      answer = good;
      expect(await outcome(await token())).toBe(200);
    });
  });
});

describe('GET /metrics', () => {
  it('counts requests and what STS was asked, on this machine without a token', async () => {
    await start({});
    await get('/get_sts_token');
    await get('/get_sts_token');
    await get('/nowhere/planted-secret?planted-secret');
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    expect(text).toContain('app_server_requests_total{route="/get_sts_token",method="GET",status="200"} 2');
    expect(text).toContain('app_server_requests_total{route="none",method="any",status="404"} 1');
    expect(text).toContain('app_server_sts_requests_total{outcome="ok"} 1');
    expect(text).toMatch(/app_server_request_seconds_bucket\{le="0\.02",route="\/get_sts_token"\} \d/);
    expect(text).toContain('process_resident_memory_bytes');
    expect(text).not.toContain('planted-secret');
  });

  it('wants its own token where there is one, and is closed where users have tokens and it has none', async () => {
    await start({ BEARER_TOKENS_SHA256: sha256('of-alice'), METRICS_TOKEN_SHA256: sha256('of-prometheus') });
    expect((await get('/metrics')).status).toBe(401);
    expect((await get('/metrics', 'of-alice')).status).toBe(401);
    expect((await get('/metrics', 'of-prometheus')).status).toBe(200);
    expect(await outcome('of-prometheus')).toBe('Unauthorized');
    await server.close();
    await start({ BEARER_TOKENS_SHA256: sha256('of-alice') });
    expect((await get('/metrics', 'of-alice')).status).toBe(403);
  });
});
