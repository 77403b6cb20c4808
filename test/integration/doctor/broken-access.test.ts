/** Set-ups in which OSS, a token server or IMM refuses: each names its cause and what to ask for. */
import { createServer, request as sendRequest, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { doctorExitCode, missingRights } from '../../../src/shared/doctor';
import { ramStatements } from '../../../src/shared/ram-statement';
import { MINIMAL_ROLE } from '../../fakes/roles';
import { World } from '../engine/harness';
import { aliOss } from '../sandbox/cloud';
import { accountKeys, causeOf, examine, failed, leftovers, type Findings } from './clinic';

let world: World | null = null;
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
  await world?.stop();
  world = null;
});

async function open(options: Parameters<typeof World.create>[0] = {}): Promise<World> {
  world = await World.create(options);
  return world;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return String((server.address() as AddressInfo).port);
}

const roleOf = (
  ...statements: readonly (readonly [actions: readonly string[], resource: string])[]
): string =>
  JSON.stringify({
    Version: '1',
    Statement: statements.map(([Action, Resource]) => ({ Effect: 'Allow', Action, Resource: [Resource] })),
  });
const OBJECTS = 'acs:oss:*:*:sandbox/*';

const exit = (findings: Findings): number => doctorExitCode([...findings.values()]);
const asksFor = (findings: Findings) => ramStatements(missingRights([...findings.values()]));

describe('a token server that', () => {
  it.each<[string, RequestListener, string, number]>([
    ['refuses (403)', (_, response) => response.writeHead(403).end(), 'token-refused', 3],
    ['knows nobody (401)', (_, response) => response.writeHead(401).end(), 'token-refused', 3],
    ['asks to wait (429)', (_, response) => response.writeHead(429).end(), 'token-server', 1],
    ['is broken (500)', (_, response) => response.writeHead(500).end(), 'token-server', 1],
    ['shows a page', (_, response) => response.end('<html>Hello</html>'), 'token-server', 1],
    ['speaks another JSON', (_, response) => response.end('{"token":"x"}'), 'token-server', 1],
    [
      'gives what has expired',
      (_, response) =>
        response.end(
          JSON.stringify({
            AccessKeyId: 'STS.abc',
            AccessKeySecret: 's',
            SecurityToken: 't',
            Expiration: new Date(Date.now() - 60_000).toISOString(),
          }),
        ),
      'token-server',
      1,
    ],
  ])('%s', async (_what, listener, code, exitCode) => {
    const { profile } = await prepared();
    const url = `http://127.0.0.1:${await serve(listener)}/get_sts_token`;
    const findings = await examine(profile({ authorization: { kind: 'token-server', url } }));
    expect([causeOf(findings, 'credentials'), failed(findings).needed, exit(findings)]).toEqual([
      `credentials ${code}`,
      ['credentials'],
      exitCode,
    ]);
    expect(findings.get('put')).toMatchObject({ ok: null, hint: { values: { check: 'credentials' } } });
  });
});

async function prepared(options: Parameters<typeof World.create>[0] = {}) {
  const opened = await open(options);
  return { opened, profile: (changes: Record<string, unknown>) => opened.profile(changes) };
}

describe('tokens', () => {
  it('that OSS takes for dead: new ones help', async () => {
    const { opened, profile } = await prepared();
    await opened.faults({ operation: 'PutObject', fault: 'expire-token', count: 1 });
    expect(failed(await examine(profile({})))).toEqual({ needed: [], optional: ['delete'] });
  });

  it('that OSS takes for dead, the new ones too', async () => {
    const { opened, profile } = await prepared();
    await opened.faults({ operation: 'PutObject', fault: 'expire-token' });
    const findings = await examine(profile({}));
    expect([causeOf(findings, 'signature'), exit(findings)]).toEqual(['signature token-expired', 3]);
    expect(await leftovers(opened)).toEqual({ objects: [], uploads: 0 });
  });
});

