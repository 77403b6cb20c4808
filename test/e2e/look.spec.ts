import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import type { BrowserWindow } from 'electron';
import { setFaults } from './support/admin';
import { dropPaths, expect, holdPaths, takePathsAway } from './support/app';
import { violationsOf } from './support/axe';
import {
  batchRow,
  expectState,
  fileIn,
  itemRow,
  openDesk,
  partsStored,
  slowly,
  test,
} from './support/open-app';
import { CUP, sixPortraits } from './support/pictures';
import { bytesOf } from './support/trees';

const pictures = resolve(__dirname, '../../out/look');
const MB = 1_000_000;

async function inTheme(page: Page, theme: 'light' | 'dark'): Promise<void> {
  await page.evaluate((to) => window.ferry.call('settings.set', { theme: to }), theme);
  await expect
    .poll(() => page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches))
    .toBe(theme === 'dark');
}

/** Without motion no picture is taken halfway, and axe judges what stands. */
const still = (page: Page): Promise<void> => page.emulateMedia({ reducedMotion: 'reduce' });

async function sized(app: ElectronApplication, page: Page, width: number, height: number): Promise<void> {
  const frame = await app.browserWindow(page);
  await frame.evaluate((shown: BrowserWindow, size) => shown.setContentSize(size.width, size.height), {
    width,
    height,
  });
  await expect.poll(() => page.evaluate(() => window.innerWidth)).toBe(width);
  await still(page);
}

async function inLanguage(page: Page, language: 'en' | 'zh-CN' | 'ja'): Promise<void> {
  await page.evaluate((to) => window.ferry.call('settings.set', { language: to }), language);
  await expect(page.locator('html')).toHaveAttribute('lang', new RegExp(`^${language}`));
}

/** Pictures a scene in the other languages; their colours are those of English, so axe looks where it is told to. */
async function lookAbroad(page: Page, scene: string, axe: 'axe' | 'no-axe' = 'no-axe'): Promise<void> {
  for (const language of ['zh-CN', 'ja'] as const) {
    await inLanguage(page, language);
    for (const theme of ['light', 'dark'] as const) {
      await inTheme(page, theme);
      await page.screenshot({ path: join(pictures, `${scene}.${language}.${theme}.png`) });
    }
    if (axe === 'axe') expect(await violationsOf(page), `${scene} in ${language}`).toEqual([]);
  }
  await inLanguage(page, 'en');
}

/** Pictures a scene in both themes and lets axe judge it. */
async function look(page: Page, scene: string): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await inTheme(page, theme);
    await page.screenshot({ path: join(pictures, `${scene}.${theme}.png`) });
    // The small window has other measures, not other colours.
    if (scene.endsWith('.820') && theme === 'dark') continue;
    expect(await violationsOf(page), `${scene} in ${theme}`).toEqual([]);
  }
}

function queueFolder(folder: string): string {
  const root = join(folder, 'shanghai-day-3');
  mkdirSync(join(root, '音声'), { recursive: true });
  mkdirSync(join(root, 'stills'));
  for (const name of [
    'A001_C014_0412.mov',
    'A001_C015_0412.mov',
    'A001_C017_0412_a_name_that_is_too_long_for_its_column_by_far.mov',
  ])
    fileIn(root, name, 60 * MB);
  for (let n = 71; n < 79; n += 1) fileIn(root, `stills/IMG_44${n}.CR3`, n * 10_007);
  writeFileSync(join(root, 'stills/empty.txt'), '');
  writeFileSync(join(root, 'note.txt'), 'seven b');
  fileIn(root, '音声/现场收音_01.wav', 3 * MB);
  return root;
}

test.setTimeout(120_000);
test.beforeAll(() => mkdirSync(pictures, { recursive: true }));

test('the first run and its form', async ({ folder, userData }) => {
  const { app, page } = await openDesk(userData);
  try {
    await sized(app, page, 1180, 760);
    await look(page, 'first-run');
    await page.getByRole('button', { name: 'Paste credentials' }).click();
    await look(page, 'first-run-paste');
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('button', { name: 'Connect to your organisation' }).click();
    await page.getByLabel('Bucket').fill('Team-Media');
    await page.getByLabel('Prefix').fill('/ingest');
    await page.getByLabel('Reached by').selectOption('Another address');
    await page.getByLabel('Endpoint').fill('http://oss.example.com');
    await page.getByRole('button', { name: 'Save and begin' }).click();
    await look(page, 'first-run-wrong');
    await lookAbroad(page, 'first-run-wrong');
    await holdPaths(page, [fileIn(folder, 'x.txt', 1)]);
    await look(page, 'drop-refused');
    await takePathsAway(page);
    await sized(app, page, 820, 520);
    await look(page, 'first-run.820');
  } finally {
    await app.close();
  }
});

