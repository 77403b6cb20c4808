import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import type { BrowserWindow } from 'electron';
import type { Bridge } from '../../src/shared/ipc/contract';
import { expect, launchApp, test } from './support/app';
import { enginePid, isAlive, killApp, killEngine, mainProcessTree } from './support/processes';

declare global {
  interface Window {
    readonly ferry: Bridge;
    /** What the test hears in the page. */
    heard: unknown[];
  }
}

const engineStatus = (page: Page) =>
  page.evaluate(async () => {
    const reply = await window.ferry.call('queue.snapshot', {});
    return reply.ok ? reply.value.engine : reply.fault;
  });

/** Launches, runs the body with the first window, and closes whatever happens. */
async function withApp(
  options: Parameters<typeof launchApp>[0],
  body: (page: Page, app: ElectronApplication) => Promise<void>,
): Promise<void> {
  const app = await launchApp(options);
  try {
    const page = await app.firstWindow();
    await page.waitForLoadState('domcontentloaded');
    await body(page, app);
  } finally {
    await app.close();
  }
}

test.describe('the page', () => {
  test('has its title, its address and no way to Node', async ({ page, app }) => {
    await expect(page).toHaveTitle('OSS Ferry');
    expect(page.url()).toBe('app://ferry/');
    for (const name of ['require', 'process', 'module', 'Buffer', 'ipcRenderer'])
      expect(await page.evaluate((word) => typeof Reflect.get(globalThis, word), name)).toBe('undefined');
    expect(await page.evaluate(() => Object.keys(window.ferry).sort())).toEqual([
      'addFiles',
      'call',
      'subscribe',
    ]);
    const frame = await app.browserWindow(page);
    await expect.poll(() => frame.evaluate((shown: BrowserWindow) => shown.isVisible())).toBe(true);
    expect(await frame.evaluate((shown: BrowserWindow) => shown.getMinimumSize())).toEqual([820, 520]);
  });

  test('is shown within two seconds of the start', async ({ folder }, info) => {
    const times: number[] = [];
    // The best of three: other work on the machine can only add to it.
    for (const name of ['a', 'b', 'c']) {
      const startedAt = Date.now();
      await withApp({ userData: join(folder, name) }, async (page) => {
        const paintedAt = await page.evaluate(
          () =>
            new Promise<number>((done) => {
              new PerformanceObserver((list) => {
                for (const entry of list.getEntriesByName('first-contentful-paint'))
                  done(performance.timeOrigin + entry.startTime);
              }).observe({ type: 'paint', buffered: true });
            }),
        );
        times.push(Math.round(paintedAt - startedAt));
      });
    }
    info.annotations.push({ type: 'start to first paint, ms', description: times.join(' ') });
    // The promise is for a machine that has nothing else to do; one that is shared gets its share of time.
    const share = Math.max(1, loadavg()[0]! / availableParallelism());
    console.log(
      `start to first paint: ${times.join(', ')} ms, at ${share.toFixed(1)} times the machine's load`,
    );
    expect(Math.min(...times)).toBeLessThan(2000 * share);
  });

  test('comes under the strict policy with a nonce of its own each time', async ({ page }) => {
    const nonces = new Set<string>();
    for (let load = 0; load < 2; load += 1) {
      const response = await page.reload();
      const policy = response?.headers()['content-security-policy'] ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("connect-src 'none'");
      expect(policy).not.toContain('unsafe');
      const nonce = await page
        .locator('meta[property="csp-nonce"]')
        .evaluate((meta: HTMLMetaElement) => meta.nonce);
      expect(policy).toContain(`'nonce-${nonce}'`);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(2);
  });

  test('refuses inline script, foreign style and every connection, and lets its own style in', async ({
    page,
  }) => {
    await page.evaluate(() => {
      window.heard = [];
      document.addEventListener('securitypolicyviolation', (event) =>
        window.heard.push(event.effectiveDirective),
      );
    });
    const outcome = await page.evaluate(async () => {
      const add = (text: string, nonce: string): HTMLStyleElement => {
        const style = document.createElement('style');
        style.nonce = nonce;
        style.textContent = text;
        document.head.append(style);
        return style;
      };
      add('body { outline: 3px solid red }', 'guessed');
      const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
      const own = add('body { letter-spacing: 7px }', nonce);
      const { letterSpacing, outlineWidth } = getComputedStyle(document.body);
      own.remove();
      const fetched = await fetch('app://ferry/index.html').then(
        () => 'fetched',
        () => 'refused',
      );
      let html = 'assigned';
      try {
        document.createElement('div').innerHTML = '<img src=x onerror=alert(1)>';
      } catch {
        html = 'refused';
      }
      return { fetched, html, letterSpacing, isOutlined: outlineWidth === '3px' };
    });
    expect(outcome).toEqual({ fetched: 'refused', html: 'refused', letterSpacing: '7px', isOutlined: false });
    await expect
      .poll(() => page.evaluate(() => window.heard))
      .toEqual(expect.arrayContaining(['style-src-elem', 'connect-src', 'require-trusted-types-for']));
  });
});

test.describe('the window stays where it is', () => {
  test('navigation, new windows, frames and permissions are denied', async ({ page, app }) => {
    for (const address of ['https://example.com/', 'file:///etc/passwd', 'app://other/']) {
      await page.evaluate((to) => window.location.assign(to), address);
      await page.evaluate((to) => {
        const link = document.createElement('a');
        link.href = to;
        document.body.append(link);
        link.click();
        link.remove();
      }, address);
    }
    expect(await page.evaluate(() => window.open('https://example.com/') === null)).toBe(true);
    expect(await page.evaluate(() => Notification.requestPermission())).toBe('denied');
    // Playwright's own waiting counts a navigation that was denied as one under way, so the app itself is asked.
    const shown = await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map(({ webContents }) => [webContents.getURL(), webContents.getTitle()]),
    );
    expect(shown).toEqual([['app://ferry/', 'OSS Ferry']]);
    expect(await page.evaluate(() => document.title)).toBe('OSS Ferry');
  });

  test('a second start ends by itself and brings the first window up', async ({ page, app, userData }) => {
    const frame = await app.browserWindow(page);
    await frame.evaluate((shown: BrowserWindow) => shown.minimize());
    const told = app.evaluate(
      ({ app: electron }) =>
        new Promise<string>((done) => electron.once('second-instance', () => done('told'))),
    );
    const [program, folder] = await app.evaluate(({ app: electron }): [string, string] => [
      process.execPath,
      electron.getAppPath(),
    ]);
    const second = spawn(program, [folder, '--no-sandbox', `--user-data-dir=${userData}`]);
    const code = await new Promise((done) => second.once('exit', done));
    expect(code).toBe(0);
    expect(await told).toBe('told');
    expect(await frame.evaluate((shown: BrowserWindow) => shown.isMinimized())).toBe(false);
  });
});