describe('credentials that have expired by the server’s clock', () => {
  it.each([
    ['temporary', {}, [false]],
    ['token-server', { url: 'http://127.0.0.1:9/' }, [false, true, true]],
  ])('%s', async (kind, more, expected) => {
    const { opened, profile } = await prepared();
    const asked: boolean[] = [];
    const old = {
      accessKeyId: 'STS.abcdefghijk',
      accessKeySecret: 's',
      securityToken: 't',
      expiresAtServer: Date.now() - 60_000,
    };
    const ask = (fresh: boolean) => {
      asked.push(fresh);
      return Promise.resolve({ ok: true as const, value: old });
    };
    const findings = await examine(profile({ authorization: { kind, ...more } }), {}, { ask });
    expect([causeOf(findings, 'credentials'), exit(findings), asked]).toEqual([
      'credentials token-expired',
      3,
      expected,
    ]);
    expect((await opened.requests('PutObject')).length).toBe(0);
  });
});

it('a token that a server repeats for two seconds although it has expired: it is asked once more after them', async () => {
  const { opened, profile } = await prepared();
  let repeatsUntil = Infinity;
  const ask: NonNullable<Parameters<typeof examine>[2]>['ask'] = async (fresh) => {
    if (fresh && repeatsUntil === Infinity) repeatsUntil = Date.now() + 2_000;
    const keys = accountKeys(opened);
    const isDead = Date.now() < repeatsUntil;
    return Promise.resolve({
      ok: true as const,
      value: {
        accessKeyId: keys['OSS_ACCESS_KEY_ID'] ?? '',
        accessKeySecret: keys['OSS_ACCESS_KEY_SECRET'] ?? '',
        securityToken: null,
        expiresAtServer: Date.now() + (isDead ? -60_000 : 900_000),
      },
    });
  };
  const authorization = { kind: 'token-server', url: 'http://127.0.0.1:9/' };
  const findings = await examine(profile({ authorization }), {}, { ask });
  expect(failed(findings)).toEqual({ needed: [], optional: [] });
  expect(findings.get('credentials')).toMatchObject({ ok: true, hint: { code: 'token' } });
});

it('a run that is stopped while it waits for new credentials ends at once', async () => {
  const { opened, profile } = await prepared();
  const listeners: (() => void)[] = [];
  const cancel = { canceled: false, onCancel: (listener: () => void) => void listeners.push(listener) };
  let asked = 0;
  const ask: NonNullable<Parameters<typeof examine>[2]>['ask'] = () => {
    asked += 1;
    // It rests before the third question.
    if (asked === 2)
      setImmediate(() => {
        cancel.canceled = true;
        listeners.forEach((listener) => listener());
      });
    const dead = { accessKeyId: 'STS.abcdefghijk', accessKeySecret: 's', securityToken: 't' };
    return Promise.resolve({ ok: true as const, value: { ...dead, expiresAtServer: Date.now() - 60_000 } });
  };
  const authorization = { kind: 'token-server', url: 'http://127.0.0.1:9/' };
  const beganAt = Date.now();
  const findings = await examine(profile({ authorization }), {}, { ask, cancel });
  expect([asked, findings.get('signature')?.ok, (await opened.requests('PutObject')).length]).toEqual([
    2,
    null,
    0,
  ]);
  expect(Date.now() - beganAt).toBeLessThan(2_000);
});

it('a wrong AccessKey secret', async () => {
  const { opened, profile } = await prepared();
  const environment = { ...accountKeys(opened), OSS_ACCESS_KEY_SECRET: 'planted-wrong' };
  const findings = await examine(profile({ authorization: { kind: 'temporary' } }), environment);
  expect([causeOf(findings, 'signature'), exit(findings)]).toEqual(['signature signature', 3]);
  expect(JSON.stringify([...findings.values()])).not.toContain('planted');
});

it('no credentials at all', async () => {
  const { profile } = await prepared();
  const findings = await examine(profile({ authorization: { kind: 'temporary' } }));
  expect([causeOf(findings, 'credentials'), exit(findings)]).toEqual(['credentials credentials-missing', 3]);
});

