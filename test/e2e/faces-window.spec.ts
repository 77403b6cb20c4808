/** What one does with a picture on the stage, which pictures are shown, and where IMM cannot be asked. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import sharp, { type Sharp } from 'sharp';
import { dropPaths, expect } from './support/app';
import { violationsOf } from './support/axe';
import { batchRow, clipboardOf, expectState, itemRow, openDesk } from './support/open-app';
import { AFTER_UPLOAD, facesOf, immAsked, LOOK_MS, test } from './support/open-faces-app';
import { PORTRAIT, sixPortraits } from './support/pictures';

const pictures = resolve(__dirname, '../../out/look');

test.setTimeout(120_000);
test.beforeAll(() => mkdirSync(pictures, { recursive: true }));

const pane = (page: Page): Locator => page.getByRole('complementary', { name: 'Faces' });
const boxes = (page: Page): Locator => page.locator('.stage .facebox');
const rows = (page: Page): Locator => page.locator('.face-list .face-row');

/** Where a box lies within the photograph, in shares of it, and how wide the photograph is on the screen. */
const standing = (page: Page, position: number) =>
  page.evaluate((at) => {
    const photo = document.querySelector('.stage .photo')?.getBoundingClientRect();
    const box = document.querySelector(`.stage .facebox[data-face="${at}"]`)?.getBoundingClientRect();
    if (photo === undefined || box === undefined) throw new Error('there is no picture with such a box');
    return {
      shares: [
        (box.left - photo.left) / photo.width,
        (box.top - photo.top) / photo.height,
        box.width / photo.width,
        box.height / photo.height,
      ],
      photo: { left: photo.left, top: photo.top, width: photo.width },
    };
  }, position);

function expectSame(shares: readonly number[], before: readonly number[]): void {
  shares.forEach((share, index) => expect(Math.abs(share - (before[index] ?? Infinity))).toBeLessThan(0.004));
}

test('boxes stay on their faces through zoom and pan, and are tied to the rows of the list', async ({
  folder,
  open,
}) => {
  const desk = await open({ faces: AFTER_UPLOAD });
  const { page } = desk;
  await dropPaths(page, [await sixPortraits(folder)]);
  await facesOf(page, 'With faces', 1);
  await expect(boxes(page)).toHaveCount(6);
  const fit = await standing(page, 1);

  await page.locator('.stage .view').focus();
  for (let press = 0; press < 4; press += 1) await page.keyboard.press('+');
  const near = await standing(page, 1);
  expect(near.photo.width).toBeGreaterThan(fit.photo.width * 1.5);
  expectSame(near.shares, fit.shares);
  await page.keyboard.press('ArrowRight');
  const panned = await standing(page, 1);
  expect(panned.photo.left).not.toBe(near.photo.left);
  expectSame(panned.shares, fit.shares);
  await page.keyboard.press('0');
  expect((await standing(page, 1)).photo).toEqual(fit.photo);

  await rows(page).nth(2).hover();
  await expect(page.locator('.stage .facebox.lit')).toHaveAttribute('data-face', '2');
  await page.locator('.stage .facebox[data-face="4"]').hover();
  await expect(page.locator('.face-list .face-row.lit')).toHaveAttribute('data-face', '4');
  await page.locator('.face-list').focus();
  await page.keyboard.press('End');
  await expect(page.locator('.stage .facebox.lit')).toHaveAttribute('data-face', '5');
  await page.keyboard.press('Home');
  await page.locator('.stage .view').focus();
  await page.keyboard.press('Tab');
  await expect(page.locator('.stage .facebox.on')).toHaveAttribute('data-face', '1');
  await expect(page.locator('.face-list [aria-selected="true"]')).toHaveAttribute('data-face', '1');
  const tones = await boxes(page).evaluateAll((all) =>
    all.map((box) => getComputedStyle(box).borderTopColor),
  );
  expect(new Set(tones).size).toBe(6);

  const list = page.getByRole('listbox', { name: 'Faces, with estimates' });
  await expect(list.getByRole('option')).toHaveCount(6);
  await expect(page.locator('.stage').getByRole('option', { name: /^Face 1 of 6: / })).toHaveCount(1);
  expect(await violationsOf(page)).toEqual([]);

  await page.keyboard.press('b');
  await expect(boxes(page)).toHaveCount(0);
  await page.keyboard.press('b');
  await page.getByRole('button', { name: 'Copy result as JSON' }).click();
  const raw = JSON.parse(await clipboardOf(desk)) as { RequestId: string; Faces: unknown[] };
  expect(raw.Faces).toHaveLength(6);
  expect(raw.RequestId).not.toBe('');
  await pane(page).getByRole('button', { name: 'Clear result' }).click();
  await expect(page.getByText('No faces yet')).toBeVisible();
  await page.keyboard.press('Control+1');
  await expectState(itemRow(page, 'six-portraits.jpg'), 'done');
});

/** A picture of each kind, by the name that says it. */
const SHOWN: readonly (readonly [name: string, make: (picture: Sharp) => Sharp])[] = [
  ['a.png', (picture) => picture.png()],
  ['b.webp', (picture) => picture.webp()],
  ['c.avif', (picture) => picture.avif({ effort: 0 })],
];