test('the empty queue, a drop over it, settings and a destination’s form', async ({
  folder,
  desk: { app, page },
}) => {
  await sized(app, page, 1180, 760);
  await look(page, 'empty');
  await holdPaths(page, [fileIn(folder, 'x.txt', 1)]);
  await look(page, 'drop');
  await takePathsAway(page);
  await page.getByRole('button', { name: 'Settings' }).click();
  await look(page, 'settings');
  await lookAbroad(page, 'settings');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Change Sandbox' }).click();
  await look(page, 'destination');
  for (const part of ['Objects', 'Upload callback']) await page.getByText(part, { exact: true }).click();
  await page.getByLabel('Tags').fill('a&b=1');
  await page.getByLabel('Callback address').fill('https://example.com/done');
  await page.getByLabel('Told again at').fill('http://example.com/notice');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByLabel('Storage class').scrollIntoViewIfNeeded();
  await look(page, 'destination-objects');
  await lookAbroad(page, 'destination-objects');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await sized(app, page, 820, 520);
  await look(page, 'empty.820');
});

test('the queue with all that can happen in it', async ({ folder, cloud, desk: { app, page } }) => {
  await sized(app, page, 1180, 760);
  await setFaults(cloud, [{ operation: 'PutObject', fault: 'status', status: 403, code: 'AccessDenied' }]);
  const raw = join(folder, 'raw');
  mkdirSync(raw);
  for (let n = 93; n < 99; n += 1) fileIn(raw, `DSC_00${n}.NEF`, 482_000 + n);
  await dropPaths(page, [raw]);
  await expect(batchRow(page)).toContainText('6 failed');
  await setFaults(cloud, []);
  const portraits = join(folder, 'press-portraits');
  mkdirSync(portraits);
  for (let n = 0; n < 24; n += 1) fileIn(portraits, `portrait ${n}.jpg`, 8_800 * (n + 1));
  await dropPaths(page, [portraits]);
  await expect(batchRow(page, 'press-portraits')).toContainText('Verified · 24 of 24');
  await dropPaths(page, [portraits]);
  await expect(batchRow(page, 'press-portraits').first()).toContainText('Verified · 24 of 24');
  await slowly(page, cloud, 250);
  const timeline = join(folder, 'timeline.prproj');
  writeFileSync(timeline, bytesOf('timeline', 20 * MB));
  await dropPaths(page, [timeline]);
  await partsStored(cloud, 1);
  appendFileSync(timeline, 'x');
  await expectState(itemRow(page, 'timeline.prproj'), 'source-changed');
  await setFaults(cloud, [
    { operation: 'PutObject', skip: 4, count: 2, fault: 'status', status: 403, code: 'AccessDenied' },
    { operation: 'UploadPart', fault: 'delay', ms: 900 },
  ]);
  await dropPaths(page, [queueFolder(folder)]);
  await partsStored(cloud, 5);
  await itemRow(page, 'C015').click();
  await page.keyboard.press('Space');
  await look(page, 'queue');
  await lookAbroad(page, 'queue', 'axe');
  await sized(app, page, 820, 520);
  await look(page, 'queue.820');
  await lookAbroad(page, 'queue.820');
  await sized(app, page, 1180, 760);
  await itemRow(page, 'C014').dblclick();
  await expect(page.getByRole('img', { name: /^Parts/ })).toBeVisible();
  await look(page, 'detail');
  await lookAbroad(page, 'detail');
  await sized(app, page, 820, 520);
  await look(page, 'detail.820');
  await sized(app, page, 1180, 760);
  await page.keyboard.press('Escape');
  await holdPaths(page, [timeline]);
  await look(page, 'drop-over-queue');
  await takePathsAway(page);
  await itemRow(page, 'C014').click({ button: 'right' });
  await look(page, 'menu');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Delete');
  await look(page, 'cancel');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Needs you' }).click();
  await page.getByRole('button', { name: 'Copy request for admin' }).click();
  await page.getByRole('button', { name: 'Details' }).first().click();
  await page.getByRole('button', { name: 'Details' }).last().click();
  await look(page, 'needs');
  await sized(app, page, 820, 520);
  await look(page, 'needs.820');
  await lookAbroad(page, 'needs.820');
});