describe('the place', () => {
  const keys = async (changes: Record<string, unknown>): Promise<Findings> => {
    const { opened, profile } = await prepared();
    return examine(profile({ authorization: { kind: 'temporary' }, ...changes }), accountKeys(opened));
  };

  it('a bucket that is not there', async () => {
    const findings = await keys({ bucket: 'nobodys-bucket' });
    expect([causeOf(findings, 'bucket'), failed(findings).needed]).toEqual([
      'bucket bucket-missing',
      ['bucket'],
    ]);
  });

  it('another region than the bucket’s', async () => {
    const findings = await keys({ region: 'cn-shanghai' });
    expect([causeOf(findings, 'bucket'), failed(findings).needed]).toEqual([
      'bucket wrong-endpoint',
      ['bucket'],
    ]);
  });

  it('a bucket that OSS says is at another endpoint', async () => {
    const port = await serve((asked, response) => {
      asked.resume();
      asked.on('end', () => {
        response.writeHead(403, { 'x-oss-request-id': 'R1', date: new Date().toUTCString() });
        response.end(
          '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.</Message><RequestId>R1</RequestId><Endpoint>oss-cn-beijing.aliyuncs.com</Endpoint></Error>',
        );
      });
    });
    const findings = await keys({ endpoint: `http://oss.localhost:${port}` });
    expect(causeOf(findings, 'bucket')).toBe('bucket wrong-endpoint endpoint-is');
    expect(findings.get('bucket')?.hint?.values).toEqual({ endpoint: 'oss-cn-beijing.aliyuncs.com' });
  });

  it('path style where the bucket must be a part of the host', async () => {
    const findings = await keys({ addressing: 'path' });
    expect([causeOf(findings, 'bucket'), failed(findings).needed]).toEqual([
      'bucket path-style-refused',
      ['bucket'],
    ]);
  });
});

describe('rights', () => {
  it('no oss:PutObject: the statement names what an upload needs', async () => {
    const { profile } = await prepared({ rolePolicy: roleOf([['oss:GetObject'], OBJECTS]) });
    const findings = await examine(profile({}));
    expect([causeOf(findings, 'put'), failed(findings).needed, exit(findings)]).toEqual([
      'put no-permission ask-right',
      ['put'],
      1,
    ]);
    expect(findings.get('signature')?.ok).toBe(true);
    expect(asksFor(findings)).toEqual([
      {
        Effect: 'Allow',
        Action: ['oss:PutObject', 'oss:AbortMultipartUpload', 'oss:ListParts'],
        Resource: ['acs:oss:*:*:sandbox/uploads/*'],
      },
    ]);
  });

  it("the documents' own role: what is refused is wanted only, and no parts are left behind", async () => {
    const { opened, profile } = await prepared({ rolePolicy: MINIMAL_ROLE });
    const findings = await examine(profile({}));
    expect([failed(findings), exit(findings)]).toEqual([
      { needed: [], optional: ['head', 'list-parts', 'abort', 'delete'] },
      0,
    ]);
    expect((['head', 'list-parts', 'abort', 'delete'] as const).map((id) => causeOf(findings, id))).toEqual([
      'head no-permission no-head',
      'list-parts no-permission no-list-parts',
      'abort no-permission no-abort',
      'delete no-permission probe-left',
    ]);
    expect(asksFor(findings)).toEqual([
      {
        Effect: 'Allow',
        Action: ['oss:GetObject', 'oss:ListParts', 'oss:AbortMultipartUpload'],
        Resource: ['acs:oss:*:*:sandbox/uploads/*'],
      },
    ]);
    expect(await leftovers(opened)).toEqual({
      objects: [findings.get('delete')?.hint?.values['key']],
      uploads: 0,
    });
    expect((await opened.objectLines())[0]?.size).toBeLessThan(100);
  });

  it('tags and ACL that the destination sets', async () => {
    const { profile } = await prepared({ rolePolicy: roleOf([['oss:PutObject'], OBJECTS]) });
    const findings = await examine(profile({ object: { tags: { team: 'press' } } }));
    expect(causeOf(findings, 'tagging')).toBe('tagging no-permission ask-right');
    expect(asksFor(findings)[0]?.Action).toContain('oss:PutObjectTagging');
    expect(exit(findings)).toBe(1);
  });

  it('IMM', async () => {
    const { opened, profile } = await prepared({ rolePolicy: roleOf([['oss:*'], OBJECTS]) });
    const imm = { project: 'sandbox', endpoint: opened.sandbox.imm };
    const findings = await examine(profile({ imm }));
    expect([causeOf(findings, 'imm'), failed(findings).needed]).toEqual([
      'imm imm-no-permission ask-right',
      ['imm'],
    ]);
    expect(asksFor(findings)).toEqual([
      {
        Effect: 'Allow',
        Action: ['imm:DetectImageFaces'],
        Resource: ['acs:imm:cn-hangzhou:*:project/sandbox'],
      },
    ]);
  });
});