test.describe('what is kept', () => {
  test('bounds and theme are there again, and the ground has the colour of the theme', async ({
    userData,
  }) => {
    const bounds = { x: 60, y: 50, width: 940, height: 610 };
    await withApp({ userData }, async (page, app) => {
      const frame = await app.browserWindow(page);
      await frame.evaluate((shown: BrowserWindow, to) => shown.setBounds(to), bounds);
      await page.evaluate(() => window.ferry.call('settings.set', { theme: 'dark' }));
    });
    await withApp({ userData }, async (page, app) => {
      const frame = await app.browserWindow(page);
      expect(await frame.evaluate((shown: BrowserWindow) => shown.getNormalBounds())).toEqual(bounds);
      expect(await frame.evaluate((shown: BrowserWindow) => shown.getBackgroundColor())).toBe('#15181A');
      expect(await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(true);
    });
  });

  test('a settings file that is not JSON is set aside, and the window is told', async ({ userData }) => {
    mkdirSync(userData, { recursive: true });
    writeFileSync(join(userData, 'settings.json'), '{"settings": {');
    await withApp({ userData }, async (page) => {
      const info = await page.evaluate(() => window.ferry.call('app.info', {}));
      expect(info).toMatchObject({ ok: true, value: { notices: [{ id: 'settings' }] } });
      expect(await page.evaluate(() => window.ferry.call('settings.set', { connections: 5 }))).toMatchObject({
        ok: true,
      });
    });
    const [aside] = readdirSync(userData).filter((name) => name.startsWith('settings.json.bad-'));
    expect(readFileSync(join(userData, aside ?? ''), 'utf8')).toBe('{"settings": {');
    await withApp({ userData }, async (page) => {
      expect(await page.evaluate(() => window.ferry.call('settings.get', {}))).toMatchObject({
        ok: true,
        value: { connections: 5 },
      });
    });
  });

  test('a profile file gives the current destination; one with an unknown field gives a sentence', async ({
    folder,
  }) => {
    const profile = {
      name: 'From a file',
      region: 'cn-hangzhou',
      bucket: 'sandbox',
      authorization: { kind: 'token-server', url: 'http://127.0.0.1:9/get_sts_token' },
    };
    const good = join(folder, 'good.json');
    const bad = join(folder, 'bad.json');
    writeFileSync(good, JSON.stringify(profile));
    writeFileSync(bad, JSON.stringify({ ...profile, buckte: 'x' }));
    await withApp({ userData: join(folder, 'a'), environment: { OSS_FERRY_PROFILE: good } }, async (page) => {
      const settings = await page.evaluate(() => window.ferry.call('settings.get', {}));
      const list = await page.evaluate(() => window.ferry.call('destinations.list', {}));
      expect(list).toMatchObject({ ok: true, value: [{ profile: { name: 'From a file' } }] });
      const [first] = list.ok ? list.value : [];
      expect(settings).toMatchObject({ ok: true, value: { currentDestinationId: first?.destinationId } });
    });
    await withApp({ userData: join(folder, 'b'), environment: { OSS_FERRY_PROFILE: bad } }, async (page) => {
      const info = await page.evaluate(() => window.ferry.call('app.info', {}));
      const [notice] = info.ok ? info.value.notices : [];
      expect(notice).toMatchObject({ code: 'profile-invalid', values: { file: bad } });
      expect(notice?.detail).toContain('buckte');
      await expect(page.getByText(`The profile ${bad} is not valid.`)).toBeVisible();
    });
  });
});

test.describe('processes', () => {
  test('the engine alone is killed: the window stays and says that it is back', async ({ page, app }) => {
    await expect.poll(() => engineStatus(page)).toMatchObject({ kind: 'running', restarts: 0 });
    await page.evaluate(() => {
      window.heard = [];
      window.ferry.subscribe('engine.status', (status) => window.heard.push(status));
    });
    const first = await killEngine(app);
    await expect
      .poll(() => page.evaluate(() => window.heard))
      .toMatchObject([{ kind: 'restarting' }, { kind: 'running', restarts: 1 }]);
    expect(await engineStatus(page)).toMatchObject({ kind: 'running', restarts: 1 });
    const second = await enginePid(app);
    expect(second).not.toBeNull();
    expect(second).not.toBe(first);
    expect(isAlive(first)).toBe(false);
  });

  test('the whole tree is killed, nothing stays, and the next start works', async ({ userData }) => {
    const app = await launchApp({ userData });
    const page = await app.firstWindow();
    await expect.poll(() => engineStatus(page)).toMatchObject({ kind: 'running' });
    const tree = mainProcessTree(app.process().pid ?? 0);
    expect(tree).toContain(await enginePid(app));
    await killApp(app);
    await expect.poll(() => tree.filter(isAlive)).toEqual([]);
    await withApp({ userData }, async (again) => {
      await expect.poll(() => engineStatus(again)).toMatchObject({ kind: 'running' });
    });
  });

  test('main alone is killed: the engine does not live on', async ({ userData }) => {
    const app = await launchApp({ userData });
    const page = await app.firstWindow();
    await expect.poll(() => engineStatus(page)).toMatchObject({ kind: 'running' });
    const engine = (await enginePid(app)) ?? 0;
    const gone = app.waitForEvent('close');
    app.process().kill('SIGKILL');
    await gone;
    await expect.poll(() => isAlive(engine)).toBe(false);
  });

  test('a normal end leaves no process', async ({ userData }) => {
    const app = await launchApp({ userData });
    const page = await app.firstWindow();
    await expect.poll(() => engineStatus(page)).toMatchObject({ kind: 'running' });
    const tree = mainProcessTree(app.process().pid ?? 0);
    await app.close();
    await expect.poll(() => tree.filter(isAlive)).toEqual([]);
  });
});

test.describe('the language', () => {
  const menuOf = (app: ElectronApplication) =>
    app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label));
  const rootLanguage = (page: Page) => page.evaluate(() => document.documentElement.lang);

  test('is the system’s, and the one that is chosen in the settings at once and from then on', async ({
    userData,
  }) => {
    await withApp({ userData, environment: { LANGUAGE: 'ja' } }, async (page, app) => {
      await expect(
        page.getByRole('heading', { name: 'ファイルのアップロード先を設定してください' }),
      ).toBeVisible();
      expect(await rootLanguage(page)).toBe('ja');
      expect(await menuOf(app)).toContain('表示');
      await page.keyboard.press('Control+,');
      await page.getByRole('radio', { name: '简体中文' }).check();
      await expect(page.getByRole('dialog', { name: '设置' })).toBeVisible();
      expect(await rootLanguage(page)).toBe('zh-CN');
      await expect.poll(() => menuOf(app)).toContain('视图');
      await page.getByRole('radiogroup', { name: '语言' }).getByLabel('跟随系统').check();
      await expect(page.getByRole('dialog', { name: '設定' })).toBeVisible();
      await page.getByRole('radio', { name: '简体中文' }).check();
      await page.getByRole('button', { name: '完成' }).click();
    });
    await withApp({ userData, environment: { LANGUAGE: 'ja' } }, async (page, app) => {
      await expect(page.getByRole('heading', { name: '您的文件要上传到哪里？' })).toBeVisible();
      expect(await menuOf(app)).toContain('视图');
    });
  });
});