test('what is shown: PNG, WebP, AVIF, of a GIF the first frame; TIFF and HEIC are said to have no preview', async ({
  folder,
  open,
}) => {
  const source = join(folder, 'kinds');
  mkdirSync(source);
  const small = await sharp(PORTRAIT).resize(300).png().toBuffer();
  for (const [name, make] of SHOWN) await make(sharp(small)).toFile(join(source, name));
  const blue = { create: { width: 300, height: 300, channels: 3 as const, background: '#003399' } };
  const frames = [small, await sharp(blue).png().toBuffer()];
  await sharp(frames, { join: { animated: true } })
    .gif()
    .toFile(join(source, 'd.gif'));
  await sharp(small).tiff().toFile(join(source, 'e.tiff'));
  writeFileSync(join(source, 'f.heic'), `\0\0\0\x18ftypheic\0\0\0\0mif1heic${'x'.repeat(99)}`, 'latin1');

  const { page } = await open({ faces: AFTER_UPLOAD });
  await dropPaths(page, [source]);
  await facesOf(page, 'Failed', 1, 60_000);
  await expect(pane(page)).toContainText('Pictures of this format cannot be looked at.');
  await expect(page.locator('.stage')).toContainText('There is no preview of this format.');
  await facesOf(page, 'With faces', 5, 60_000);
  const choose = async (name: string): Promise<void> => {
    await page.locator('.thumb').filter({ hasText: name }).click();
    await expect(pane(page).locator('.title')).toContainText(name);
  };
  for (const name of ['a.png', 'b.webp', 'c.avif', 'd.gif']) {
    await choose(name);
    await expect(boxes(page)).toHaveCount(1);
    const image = page.locator('.stage .photo img');
    // The corner of the portrait is a flag; the second frame of the GIF is blue all over.
    await expect
      .poll(() =>
        image.evaluate((element: HTMLImageElement) => {
          const canvas = document.createElement('canvas');
          canvas.width = canvas.height = 8;
          const context = canvas.getContext('2d');
          context?.drawImage(element, 0, 0, 8, 8);
          const data = context?.getImageData(0, 0, 8, 8).data ?? [];
          return new Set([...data].filter((_, index) => index % 4 === 0)).size;
        }),
      )
      .toBeGreaterThan(8);
  }
  await choose('e.tiff');
  await expect(pane(page)).toContainText('1 face');
  await expect(page.locator('.stage')).toContainText('There is no preview of this format.');
  await expect(page.locator('.stage')).toContainText('HEIC, TIFF and some others cannot be shown here.');
  await page.screenshot({ path: join(pictures, 'faces-no-preview.png') });

  await page.getByRole('button', { name: 'Clear results' }).click();
  const sheet = page.getByRole('dialog', { name: 'Clear the results of 6 pictures?' });
  await sheet.getByRole('button', { name: 'Keep' }).click();
  await expect(boxes(page).or(page.locator('.no-picture')).first()).toBeVisible();
  await page.getByRole('button', { name: 'Clear results' }).click();
  await sheet.getByRole('button', { name: 'Clear results' }).click();
  await expect(page.getByText('No faces yet')).toBeVisible();
  await page.keyboard.press('Control+1');
  await expectState(batchRow(page), 'done');
});

for (const [kind, route] of [
  ['signed-url', 'sign_upload_url'],
  ['post-policy', 'get_post_policy'],
] as const)
  test(`${kind}: this device alone looks, and why is said`, async ({ cloud, open }) => {
    const profile = JSON.parse(readFileSync(cloud.profileFile, 'utf8')) as Record<string, unknown>;
    const authorization = { kind, url: `${cloud.appServer.announced.url}/${route}` };
    writeFileSync(cloud.profileFile, JSON.stringify({ ...profile, authorization }));
    const { page } = await open({ faces: AFTER_UPLOAD });
    await dropPaths(page, [PORTRAIT]);
    const row = itemRow(page, 'portrait.jpg');
    await expectState(row, 'done');
    await row.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Look on this device' }).click();
    await facesOf(page, 'With faces', 1);
    await expect(pane(page)).toContainText('found on this device');
    await expect(pane(page)).toContainText(
      'Signed URLs and post policies leave no credentials on this computer, so IMM cannot be asked.',
    );
    await expect(pane(page).getByRole('button', { name: 'Look for faces' })).toHaveCount(0);
    expect(await immAsked(cloud)).toBe(0);
  });

test('before the upload this device looks where it is asked to, and nothing is sent', async ({
  cloud,
  gate,
  userData,
}) => {
  const profile = JSON.parse(readFileSync(cloud.profileFile, 'utf8')) as Record<string, unknown>;
  const authorization = { kind: 'token-server', url: gate.url };
  const { imm: endpoint, immProject: project } = cloud.sandbox.announced;
  const faces = { imm: { project, endpoint }, faces: AFTER_UPLOAD };
  writeFileSync(cloud.profileFile, JSON.stringify({ ...profile, authorization, ...faces }));
  const { app, page } = await openDesk(userData, cloud.profileFile);
  await dropPaths(page, [PORTRAIT]);
  const row = itemRow(page, 'portrait.jpg');
  await expectState(row, 'credentials');
  await row.click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Look on this device' }).click();
  await facesOf(page, 'With faces', 1);
  await expect(boxes(page)).toHaveCount(1, { timeout: LOOK_MS });
  await expect(pane(page)).toContainText('Not uploaded yet');
  await expect(pane(page)).toContainText('IMM reads pictures in the bucket, and this one is not there yet.');
  expect(await immAsked(cloud)).toBe(0);
  await app.close();
});
