import { createHash, createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { expect, test as base } from './support/app';
import type { AppServerAddress, Program, SandboxAddresses } from '../../scripts/programs.cjs';
import { violationsOf } from './support/axe';
import { startAppServer, startSandbox } from './support/cloud';

/** Copied from Alibaba's documents, letter by letter. */
const SAMPLE = readFileSync(resolve(__dirname, '../fixtures/documents/detect-image-faces.json'), 'utf8');
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const BEARER = 'bearer-token-of-the-administrator';

interface Place {
  readonly sandbox: SandboxAddresses;
  readonly imm: Imm;
  readonly appServer: Program<AppServerAddress>;
  /** Opens a page of the application server in a Chromium of its own. */
  open(path: string): Promise<Page>;
  setCors(origins: readonly string[], methods?: readonly string[]): Promise<void>;
}

const test = base.extend<{ bearer: string | null; isImmOfSandbox: boolean; place: Place }>({
  bearer: [null, { option: true }],
  isImmOfSandbox: [false, { option: true }],
  place: async ({ folder, bearer, isImmOfSandbox }, use) => {
    const sandbox = await startSandbox(join(folder, 'cloud'));
    const imm = await startImm();
    const hash = createHash('sha256')
      .update(bearer ?? '')
      .digest('hex');
    const appServer = await startAppServer(sandbox.announced, 'uploads/', {
      IMM_PROJECT: sandbox.announced.immProject,
      IMM_ENDPOINT: isImmOfSandbox ? sandbox.announced.imm : imm.url,
      ...(bearer === null ? {} : { BEARER_TOKENS_SHA256: hash }),
    });
    const opened: ElectronApplication[] = [];
    await use({
      sandbox: sandbox.announced,
      imm,
      appServer,
      open: async (path) => {
        const app = await openBrowser(folder, `${appServer.announced.url}${path}`);
        opened.push(app);
        const page = await app.firstWindow();
        await page.waitForLoadState('load');
        return page;
      },
      setCors: async (origins, methods = ['PUT']) => {
        const rule = {
          allowedMethods: methods,
          allowedHeaders: ['*'],
          exposeHeaders: ['ETag', 'x-oss-request-id'],
        };
        const rules = origins.length === 0 ? [] : [{ allowedOrigins: origins, ...rule }];
        const answer = await fetch(`${sandbox.announced.admin}/cors`, {
          method: 'PUT',
          body: JSON.stringify(rules),
        });
        expect(answer.ok, await answer.text()).toBe(true);
      },
    });
    for (const app of opened) await app.close();
    await appServer.stop();
    await sandbox.stop();
    await imm.stop();
  },
});

function openBrowser(folder: string, url: string): Promise<ElectronApplication> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[0] !== 'ELECTRON_RUN_AS_NODE',
  );
  return _electron.launch({
    args: [join(__dirname, 'support/page-window.cjs'), `--user-data-dir=${join(folder, 'browser')}`],
    env: {
      ...Object.fromEntries(inherited),
      // Chromium reads the names of chosen files by the locale; that of a bare system knows ASCII alone.
      LC_ALL: 'C.UTF-8',
      PAGE_URL: url,
      ELECTRON_DISABLE_SECURITY_WARNINGS: '1',
    },
  });
}

const steps = (page: Page) => page.locator('[data-part=steps] li');
const choose = async (page: Page, path: string): Promise<void> => {
  await page.locator('#file').setInputFiles(path);
  await page.locator('button').click();
};
async function objects({ sandbox }: Place): Promise<{ key: string; size: number }[]> {
  const text = await (await fetch(`${sandbox.admin}/objects`)).text();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { key: string; size: number });
}
/** All that the page says on its console: a refusal of its own policy would stand there. */
function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on('console', (message) => heard.push(message.text()));
  page.on('pageerror', (error) => heard.push(error.message));
  return heard;
}

function makeFile(folder: string, name: string, bytes: number): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.alloc(bytes, 'abcdefg'));
  return path;
}

