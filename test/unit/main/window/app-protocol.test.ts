import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Session } from 'electron';
import { describe, expect, test, vi } from 'vitest';
import {
  assetPath,
  contentSecurityPolicy,
  serveApp,
  withNonce,
} from '../../../../src/main/window/app-protocol';

vi.mock('electron', () => ({ protocol: {} }));

const FOLDER = join('/srv', 'renderer');

describe('assetPath', () => {
  test.each([
    ['app://ferry/', 'index.html'],
    ['app://ferry/index.html', 'index.html'],
    ['app://ferry/assets/index-1.js', 'assets/index-1.js'],
    ['app://ferry/assets/a%20b.css?x=1#y', 'assets/a b.css'],
    ['app://ferry/assets/..name.js', 'assets/..name.js'],
  ])('%s is served', (url, path) => {
    expect(assetPath(FOLDER, url)).toBe(join(FOLDER, path));
  });

  test.each([
    'app://ferry/..%2f..%2fetc%2fpasswd',
    'app://ferry/%2e%2e/%2e%2e%2fetc/passwd',
    'app://ferry/assets/..%2f..%2f..%2fsettings.json',
    'app://ferry/..%2frenderer-other%2fx.js',
    'app://ferry/..',
    'app://ferry/..%5c..%5csettings.json',
    'app://ferry/c:%5cwindows%5cwin.ini',
    'app://ferry/index.html%00.js',
    'app://ferry/%E0%A4%A',
    'app://other/index.html',
    'app://ferry.evil/index.html',
    'app://ferry:99/index.html',
    'app://user@ferry.evil/index.html',
    'https://ferry/index.html',
    'file:///etc/passwd',
    'nonsense',
  ])('%s never leaves the folder', (url) => {
    const path = assetPath(FOLDER, url);
    // The URL parser resolves plain dots itself; what it leaves must be the page's own folder or nothing.
    expect(path === null || path.startsWith(`${FOLDER}/`) ? 'inside' : path).toBe('inside');
    expect(path === null || url.startsWith('app://ferry/')).toBe(true);
  });

  test('encoded ways out are refused, not resolved', () => {
    expect(assetPath(FOLDER, 'app://ferry/..%2f..%2fetc%2fpasswd')).toBeNull();
    expect(assetPath(FOLDER, 'app://ferry/..%5c..%5csettings.json')).toBeNull();
    expect(assetPath(FOLDER, 'app://other/index.html')).toBeNull();
  });
});

describe('the page', () => {
  test('carries the nonce where libraries look for it', () => {
    const page = '<meta property="csp-nonce" content="%NONCE%" nonce="%NONCE%" />';
    expect(withNonce(page, 'abc')).toBe('<meta property="csp-nonce" content="abc" nonce="abc" />');
  });

  test('allows no network, no inline script and no foreign style', () => {
    const policy = contentSecurityPolicy('abc').split('; ');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("style-src 'self' 'nonce-abc'");
    expect(policy.join()).not.toMatch(/unsafe|https?:|\*/);
  });
});

describe('serveApp', () => {
  function served(): (url: string, method?: string) => Promise<Response> {
    const folder = mkdtempSync(join(tmpdir(), 'app-protocol-'));
    mkdirSync(join(folder, 'renderer'));
    writeFileSync(join(folder, 'secret.json'), '{"secret":1}');
    writeFileSync(join(folder, 'renderer', 'index.html'), '<meta nonce="%NONCE%">');
    writeFileSync(join(folder, 'renderer', 'a.js'), 'void 0');
    writeFileSync(join(folder, 'renderer', 'a.exe'), 'MZ');
    let answer: ((request: Request) => Promise<Response>) | undefined;
    const session = {
      protocol: { handle: (_scheme: string, listener: typeof answer) => (answer = listener) },
    };
    serveApp(session as unknown as Session, join(folder, 'renderer'), () => null);
    return (url, method = 'GET') => answer!({ url, method } as Request);
  }

  test('gives each load a nonce of its own, the same in header and page', async () => {
    const ask = served();
    const nonces = new Set<string>();
    for (const answer of [await ask('app://ferry/'), await ask('app://ferry/')]) {
      const nonce = /'nonce-([^']+)'/.exec(answer.headers.get('content-security-policy') ?? '')?.[1];
      expect(await answer.text()).toBe(`<meta nonce="${nonce ?? 'none'}">`);
      nonces.add(nonce!);
    }
    expect(nonces.size).toBe(2);
  });

  test.each([
    ['app://ferry/a.js', 'GET', 200],
    ['app://ferry/b.js', 'GET', 404],
    ['app://ferry/a.exe', 'GET', 404],
    ['app://ferry/..%2fsecret.json', 'GET', 404],
    ['app://elsewhere/a.js', 'GET', 404],
    ['app://ferry/a.js', 'POST', 405],
  ])('%s %s is answered %i', async (url, method, status) => {
    expect((await served()(url, method)).status).toBe(status);
  });
});
