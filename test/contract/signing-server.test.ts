/** Servers that sign for us: the policy that the documents print, and what both are answered in ten wrong ways. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askApplicationServer } from '../../src/oss/grants/application-server';
import { formOf } from '../../src/oss/object/post-form';
import { askPostPolicy } from '../../src/oss/grants/post-policy';
import { profileSchema } from '../../src/shared/profile';
import { uploadUrlAnswerSchema } from '../../src/shared/upload-urls';
import { startScriptedServer, type Received, type ScriptedServer } from '../unit/oss/scripted-server';

/** Character for character as in Alibaba's document, masks and all. */
const DOCUMENTED = readFileSync(
  join(import.meta.dirname, '../fixtures/documents/get_post_policy.json'),
  'utf8',
);
const PRINTED = JSON.parse(DOCUMENTED) as Readonly<Record<string, string>>;
/** Before the end of the printed policy. */
const NOW = Date.UTC(2015, 10, 5, 6);
const DATE = new Date(NOW).toUTCString();

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server.close());

const askPolicy = (timeoutMs = 300) =>
  askPostPolicy({
    url: `${server.url}/get_post_policy`,
    bearer: 'planted-bearer',
    fresh: false,
    allowInsecure: false,
    now: () => NOW,
    timeoutMs,
  });
const QUESTION = { operation: 'PutObject', key: 'uploads/a.txt', sizeBytes: 1, headers: {} };
const askUrl = (timeoutMs = 300) =>
  askApplicationServer(
    {
      url: `${server.url}/sign_upload_url`,
      bearer: 'planted-bearer',
      fresh: false,
      allowInsecure: false,
      now: () => NOW,
      timeoutMs,
      question: QUESTION,
    },
    uploadUrlAnswerSchema,
  );

describe('the policy of the documents', () => {
  const taken = async () => {
    server.script(({ response }) => response.writeHead(200, { Date: DATE }).end(DOCUMENTED));
    const grant = await askPolicy();
    if (!grant.ok) throw new Error(grant.fault.message);
    return grant.value;
  };

  it('is taken as it is printed', async () => {
    expect(await taken()).toEqual({
      kind: 'post-policy',
      host: 'https://post-test.oss-cn-hangzhou.aliyuncs.com',
      directory: 'user-dirs/',
      fields: [
        ['policy', PRINTED['policy']],
        ['OSSAccessKeyId', 'LTAI5tBDFVar1hoq****'],
        ['success_action_status', '200'],
        ['signature', PRINTED['signature']],
      ],
      expiresAtServer: 1_446_727_949_000,
    });
    expect(server.received[0]?.headers.authorization).toBe('Bearer planted-bearer');
  });

  it('gives the form of the documents: its fields in their order, the file last', async () => {
    const profile = profileSchema.parse({
      name: 'Documents',
      region: 'oss-cn-hangzhou',
      bucket: 'post-test',
      authorization: { kind: 'post-policy', url: `${server.url}/get_post_policy` },
    });
    const file = {
      sizeBytes: 2,
      chunks: async function* () {
        yield await Promise.resolve(Buffer.from('hi'));
      },
    };
    const key = 'user-dirs/写真 1.jpg';
    const form = formOf(profile, await taken(), { key, tagging: null }, file);
    if (!form.ok) throw new Error(form.fault.message);
    const chunks: Uint8Array[] = [];
    for await (const chunk of form.value.body.chunks()) chunks.push(Uint8Array.from(chunk));
    const body = Buffer.concat(chunks);
    expect(body.length).toBe(form.value.body.sizeBytes);
    const names = [...body.toString().matchAll(/form-data; name="([^"]+)"/g)].map(([, name]) => name);
    expect(names).toEqual(['key', 'policy', 'OSSAccessKeyId', 'success_action_status', 'signature', 'file']);
    // The server's name for the key is written out: what OSS makes of ${filename} is not relied on.
    expect(body.toString()).toContain(`\r\n\r\n${key}\r\n`);
    expect(body.toString()).toContain('Content-Type: image/jpeg\r\n\r\nhi\r\n');
  });
});