test('the page uploads one file by ali-oss where CORS allows it, and loads nothing from elsewhere', async ({
  place,
  folder,
}) => {
  const origin = place.appServer.announced.url;
  await place.setCors([origin]);
  const page = await place.open('/');
  const heard = complaints(page);
  const hosts = new Set<string>();
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  await page.reload();
  await choose(page, makeFile(folder, 'tree house 図.bin', 300_000));
  await expect(steps(page)).toHaveText([
    /^The role was assumed; the token is good until 20\d\d-/,
    `OSS stored uploads/tree house 図.bin in the bucket ${place.sandbox.bucket} (300000 bytes).`,
  ]);
  expect(await objects(place)).toMatchObject([{ key: 'uploads/tree house 図.bin', size: 300_000 }]);
  const bucketHost = `${place.sandbox.bucket}.${new URL(place.sandbox.oss).host}`;
  expect([...hosts].sort()).toEqual([new URL(origin).host, bucketHost].sort());
  expect(heard).toEqual([]);
});

test('the page says what to do where CORS does not allow it', async ({ place, folder }) => {
  const origin = place.appServer.announced.url;
  await place.setCors(['https://elsewhere.example']);
  const page = await place.open('/');
  const file = makeFile(folder, 'a.bin', 1000);
  for (const origins of [['https://elsewhere.example'], []]) {
    await place.setCors(origins);
    await choose(page, file);
    await expect(steps(page).last()).toHaveText(
      `The browser could not reach the bucket. If the network is good, its CORS rules do not allow this page: source ${origin}, method PUT, headers *.`,
    );
    await expect(steps(page).last()).toHaveAttribute('data-state', 'failed');
    expect(await objects(place)).toEqual([]);
  }
  // The rule that the sentence names is enough.
  await place.setCors([origin]);
  await choose(page, file);
  await expect(steps(page).last()).toHaveAttribute('data-state', 'done');
});

test('the page runs no script of anyone else, and talks to no one else', async ({ place }) => {
  const page = await place.open('/');
  const policy = (await fetch(place.appServer.announced.url)).headers.get('content-security-policy') ?? '';
  expect(policy).not.toMatch(/unsafe|\*/);
  const inline = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'document.title = "taken over"';
    document.body.append(script);
    return document.title;
  });
  expect(inline).toBe('Upload one file');
  expect(await violationsOf(page)).toEqual([]);
  const fetched = await page.evaluate(() => fetch('http://127.0.0.1:9/').then(String, () => 'refused'));
  expect(fetched).toBe('refused');
  const violation = page.evaluate(
    () =>
      new Promise((done) => {
        document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));
        void fetch('http://127.0.0.1:9/').catch(() => {});
      }),
  );
  expect(await violation).toBe('connect-src');
});

