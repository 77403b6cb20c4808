import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterEach, describe, expect, it } from 'vitest';
import type { Environment } from '../../../src/app-server/settings';
import { startAppServer, type AppServer } from '../../../src/app-server/start-app-server';
import { sha256 } from './servers';

let server: AppServer;
const start = async (changes: Environment = {}): Promise<void> => {
  server = await startAppServer({
    environment: {
      ROLE_ARN: 'acs:ram::123456789012:role/oss-web-upload',
      ROLE_SESSION_NAME: 'role_session_test',
      OSS_BUCKET: 'web-direct-upload',
      OSS_REGION: 'cn-hangzhou',
      OSS_PREFIX: 'uploads/',
      ...changes,
    },
  });
};
afterEach(() => server.close());

const PATHS = ['/', '/imm', '/pages/aliyun-oss-sdk.js', '/pages/sha1.js', '/pages/styles.css'];
const policyOf = async (path: string) =>
  (await fetch(server.url + path)).headers.get('content-security-policy') ?? '';

describe('the pages', () => {
  it('come with a policy that names this server, the bucket and IMM alone', async () => {
    await start();
    for (const path of PATHS)
      expect(await policyOf(path), path).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src blob: data:; connect-src 'self' https://web-direct-upload.oss-cn-hangzhou.aliyuncs.com https://imm.cn-hangzhou.aliyuncs.com; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
    await server.close();
    await start({ OSS_CUSTOM_DOMAIN: 'https://files.example.com' });
    expect(await policyOf('/')).toContain("connect-src 'self' https://files.example.com https://imm");
  });

  it('load the official browser build, byte for byte', async () => {
    await start();
    const file = createRequire(import.meta.url).resolve('ali-oss/dist/aliyun-oss-sdk.min.js');
    const served = await (await fetch(`${server.url}/pages/aliyun-oss-sdk.js`)).text();
    expect(served).toBe(readFileSync(file, 'utf8'));
  });

  it('name nothing that is not served here', async () => {
    await start();
    for (const path of ['/', '/imm']) {
      const html = await (await fetch(server.url + path)).text();
      const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!);
      expect(addresses.length).toBeGreaterThan(3);
      for (const address of addresses.filter((text) => text !== 'data:,')) {
        expect(address).toMatch(/^\/(?!\/)/);
        expect((await fetch(server.url + address)).status, address).toBe(200);
      }
    }
  });

  it('tell where to upload only those who may', async () => {
    await start({ BEARER_TOKENS_SHA256: `${sha256('of-alice')}=users/alice/`, IMM_PROJECT: 'faces' });
    expect((await fetch(`${server.url}/page_settings`)).status).toBe(401);
    const headers = { authorization: 'Bearer of-alice' };
    expect(await (await fetch(`${server.url}/page_settings`, { headers })).json()).toEqual({
      region: 'cn-hangzhou',
      bucket: 'web-direct-upload',
      endpoint: 'https://oss-cn-hangzhou.aliyuncs.com',
      isCustomDomain: false,
      prefix: 'users/alice/',
      imm: { project: 'faces', endpoint: 'https://imm.cn-hangzhou.aliyuncs.com' },
    });
  });

  it('can be left out', async () => {
    await start({ PAGES: '0' });
    for (const path of [...PATHS, '/page_settings'])
      expect((await fetch(server.url + path)).status).toBe(404);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });
});
