import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, test as base, type ElectronApplication, type Locator, type Page } from '@playwright/test';

const root = resolve(__dirname, '../../..');

export interface LaunchOptions {
  /** The app's settings and queue; kept between launches that name the same folder. */
  readonly userData: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What the system hands over, a link for example. */
  readonly handed?: readonly string[];
}

/** Starts the built app. The runtime is found by the electron package, as `npm test` has set it. */
export function launchApp({
  userData,
  environment = {},
  handed = [],
}: LaunchOptions): Promise<ElectronApplication> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[0] !== 'ELECTRON_RUN_AS_NODE',
  );
  return _electron.launch({
    args: [root, `--user-data-dir=${userData}`, ...handed],
    cwd: root,
    // Playwright would pretend a light system to the page.
    colorScheme: null,
    // The tests read English words, whatever the machine speaks.
    env: { ...Object.fromEntries(inherited), LANGUAGE: 'en', ...environment },
  });
}

export interface Fixtures {
  readonly folderPrefix: string;
  /** A folder of this test's own, gone afterwards. */
  readonly folder: string;
  readonly userData: string;
  readonly app: ElectronApplication;
  readonly page: Page;
}

export const test = base.extend<Fixtures>({
  folderPrefix: ['oss-ferry-e2e-', { option: true }],
  folder: async ({ folderPrefix }, use) => {
    const folder = mkdtempSync(join(tmpdir(), folderPrefix));
    await use(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  },
  userData: async ({ folder }, use) => use(join(folder, 'user-data')),
  app: async ({ userData }, use) => {
    const app = await launchApp({ userData });
    await use(app);
    await app.close();
  },
  page: async ({ app }, use) => {
    const page = await app.firstWindow();
    await page.waitForLoadState('domcontentloaded');
    await use(page);
  },
});
export { expect } from '@playwright/test';

type DragStep = 'dragEnter' | 'dragOver' | 'drop';

async function drag(
  page: Page,
  paths: readonly string[],
  target: Locator | undefined,
  steps: readonly DragStep[],
): Promise<void> {
  const box = await (target ?? page.locator('body')).boundingBox();
  if (box === null) throw new Error('there is nothing to drop on');
  const at = { x: box.x + box.width / 2, y: box.y + Math.min(box.height / 2, 300) };
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  const session = await page.context().newCDPSession(page);
  for (const type of steps) await session.send('Input.dispatchDragEvent', { type, ...at, data });
  await session.detach();
}

/** Drops files and folders of the disk on an element (the whole page when none is given), as a file browser does. */
export function dropPaths(page: Page, paths: readonly string[], target?: Locator): Promise<void> {
  return drag(page, paths, target, ['dragEnter', 'dragOver', 'drop']);
}

/** Holds files over the page without letting go. */
export function holdPaths(page: Page, paths: readonly string[], target?: Locator): Promise<void> {
  return drag(page, paths, target, ['dragEnter', 'dragOver']);
}

/** Takes held files away again: what a page hears when the pointer leaves the window. */
export function takePathsAway(page: Page): Promise<void> {
  // Chromium's own dragCancel ends the drag without telling the page.
  return page.evaluate(() => {
    document.body.dispatchEvent(new DragEvent('dragleave', { bubbles: true, relatedTarget: null }));
  });
}