test('a queue of 10,000 files', async ({ folder, cloud, desk: { app, page } }) => {
  await sized(app, page, 1180, 760);
  await setFaults(cloud, [{ operation: 'PutObject', fault: 'delay', ms: 50 }]);
  const root = join(folder, 'scans-2019');
  for (let box = 0; box < 20; box += 1) {
    mkdirSync(join(root, `box-${box}`), { recursive: true });
    for (let n = 0; n < 500; n += 1) writeFileSync(join(root, `box-${box}/${n}.txt`), String(n));
  }
  await dropPaths(page, [root]);
  await expect(batchRow(page)).toContainText('10,000 files', { timeout: 20_000 });
  await batchRow(page).click();
  await page.keyboard.press('ArrowRight');
  await expect(itemRow(page, 'box-0/').first()).toBeVisible();
  await look(page, 'long');
  await page.keyboard.press('End');
  await expect(page.locator('[role="row"][aria-rowindex="10002"]')).toBeFocused();
  await expect(page.locator('[role="row"][aria-rowindex="10002"]')).toHaveAttribute('aria-busy', 'false');
  await look(page, 'long-end');
});

test('faces: in pictures, on this device, in a form', async ({ folder, desk: { app, page } }) => {
  await sized(app, page, 1180, 760);
  await page.keyboard.press('Control+4');
  await look(page, 'faces-empty');
  await page.keyboard.press('Control+1');
  await dropPaths(page, [await sixPortraits(folder), CUP]);
  await expectState(itemRow(page, 'six-portraits.jpg'), 'done');
  await itemRow(page, 'six-portraits.jpg').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Look on this device' }).click();
  await itemRow(page, 'six-portraits.jpg').dblclick();
  await expect(page.locator('.faces-section .facebox').first()).toBeVisible({ timeout: 30_000 });
  await look(page, 'faces-detail');
  await page.keyboard.press('Control+4');
  await expect(page.locator('.stage .facebox').first()).toBeVisible();
  await look(page, 'faces');
  await page.getByRole('button', { name: 'Contact sheet' }).click();
  await expect(page.locator('.tile canvas[data-drawn]').first()).toBeVisible();
  await look(page, 'faces-sheet');
  await page.getByRole('button', { name: 'One picture' }).click();
  await sized(app, page, 820, 520);
  await look(page, 'faces.820');
  await sized(app, page, 1180, 760);
  await page.getByRole('button', { name: 'Change Sandbox' }).click();
  await page.getByRole('switch', { name: 'Ask IMM for faces after upload' }).click();
  await page.getByRole('switch', { name: 'Look for faces on this device before upload' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByLabel('IMM project')).toBeFocused();
  await look(page, 'faces-form');
});

test('check my setup: under way, refused, and as it should be', async ({ cloud, desk: { app, page } }) => {
  await sized(app, page, 1180, 760);
  await setFaults(cloud, [{ operation: 'InitiateMultipartUpload', fault: 'delay', ms: 20_000 }]);
  await page.getByRole('button', { name: 'Change Sandbox' }).click();
  await page.getByRole('button', { name: 'Check my setup' }).click();
  await expect(page.locator('[data-check="initiate"]')).toHaveAttribute('data-state', 'running');
  await look(page, 'doctor-running');
  await page.getByRole('button', { name: 'Stop' }).click();
  await setFaults(cloud, [
    { operation: 'HeadObject', fault: 'status', status: 403, code: 'AccessDenied' },
    { operation: 'InitiateMultipartUpload', fault: 'status', status: 403, code: 'AccessDenied' },
    { operation: '*', fault: 'clock-offset', ms: 5 * 3_600_000 },
  ]);
  await page.getByRole('button', { name: 'Check again' }).click();
  await expect(page.locator('[data-verdict="fail"]')).toBeVisible({ timeout: 30_000 });
  await look(page, 'doctor-refused');
  await lookAbroad(page, 'doctor-refused', 'axe');
  await sized(app, page, 820, 520);
  await look(page, 'doctor-refused.820');
  await sized(app, page, 1180, 760);
  await setFaults(cloud, []);
  await page.getByRole('button', { name: 'Check again' }).click();
  await expect(page.locator('[data-verdict="proof"]')).toBeVisible({ timeout: 30_000 });
  await look(page, 'doctor');
  await lookAbroad(page, 'doctor');
});