test('/imm uploads a picture and asks DetectImageFaces in the RPC form', async ({ place, folder }) => {
  await place.setCors([place.appServer.announced.url]);
  const page = await place.open('/imm');
  const heard = complaints(page);
  const picture = join(folder, 'pixel.png');
  writeFileSync(picture, Buffer.from(PIXEL, 'base64'));
  await choose(page, picture);
  await expect(steps(page)).toHaveText([/^The role/, /^OSS stored uploads\/pixel\.png/, 'IMM sees 1 face.']);
  await expect(page.locator('[data-part=answer]')).toContainText('63661E75-3A41-5FBF-B023-867DA6A6AA81');
  const box = page.locator('svg rect');
  await expect(box).toHaveAttribute('x', '182');
  await expect(box).toHaveAttribute('height', '381');
  expect(heard).toEqual([]);
  // The same token, asked for again: what it was signed with.
  const token = (await (await fetch(`${place.appServer.announced.url}/get_sts_token`)).json()) as Token;
  const [call] = place.imm.calls;
  expect(call?.query).toMatchObject({
    AccessKeyId: token.AccessKeyId,
    Action: 'DetectImageFaces',
    Format: 'JSON',
    ProjectName: place.sandbox.immProject,
    SecureTransport: 'true',
    SecurityToken: token.SecurityToken,
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    SourceURI: `oss://${place.sandbox.bucket}/uploads/pixel.png`,
    Version: '2020-09-30',
  });
  expect(call?.query['Timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(call?.query['Signature']).toBe(signatureOf(call?.query ?? {}, token.AccessKeySecret));
  expect([call?.method, call?.type, call?.body]).toEqual(['POST', 'application/json', '']);

  place.imm.answer = [403, { RequestId: 'R-1', Code: 'NoPermission', Message: 'not allowed' }];
  await choose(page, picture);
  await expect(steps(page).last()).toHaveText('IMM refuses: NoPermission: not allowed (request R-1)');
});

test.describe('with the IMM of the sandbox', () => {
  test.use({ isImmOfSandbox: true });

  test('/imm finds the face where CORS allows the call, and says so where it does not', async ({ place }) => {
    const origin = place.appServer.announced.url;
    const portrait = resolve(__dirname, '../fixtures/pictures/portrait.jpg');
    await place.setCors([origin]);
    const page = await place.open('/imm');
    await choose(page, portrait);
    await expect(steps(page).last()).toHaveText('The browser could not reach Intelligent Media Management.');
    await place.setCors([origin], ['PUT', 'POST']);
    await choose(page, portrait);
    await expect(steps(page).last()).toHaveText('IMM sees 1 face.');
    await expect(page.locator('svg rect')).toHaveCount(1);
    const box = JSON.parse((await page.locator('[data-part=answer]').textContent()) ?? '') as {
      Faces: { Boundary: { Left: number } }[];
    };
    await expect(page.locator('svg rect')).toHaveAttribute('x', String(box.Faces[0]?.Boundary.Left));
  });
});

test('the page tells a server that is gone, or hidden behind another, from a refusal of OSS', async ({
  place,
  folder,
}) => {
  await place.setCors([place.appServer.announced.url]);
  const page = await place.open('/');
  const file = makeFile(folder, 'a.bin', 1000);
  await page.route('**/get_sts_token', (route) => route.fulfill({ status: 502, body: '<html>bad gateway' }));
  await choose(page, file);
  await expect(steps(page).last()).toHaveText(
    "The application server's answer (502) is not its own; is something in front of it?",
  );
  await place.appServer.stop();
  await choose(page, file);
  await expect(steps(page).last()).toHaveText('The application server cannot be reached.');
});

test.describe('where a bearer token is needed', () => {
  test.use({ bearer: BEARER });

  test('the page asks for it, and tells a wrong one', async ({ place, folder }) => {
    await place.setCors([place.appServer.announced.url]);
    const page = await place.open('/');
    const field = page.getByLabel('Bearer token');
    await expect(field).toBeVisible();
    await field.fill('wrong');
    const file = makeFile(folder, 'a.bin', 1000);
    await choose(page, file);
    await expect(steps(page)).toHaveText(
      'The application server says: The bearer token is not one that this server knows.',
    );
    await field.fill(BEARER);
    await choose(page, file);
    await expect(steps(page).last()).toHaveText(/^OSS stored uploads\/a\.bin/);
    expect(page.url()).not.toContain(BEARER);
    expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
  });
});

interface Token {
  readonly AccessKeyId: string;
  readonly AccessKeySecret: string;
  readonly SecurityToken: string;
}
interface Call {
  readonly method: string | undefined;
  readonly type: string | undefined;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
}
interface Imm {
  readonly url: string;
  readonly calls: readonly Call[];
  answer: [number, unknown];
  stop(): Promise<void>;
}

/** An IMM that answers with the documents' sample and keeps what it was asked, for any origin. */
async function startImm(): Promise<Imm> {
  const calls: Call[] = [];
  const state: { answer: [number, unknown] } = { answer: [200, JSON.parse(SAMPLE)] };
  const server: Server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', '*');
    if (request.method === 'OPTIONS') {
      response.writeHead(200).end();
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { searchParams } = new URL(request.url ?? '/', 'http://imm');
      calls.push({
        method: request.method,
        type: request.headers['content-type'],
        query: Object.fromEntries(searchParams),
        body: Buffer.concat(chunks).toString(),
      });
      const [status, body] = state.answer;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  });
}

/** The RPC signature of facts known from Alibaba's pages, by node:crypto. */
function signatureOf(query: Readonly<Record<string, string>>, secret: string): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const canonical = Object.keys(query)
    .filter((name) => name !== 'Signature')
    .sort()
    .map((name) => `${encode(name)}=${encode(query[name] ?? '')}`)
    .join('&');
  return createHmac('sha1', `${secret}&`)
    .update(`POST&%2F&${encode(canonical)}`)
    .digest('base64');
}
