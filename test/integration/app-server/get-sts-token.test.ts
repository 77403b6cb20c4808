import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Environment } from '../../../src/app-server/settings';
import { startAppServer, type AppServer } from '../../../src/app-server/start-app-server';
import { fakeClock } from '../../unit/app-server/fake-clock';
import {
  credentials,
  refusal,
  REQUEST_ID,
  startScriptedSts,
  type ScriptedSts,
  type StsScript,
} from './scripted-sts';

const baseEnvironment = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tExample',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret-of-the-server',
  ROLE_ARN: 'acs:ram::123456789012:role/oss-web-upload',
  ROLE_SESSION_NAME: 'role_session_test',
  OSS_BUCKET: 'sandbox',
  OSS_REGION: 'cn-hangzhou',
  OSS_PREFIX: 'uploads/',
} satisfies Environment;

let sts: ScriptedSts;
let server: AppServer;
const clock = fakeClock();

async function start(changes: Environment = {}, host?: string): Promise<void> {
  await server.close();
  server = await startAppServer({
    environment: { ...baseEnvironment, STS_ENDPOINT: sts.url, ...changes },
    clock,
    ...(host === undefined ? {} : { host }),
  });
}

beforeEach(async () => {
  sts = await startScriptedSts();
  server = await startAppServer({ environment: { ...baseEnvironment, STS_ENDPOINT: sts.url }, clock });
});
afterEach(async () => {
  await server.close();
  await sts.close();
});

const get = (path = '/get_sts_token', headers: Record<string, string> = {}) =>
  fetch(server.url + path, { headers });
const tokenId = async (headers: Record<string, string> = {}) => {
  const body = (await (await get('/get_sts_token', headers)).json()) as { AccessKeyId?: string };
  return body.AccessKeyId;
};
const ANEW = { 'cache-control': 'no-cache' };

describe('GET /get_sts_token', () => {
  it('answers the four fields as STS gave them, not to be stored', async () => {
    sts.play(credentials(7));
    const response = await get();
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toStrictEqual({
      AccessKeyId: 'STS.7',
      AccessKeySecret: 'secret-of-the-session',
      SecurityToken: 'token-of-the-session',
      Expiration: '2026-01-01T01:00:00Z',
    });
  });

  it('asks AssumeRole for the role, narrowed by the session policy', async () => {
    await start({ ROLE_EXTERNAL_ID: 'outside-42', TOKEN_SECONDS: '1200', OSS_SESSION_ACTIONS: 'upload' });
    await get();
    const [request] = sts.requests;
    expect(request).toMatchObject({
      action: 'AssumeRole',
      query: {
        RoleArn: baseEnvironment.ROLE_ARN,
        RoleSessionName: 'role_session_test',
        DurationSeconds: '1200',
        ExternalId: 'outside-42',
      },
    });
    expect(request!.authorization).toContain('Credential=LTAI5tExample');
    const policy = JSON.parse(request!.query['Policy']!) as unknown;
    expect(JSON.stringify(policy)).toContain('acs:oss:*:*:sandbox/uploads/*');
    expect(JSON.stringify(policy)).not.toContain('GetObject');
  });

  it('signs with a security token where the pair of the environment has one', async () => {
    await start({ ALIBABA_CLOUD_SECURITY_TOKEN: 'token-of-the-pair' });
    await get();
    expect(sts.requests[0]?.securityToken).toBe('token-of-the-pair');
  });

  it('asks STS once for a hundred requests at once', async () => {
    const ids = await Promise.all(Array.from({ length: 100 }, () => tokenId()));
    expect(new Set(ids)).toEqual(new Set(['STS.1']));
    expect(sts.requests).toHaveLength(1);
  });

  it.each(['1999-01-01T00:00:00Z', '2099-01-01T00:00:00Z'])(
    'judges age by the clock of STS, though that says %s',
    async (now) => {
      sts.play(credentials(1, now, 1000));
      expect(await tokenId()).toBe('STS.1');
      sts.play(credentials(2, now, 1000));
      clock.pass(499_000);
      expect(await tokenId()).toBe('STS.1');
      clock.pass(1000);
      expect(await tokenId()).toBe('STS.2');
      expect(sts.requests).toHaveLength(2);
    },
  );

  it('dates its answer by the clock of STS, so that Expiration can be judged by it', async () => {
    sts.play(credentials(1, '2030-01-01T00:00:00Z'));
    expect((await get()).headers.get('date')).toBe('Tue, 01 Jan 2030 00:00:00 GMT');
    clock.pass(90_000);
    expect((await get()).headers.get('date')).toBe('Tue, 01 Jan 2030 00:01:30 GMT');
  });

  it('asks anew on no-cache, at most every two seconds', async () => {
    await tokenId();
    sts.play(credentials(2));
    expect(await tokenId(ANEW)).toBe('STS.1');
    clock.pass(2000);
    expect(await tokenId(ANEW)).toBe('STS.2');
    expect(await tokenId(ANEW)).toBe('STS.2');
    expect(sts.requests).toHaveLength(2);
  });
});

