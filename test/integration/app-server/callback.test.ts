import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAppServer, type AppServer } from '../../../src/app-server/start-app-server';
import { fakeClock } from '../../unit/app-server/fake-clock';

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 1024,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const stranger = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
const ecKey = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/** Where OSS's public key lies, in place of gosspublic.alicdn.com. */
let keys: Server;
let asked: string[];
let origin: string;
let server: AppServer;
const clock = fakeClock();

const listen = async (): Promise<void> => {
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(keys.address() as AddressInfo).port}`;
};

beforeEach(async () => {
  asked = [];
  keys = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/key.pem') response.end(publicKey);
    else if (request.url === '/moved.pem') response.writeHead(302, { location: `${origin}/key.pem` }).end();
    else if (request.url === '/ec.pem') response.end(ecKey.publicKey);
    else if (request.url === '/long.pem') response.end(publicKey + '\n'.repeat(20_000));
    else if (request.url === '/endless.pem') response.write('-'.repeat(64 * 1024));
    else response.writeHead(404).end(publicKey);
  });
  await listen();
  server = await startAppServer({
    clock,
    environment: {
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tExample',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret-of-the-server',
      ROLE_ARN: 'acs:ram::123456789012:role/oss-web-upload',
      ROLE_SESSION_NAME: 'role_session_test',
      OSS_BUCKET: 'sandbox',
      OSS_REGION: 'cn-hangzhou',
      OSS_PREFIX: 'uploads/',
      // Callbacks come without a bearer token, whatever clients need.
      BEARER_TOKENS_SHA256: 'a'.repeat(64),
      OSS_CALLBACK_KEY_ORIGINS: origin,
    },
  });
});
afterEach(async () => {
  await server.close();
  keys.closeAllConnections();
  await new Promise((resolve) => keys.close(resolve));
});

const form = 'filename=uploads%2Fa.png&size=7&mimeType=image%2Fpng&height=&width=';
interface Callback {
  readonly path?: string;
  readonly signedPath?: string;
  readonly body?: string;
  readonly signedBody?: string;
  readonly type?: string;
  readonly key?: Parameters<typeof sign>[2];
  readonly keyUrl?: string;
  readonly headers?: Record<string, string>;
}

/** Sends a callback signed as OSS does it: RSA-MD5 over decoded path, query, line break and body. */
function send(callback: Callback = {}): Promise<Response> {
  const { path = '/callback', body = form, key = privateKey } = callback;
  const { signedPath = path, signedBody = body, keyUrl = `${origin}/key.pem` } = callback;
  const signature = sign('RSA-MD5', Buffer.from(`${signedPath}\n${signedBody}`), key);
  return fetch(server.url + path, {
    method: 'POST',
    headers: {
      'content-type': callback.type ?? 'application/x-www-form-urlencoded',
      authorization: signature.toString('base64'),
      'x-oss-pub-key-url': Buffer.from(keyUrl).toString('base64'),
      ...callback.headers,
    },
    body,
  });
}
const outcome = async (callback: Callback = {}): Promise<[number, unknown]> => {
  const response = await send(callback);
  return [response.status, await response.json()];
};
const FORBIDDEN = [
  403,
  { error: { code: 'Forbidden', message: 'This callback is not signed by OSS.' } },
] as const;

describe('POST /callback', () => {
  it('takes a form that OSS signed', async () => {
    expect(await outcome()).toEqual([200, { Status: 'OK' }]);
  });

  it('takes JSON, a query, and a path that came encoded', async () => {
    const json = { body: '{"object":"uploads/a.png","size":7}', type: 'application/json; charset=utf-8' };
    expect(await outcome(json)).toEqual([200, { Status: 'OK' }]);
    expect(await outcome({ path: '/callback?from=oss&x=%2F' })).toEqual([200, { Status: 'OK' }]);
    expect(await outcome({ path: '/c%61llback', signedPath: '/callback' })).toEqual([200, { Status: 'OK' }]);
  });

  it('asks for the key once, and again a day later', async () => {
    await Promise.all([send(), send(), send()]);
    expect(asked).toEqual(['/key.pem']);
    clock.pass(24 * 3_600_000);
    expect((await send()).status).toBe(200);
    expect(asked).toEqual(['/key.pem', '/key.pem']);
  });

  it.each<[string, Callback]>([
    ['another body', { signedBody: `${form}0` }],
    ['another path', { signedPath: '/other' }],
    ['another query', { path: '/callback?a=2', signedPath: '/callback?a=1' }],
    ['the key of a stranger', { key: stranger }],
    ['no signature', { headers: { authorization: '' } }],
    ['a signature that is no Base64', { headers: { authorization: 'Bearer token' } }],
    ['no key', { headers: { 'x-oss-pub-key-url': '' } }],
  ])('refuses %s', async (_what, callback) => {
    expect(await outcome(callback)).toEqual(FORBIDDEN);
  });

  it.each([
    ['of a stranger', () => 'https://keys.example.com/key.pem'],
    ['that only begins like OSS’s', () => 'https://gosspublic.alicdn.com.example.com/key.pem'],
    ['at another port of OSS’s', () => 'https://gosspublic.alicdn.com:8443/key.pem'],
    ['with a user before it', () => 'https://gosspublic.alicdn.com@example.com/key.pem'],
    ['with a user at a trusted host', () => origin.replace('://', '://a:b@') + '/key.pem'],
    ['that is too long', () => `${origin}/key.pem?${'x'.repeat(300)}`],
  ])('asks no key address %s', async (_what, keyUrl) => {
    expect(await outcome({ keyUrl: keyUrl() })).toEqual(FORBIDDEN);
    expect(asked).toEqual([]);
  });

  it('asks no key of an origin that is not in the list, though its signature would fit', async () => {
    const other = createServer((request, response) => {
      asked.push(`other ${request.url ?? ''}`);
      response.end(publicKey);
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    expect(await outcome({ keyUrl: `http://127.0.0.1:${port}/key.pem` })).toEqual(FORBIDDEN);
    expect(asked).toEqual([]);
    await new Promise((resolve) => other.close(resolve));
  });

  it.each(['/missing.pem', '/moved.pem', '/endless.pem', '/long.pem', '/ec.pem'])(
    'trusts no key from %s, and does not ask for it again at once',
    async (path) => {
      const keyUrl = `${origin}${path}`;
      expect(await outcome({ keyUrl })).toEqual(FORBIDDEN);
      expect(await outcome({ keyUrl })).toEqual(FORBIDDEN);
      expect(asked).toEqual([path]);
      clock.pass(31_000);
      await send({ keyUrl });
      expect(asked).toEqual([path, path]);
    },
  );

  it('answers 400 to a signed body that is not what it says', async () => {
    const [status, body] = await outcome({ body: '{"object":', type: 'application/json' });
    expect([status, body]).toEqual([
      400,
      { error: { code: 'InvalidArgument', message: 'The body is neither a form nor JSON.' } },
    ]);
  });
});