describe('the host of a policy', () => {
  const NOTHING = { sizeBytes: 0, chunks: async function* () {} };
  const formTo = (host: string, changes: object = {}) => {
    const profile = profileSchema.parse({
      name: 'Documents',
      region: 'oss-cn-hangzhou',
      bucket: 'post-test',
      authorization: { kind: 'post-policy', url: 'https://app.example.com/get_post_policy' },
    });
    const grant = { kind: 'post-policy' as const, host, directory: '', fields: [], expiresAtServer: NOW };
    // A profile that says so is refused before; this is the last line.
    return formOf({ ...profile, ...changes }, grant, { key: 'a', tagging: null }, NOTHING);
  };

  it('is the domain of the bucket', () => {
    expect(formTo('https://post-test.oss-cn-hangzhou.aliyuncs.com').ok).toBe(true);
  });

  it.each<[string, string, object, RegExp]>([
    ['another bucket', 'https://other.oss-cn-hangzhou.aliyuncs.com', {}, /not the bucket's domain/],
    ['another region', 'https://post-test.oss-cn-beijing.aliyuncs.com', {}, /not the bucket's domain/],
    [
      'plain http',
      'http://post-test.oss-cn-hangzhou.aliyuncs.com',
      {},
      /to http:\/\/post-test.*not the bucket's domain https:/,
    ],
    [
      'a custom domain, which forms cannot be sent to',
      'https://files.example.com',
      { endpoint: 'https://files.example.com', addressing: 'cname' },
      /Forms cannot be sent to a custom domain/,
    ],
  ])('that is %s is refused in words', (_, host, changes, words) => {
    expect(formTo(host, changes)).toMatchObject({
      ok: false,
      fault: { code: 'invalid-input', message: expect.stringMatching(words) as string },
    });
  });
});

type Act = (received: Received) => void;
const says =
  (status: number, body = '', headers: Record<string, string> = {}): Act =>
  ({ response }) =>
    response.writeHead(status, { Date: DATE, ...headers }).end(body);
const HTML = '<!doctype html><title>planted</title>';
const error = (code: string): string => `{"error":{"code":"${code}","message":"planted"}}`;
const WRONG: [string, Act, string, RegExp, number?][] = [
  ['401', says(401, error('Unauthorized')), 'token-refused', /refused to sign \(401\): the bearer token/],
  ['403', says(403, HTML), 'token-refused', /refused to sign \(403\): .* administrator/],
  ['403 for the key', says(403, error('KeyNotAllowed')), 'no-permission', /does not sign for this key/],
  [
    '429',
    says(429, error('TooManyRequests'), { 'Retry-After': '7' }),
    'throttled',
    /slow down \(429\)/,
    7000,
  ],
  ['503', says(503, error('Throttled'), { 'Retry-After': '2' }), 'throttled', /slow down \(503\)/, 2000],
  ['500', says(500, HTML), 'token-server', /fault of its own \(500\)/],
  ['502 that could not reach OSS', says(502, error('OssError')), 'connection-lost', /could not hear OSS out/],
  ['400', says(400, error('InvalidArgument')), 'server-refused', /refused the question \(InvalidArgument\)/],
  ['404', says(404, HTML), 'token-server', /status 404/],
  ['200 in HTML', says(200, HTML), 'token-server', /answered with a web page/],
  ['another JSON', says(200, '{"AccessKeyId":"planted"}'), 'token-server', /cannot be understood/],
  ['a redirect', says(302, '', { Location: 'https://evil.example/' }), 'token-server', /elsewhere \(302\)/],
  ['nothing for long', () => undefined, 'connection-lost', /did not answer in time/],
  ['a broken connection', ({ socket }) => socket.destroy(), 'connection-lost', /broke the connection off/],
];

describe.each([
  ['a policy', askPolicy],
  ['a signed URL', askUrl],
] as const)('a wrong answer to the question for %s', (_, ask) => {
  it.each(WRONG)('%s', async (_name, act, code, words, retryAfterMs) => {
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

describe('what a server says it has signed', () => {
  const changed = (change: object): string =>
    JSON.stringify({ ...PRINTED, expire: 1_446_727_949, ...change });
  it.each([
    ['a policy without its end', { expire: undefined }],
    ['an end that is text', { expire: '2015-11-05T20:23:23Z' }],
    ['no signature', { signature: '' }],
    ['no host', { host: 'post-test' }],
    ['a version that nobody knows', { version: 'OSS5' }],
  ])('%s is no policy', async (_, change) => {
    server.script(says(200, changed(change)));
    expect(await askPolicy()).toMatchObject({ ok: false, fault: { code: 'token-server' } });
  });

  it.each([
    ['no requests', { expiration: '2015-11-05T20:23:23Z', requests: [] }],
    [
      'an end that is no time',
      { expiration: 'soon', requests: [{ method: 'PUT', url: 'https://a.example', headers: {} }] },
    ],
    [
      'a URL that is none',
      { expiration: '2015-11-05T20:23:23Z', requests: [{ method: 'PUT', url: 'a', headers: {} }] },
    ],
    [
      'a method of its own',
      {
        expiration: '2015-11-05T20:23:23Z',
        requests: [{ method: 'MOVE', url: 'https://a.example', headers: {} }],
      },
    ],
  ])('%s is no signed URL', async (_, answer) => {
    server.script(says(200, JSON.stringify(answer)));
    expect(await askUrl()).toMatchObject({ ok: false, fault: { code: 'token-server' } });
  });
});