describe('when STS says no', () => {
  it('answers throttling with 503 and Retry-After in whole seconds', async () => {
    sts.play(refusal(400, 'Throttling.User', { 'x-acs-retry-after': '1200' }));
    const response = await get();
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(await response.json()).toEqual({
      error: {
        code: 'Throttled',
        message: 'STS asks to slow down (Throttling.User).',
        requestId: REQUEST_ID,
      },
    });
    sts.play(credentials(2));
    expect(await tokenId()).toBe('STS.2');
  });

  it.each([
    [403, 'NoPermission', 'may not assume the role'],
    [404, 'EntityNotExist.Role', 'ROLE_ARN'],
    [400, 'InvalidParameter.DurationSeconds', 'TOKEN_SECONDS'],
    [500, 'InternalError', 'fault of its own'],
  ])('answers %i %s with 502, its code and its request id', async (status, code, words) => {
    sts.play(refusal(status, code));
    const response = await get();
    expect(response.status).toBe(502);
    const { error } = (await response.json()) as { error: Record<string, string> };
    expect(error).toMatchObject({ code: 'StsError', requestId: REQUEST_ID });
    expect(error['message']).toContain(`STS answered ${code}: `);
    expect(error['message']).toContain(words);
    expect(error['message']).not.toContain('the-policy-of-the-request');
  });

  it('answers 502 in words for HTML, for an answer without credentials, for a cut connection and for no STS', async () => {
    const message = async () => {
      const response = await get();
      const { error } = (await response.json()) as { error: { code: string; message: string } };
      expect([response.status, error.code]).toEqual([502, 'StsError']);
      return error.message;
    };
    sts.play((_request, response) =>
      response.writeHead(502, { 'content-type': 'text/html' }).end('<html>bad</html>'),
    );
    expect(await message()).toBe('STS gave an answer that is not JSON; is STS_ENDPOINT right?');
    sts.play((_request, response) => response.writeHead(200).end('{"hello":"world"}'));
    expect(await message()).toBe('STS gave an answer without credentials; is STS_ENDPOINT right?');
    sts.play((_request, response) => response.destroy());
    expect(await message()).toBe('STS cannot be reached: the connection was cut.');
    await sts.close();
    expect(await message()).toBe('STS cannot be reached: it refuses connections.');
  });
});

describe('when STS is silent', () => {
  const silent: StsScript = () => {};
  const endless: StsScript = (_request, response) => response.writeHead(200).write('{');
  it.each([
    ['gives no answer', silent, { silenceMs: 1500, totalMs: 60_000 }],
    ['gives an answer without end', endless, { silenceMs: 60_000, totalMs: 1500 }],
  ])('answers 502 when it %s, and asks again for the next', async (_name, script, stsTimeouts) => {
    await server.close();
    const environment = { ...baseEnvironment, STS_ENDPOINT: sts.url };
    server = await startAppServer({ environment, stsTimeouts });
    sts.play(script);
    const response = await get();
    expect(response.status).toBe(502);
    expect(await response.json()).toEqual({
      error: { code: 'StsError', message: 'STS did not answer in time.' },
    });
    sts.play(credentials(2));
    expect(await tokenId()).toBe('STS.2');
  });
});

