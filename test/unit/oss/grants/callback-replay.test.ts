import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callbackReplayBearer, sendCallbackReplay } from '../../../../src/oss/grants/callback-replay';
import { profileSchema } from '../../../../src/shared/profile';
import { bodyReceived, startScriptedServer, type ScriptedServer } from '../scripted-server';

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server.close());

const notice = {
  bucket: 'bucket-1',
  key: 'uploads/照片 1.jpg',
  size: 12,
  crc64: '18446744073709551615',
  etag: 'ABC',
};
const send = (bearer: string | null = 'hush', url = `${server.url}/notice`) =>
  sendCallbackReplay({ url, bearer, notice, allowInsecure: false, now: () => Date.now(), timeoutMs: 2_000 });
const answer = (status: number, headers: Record<string, string> = {}): void =>
  server.script(({ request, response }) => {
    request.resume();
    request.on('end', () => response.writeHead(status, headers).end('the secret of the server'));
  });

describe('a notice', () => {
  it('is a POST of JSON with the bearer', async () => {
    const arrived = new Promise<string>((resolve) => {
      server.script(({ request, response }) => {
        void bodyReceived(request).then((body) => {
          resolve(body.toString('utf8'));
          response.writeHead(204).end();
        });
      });
    });
    expect(await send()).toMatchObject({ ok: true });
    expect(JSON.parse(await arrived)).toEqual(notice);
    expect(server.received[0]!.headers).toMatchObject({
      authorization: 'Bearer hush',
      'content-type': 'application/json',
    });
  });

  it.each([
    [401, 'token-refused', 'does not take notices from this sign-in (401)'],
    [403, 'token-refused', 'does not take notices from this sign-in (403)'],
    [404, 'callback-failed', 'does not find the object (404)'],
    [409, 'callback-failed', 'finds another object in its place (409)'],
    [429, 'throttled', 'asks to slow down (429)'],
    [503, 'throttled', 'asks to slow down (503)'],
    [500, 'callback-failed', 'has a fault of its own (500)'],
    [302, 'callback-failed', 'sends us elsewhere (302), which we do not follow: give its final address'],
  ])('answered with %i is %s, in words without the answer', async (status, code, words) => {
    answer(status, status === 429 ? { 'Retry-After': '7' } : {});
    const outcome = await send();
    const host = new URL(server.url).host;
    expect(outcome).toMatchObject({
      ok: false,
      fault: { code, message: `The notice server ${host} ${words}.` },
    });
    if (status === 429) expect(outcome).toMatchObject({ fault: { retryAfterMs: 7_000 } });
  });

  it('goes over plain http to this machine alone', async () => {
    expect(await send('hush', 'http://notices.example.com/notice')).toMatchObject({
      fault: { code: 'invalid-input' },
    });
  });
});

it('the bearer goes to the server that it was given for', () => {
  const bearerOf = (url: string | null, noticeUrl: string): string | null => {
    const authorization = url === null ? { kind: 'temporary' } : { kind: 'token-server', url };
    const callback = { url: 'https://a.example.com/done', body: 'x', noticeUrl };
    const plain = { name: 'S', region: 'cn-hangzhou', bucket: 'bucket-1' };
    return callbackReplayBearer(profileSchema.parse({ ...plain, authorization, callback }), 'hush');
  };
  expect(bearerOf('https://a.example.com/get_sts_token', 'https://a.example.com/notice')).toBe('hush');
  expect(bearerOf('https://a.example.com/get_sts_token', 'https://b.example.com/notice')).toBeNull();
  expect(bearerOf('https://a.example.com/get_sts_token', 'https://a.example.com:8443/notice')).toBeNull();
  expect(bearerOf(null, 'https://b.example.com/notice')).toBe('hush');
});
