/** Set-ups that are broken on the way to OSS: each names its cause. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { doctorExitCode } from '../../../src/shared/doctor';
import { World } from '../engine/harness';
import { TEST_CERTIFICATE, TEST_PRIVATE_KEY } from '../../unit/oss/test-certificate';
import { AUTHORITY, EXPIRED_LEAF, LEAF, LEAF_KEY } from './certificates';
import { accountKeys, causeOf, examine, failed, type Findings } from './clinic';

let world: World;
const servers: Server[] = [];
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.stop());
afterEach(async () => {
  await fetch(`${world.sandbox.admin}/reset`, { method: 'POST' });
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function portOf(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return (server.address() as AddressInfo).port;
}

/** A run against an endpoint, with keys that may do everything. */
const examineAt = (
  endpoint: string,
  more: Parameters<typeof examine>[2] = {},
  environment: Record<string, string> = {},
): Promise<Findings> =>
  examine(
    world.profile({ endpoint, authorization: { kind: 'temporary' }, allowInsecure: true }),
    { ...accountKeys(world), ...environment },
    more,
  );

async function examineBehind(listener: RequestListener): Promise<Findings> {
  return examineAt(`http://oss.localhost:${await portOf(createServer(listener))}`);
}

async function examineSecure(cert: string, key: string, host: string, ca?: string): Promise<Findings> {
  const port = await portOf(createSecureServer({ cert, key }, (_, response) => response.end()));
  return examineAt(`https://${host}:${port}`, ca === undefined ? {} : { certificateAuthorities: ca });
}

/** All that needs OSS waits for one cause. */
function expectHeldBy(findings: Findings, cause: string): void {
  for (const id of ['signature', 'bucket', 'put', 'head', 'initiate', 'throughput', 'list-parts'] as const)
    expect(findings.get(id)).toMatchObject({
      ok: null,
      hint: { code: 'waits-for', values: { check: cause } },
    });
}

it('a host that does not resolve', async () => {
  const findings = await examineAt('https://oss-cn-nowhere.invalid');
  expect([causeOf(findings, 'dns'), failed(findings).needed]).toEqual(['dns dns', ['dns']]);
  expect(findings.get('dns')?.fault?.message).toContain('sandbox.oss-cn-nowhere.invalid');
  expectHeldBy(findings, 'dns');
  expect(doctorExitCode([...findings.values()])).toBe(1);
});

it('a token server and an IMM whose hosts do not resolve, and all the rest is tried', async () => {
  const findings = await examine(
    world.profile({
      authorization: { kind: 'token-server', url: 'https://tokens.invalid/get_sts_token' },
      imm: { project: 'sandbox', endpoint: 'https://imm.invalid' },
    }),
  );
  expect(failed(findings).needed).toEqual(['dns-server', 'dns-imm']);
  expect(findings.get('portal')?.ok).toBe(true);
  expect(findings.get('credentials')).toMatchObject({ ok: null, hint: { values: { check: 'dns-server' } } });
});