describe('every other answer', () => {
  const errorOf = async (response: Response) => {
    const { error } = (await response.json()) as { error: { code: string } };
    return [response.status, error.code];
  };

  it('is JSON with the codes of the contract', async () => {
    expect(await errorOf(await get('/nowhere'))).toEqual([404, 'NotFound']);
    expect(await errorOf(await get('/%'))).toEqual([400, 'InvalidArgument']);
    const wrongMethod = await fetch(`${server.url}/get_sts_token?x=1`, { method: 'POST', body: '{' });
    expect(wrongMethod.headers.get('allow')).toBe('GET');
    expect(await errorOf(wrongMethod)).toEqual([405, 'MethodNotAllowed']);
    expect(sts.requests).toHaveLength(0);
  });

  it('is JSON even where the request is not HTTP', async () => {
    const { hostname, port } = new URL(server.url);
    const heard = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), hostname, () => socket.write('NOT HTTP AT ALL\r\n\r\n'));
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('end', () => {
        resolve(text);
      });
      socket.on('error', reject);
    });
    expect(heard).toMatch(/^HTTP\/1\.1 400 /);
    expect(heard).toContain('{"error":{"code":"InvalidArgument"');
  });

  it('says that the server is alive without asking STS', async () => {
    const response = await get('/health');
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
    // Load balancers ask by HEAD.
    const head = await fetch(`${server.url}/health`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(sts.requests).toHaveLength(0);
  });

  it('tells a caller in a loop to slow down', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 2010 }, async () => {
        const response = await get();
        await response.arrayBuffer();
        return `${response.status} ${response.headers.get('retry-after') ?? ''}`;
      }),
    );
    expect(statuses.filter((status) => status === '429 1')).toHaveLength(10);
    expect(statuses.filter((status) => status === '200 ')).toHaveLength(2000);
  });
});

describe('who may ask', () => {
  const hash = createHash('sha256').update('token-of-alice').digest('hex');

  it('wants a bearer token once hashes are set, and caches for each', async () => {
    const bob = createHash('sha256').update('token-of-bob').digest('hex');
    await start({ BEARER_TOKENS_SHA256: `${hash},${bob}` }, '0.0.0.0');
    const url = server.url.replace('0.0.0.0', '127.0.0.1');
    const ask = (authorization?: string) =>
      fetch(`${url}/get_sts_token`, authorization === undefined ? {} : { headers: { authorization } });
    const refused = await ask();
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await refused.json()).toMatchObject({ error: { code: 'Unauthorized' } });
    expect((await ask('Bearer wrong')).status).toBe(401);
    expect(sts.requests).toHaveLength(0);
    expect((await ask('Bearer token-of-alice')).status).toBe(200);
    expect((await ask('Bearer token-of-alice')).status).toBe(200);
    expect(sts.requests).toHaveLength(1);
    expect((await ask('Bearer token-of-bob')).status).toBe(200);
    expect(sts.requests).toHaveLength(2);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('does not start where no session policy can say the prefix', async () => {
    const attempt = startAppServer({ environment: { ...baseEnvironment, OSS_PREFIX: 'all*/' } });
    await expect(attempt).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/^The variable OSS_PREFIX is wrong: [a-z].+\.$/) as string,
    });
  });

  it('does not listen to the network without them', async () => {
    const attempt = startAppServer({ environment: { ...baseEnvironment }, host: '0.0.0.0' });
    await expect(attempt).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/^The variable BEARER_TOKENS_SHA256 is missing: .+\.$/) as string,
    });
  });
});