it('an IMM project that is not there', async () => {
  const { opened, profile } = await prepared();
  const imm = { project: 'elsewhere', endpoint: opened.sandbox.imm };
  const more = { authorization: { kind: 'temporary' }, imm };
  const findings = await examine(profile(more), accountKeys(opened));
  expect([causeOf(findings, 'imm'), failed(findings).needed]).toEqual(['imm imm-project-missing', ['imm']]);
});

it('a callback server that is down, and one that takes the call', async () => {
  const { opened, profile } = await prepared();
  const heard: string[] = [];
  const port = await serve((asked, response) => {
    asked.setEncoding('utf8');
    asked.on('data', (text: string) => heard.push(text));
    asked.on('end', () => response.end('{"Status":"OK"}'));
  });
  const callback = (url: string) => ({
    authorization: { kind: 'temporary' },
    callback: { url, body: 'bucket=${bucket}&who=${x:who}', variables: { 'x:who': 'doctor' } },
  });
  const good = await examine(profile(callback(`http://127.0.0.1:${port}/told`)), accountKeys(opened));
  expect(good.get('callback')).toMatchObject({ ok: true, hint: { code: 'callback-told' } });
  expect(heard.join('')).toBe('bucket=sandbox&who=doctor');
  const bad = await examine(profile(callback('http://127.0.0.1:9/told')), accountKeys(opened));
  expect([causeOf(bad, 'callback'), failed(bad).needed]).toEqual([
    'callback callback-failed callback-refused',
    ['callback'],
  ]);
  expect(await leftovers(opened)).toEqual({ objects: [], uploads: 0 });
});

describe('a server that replaces what it was told not to', () => {
  /** Passes everything on, and takes the object away before a Put that must not replace it. */
  async function gateway(opened: World): Promise<string> {
    const client = aliOss(opened.sandbox);
    const { port } = new URL(opened.sandbox.oss);
    const passOn: RequestListener = (asked, response) => {
      const { method, url: path, headers } = asked;
      const onward = sendRequest({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      });
      asked.pipe(onward);
    };
    return serve((asked, response) => {
      if (asked.headers['x-oss-forbid-overwrite'] !== 'true') passOn(asked, response);
      else
        void client.delete(decodeURIComponent(asked.url ?? '').slice(1)).then(() => passOn(asked, response));
    });
  }

  it.each([
    [undefined, { needed: ['forbid-overwrite'], optional: [] }],
    ['overwrite', { needed: [], optional: ['forbid-overwrite'] }],
  ])('under the conflict policy %s', async (conflict, expected) => {
    const { opened, profile } = await prepared();
    const endpoint = `http://oss-cn-hangzhou.localhost:${await gateway(opened)}`;
    const more = {
      endpoint,
      authorization: { kind: 'temporary' },
      ...(conflict === undefined ? {} : { conflict }),
    };
    const findings = await examine(profile(more), accountKeys(opened));
    expect(causeOf(findings, 'forbid-overwrite')).toBe(
      'forbid-overwrite overwrite-allowed overwrite-allowed',
    );
    expect(failed(findings)).toEqual(expected);
  });
});

it.each([
  ['PutObject', 'put', 'crc-mismatch'],
  ['UploadPart', 'upload-part', 'crc-mismatch'],
] as const)('a CRC-64 of %s that is not that of the bytes', async (operation, id, code) => {
  const { opened, profile } = await prepared();
  await opened.faults({ operation, fault: 'wrong-crc' });
  const findings = await examine(profile({ authorization: { kind: 'temporary' } }), accountKeys(opened));
  expect([causeOf(findings, id), failed(findings).needed]).toEqual([`${id} ${code}`, [id]]);
  expect(await leftovers(opened)).toEqual({ objects: [], uploads: 0 });
});