describe('a certificate', () => {
  it('that signed itself', async () => {
    const findings = await examineSecure(TEST_CERTIFICATE, TEST_PRIVATE_KEY, 'oss.localhost');
    expect(causeOf(findings, 'tls')).toBe('tls tls self-signed');
    expect(findings.get('tls')?.hint?.values).toEqual({ issuer: 'oss-ferry test' });
    expectHeldBy(findings, 'tls');
  });

  it('of an authority that nobody knows, which is named', async () => {
    const findings = await examineSecure(LEAF + '\n' + AUTHORITY, LEAF_KEY, 'oss.localhost');
    expect(causeOf(findings, 'tls')).toBe('tls tls authority-unknown');
    expect(findings.get('tls')?.hint?.values).toEqual({ issuer: 'OSS Ferry test, Test authority' });
  });

  it('for another name, with the names that it has', async () => {
    const findings = await examineSecure(LEAF, LEAF_KEY, 'elsewhere.example.localhost', AUTHORITY);
    expect(causeOf(findings, 'tls')).toBe('tls tls certificate-name');
    expect(findings.get('tls')?.hint?.values).toEqual({
      host: 'sandbox.elsewhere.example.localhost',
      names: '*.localhost, *.oss.localhost, 127.0.0.1',
    });
  });

  it('that has ended', async () => {
    const findings = await examineSecure(EXPIRED_LEAF, LEAF_KEY, 'oss.localhost', AUTHORITY);
    expect(causeOf(findings, 'tls')).toBe('tls tls certificate-expired');
    expect(findings.get('tls')?.hint?.values).toMatchObject({ at: Date.UTC(2021, 0, 1) });
  });

  it('that is good, on a server that is no OSS', async () => {
    const findings = await examineSecure(LEAF, LEAF_KEY, 'oss.localhost', AUTHORITY);
    expect(findings.get('tls')).toMatchObject({ ok: true, hint: { code: 'trusted' } });
    expect(causeOf(findings, 'portal')).toBe('portal captive-portal');
  });
});

it.each<[string, RequestListener]>([
  ['answers with a page', (_, response) => response.end('<html>Welcome to the hotel</html>')],
  [
    'leads elsewhere',
    (_, response) => response.writeHead(302, { location: 'http://login.hotel.example/' }).end(),
  ],
])('a portal that %s', async (_what, listener) => {
  const findings = await examineBehind(listener);
  expect([causeOf(findings, 'portal'), failed(findings).needed]).toEqual([
    'portal captive-portal',
    ['portal'],
  ]);
  expectHeldBy(findings, 'portal');
});

it('nobody at the port', async () => {
  const server = createServer();
  const port = await portOf(server);
  server.close();
  const findings = await examineAt(`http://oss.localhost:${port}`);
  expect(causeOf(findings, 'portal')).toBe('portal network-offline');
});

it('a clock that is hours off is told and hinders nothing', async () => {
  await world.faults({ operation: '*', fault: 'clock-offset', ms: 5 * 3_600_000 });
  const findings = await examineAt(world.sandbox.oss);
  expect([causeOf(findings, 'clock'), failed(findings)]).toEqual([
    'clock clock-skew clock-behind',
    { needed: [], optional: ['clock'] },
  ]);
  expect(Math.abs(Number(findings.get('clock')?.hint?.values['seconds']) - 18_000)).toBeLessThan(5);
  expect(doctorExitCode([...findings.values()])).toBe(0);
});

describe('a proxy', () => {
  it('that the environment names, by host and port alone', async () => {
    const findings = await examineAt(
      world.sandbox.oss,
      {},
      { HTTP_PROXY: 'http://me:planted@proxy.corp:8080/' },
    );
    expect(failed(findings)).toEqual({ needed: [], optional: ['proxy'] });
    expect(findings.get('proxy')?.hint).toEqual({
      code: 'proxy-environment',
      values: { variable: 'HTTP_PROXY', proxy: 'proxy.corp:8080' },
    });
    expect(JSON.stringify([...findings.values()])).not.toContain('planted');
  });

  it('that the system names', async () => {
    const asked: string[] = [];
    const proxyOfSystem = (url: string): Promise<string> => {
      asked.push(url);
      return Promise.resolve('PROXY proxy.corp:3128; DIRECT');
    };
    const findings = await examineAt(world.sandbox.oss, { proxyOfSystem });
    expect(causeOf(findings, 'proxy')).toBe('proxy proxy proxy-system');
    expect(asked).toEqual([`${world.sandbox.oss.replace('//', `//${world.sandbox.bucket}.`)}/`]);
  });

  it('that is excepted for the host is none', async () => {
    const environment = { HTTP_PROXY: 'http://proxy.corp:8080', NO_PROXY: '.localhost' };
    expect((await examineAt(world.sandbox.oss, {}, environment)).get('proxy')).toMatchObject({ ok: true });
  });
});
