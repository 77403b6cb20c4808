/** Destinations that go to others and come from them: as a link, as a file, as a copy. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { profileLink, profileOfLink } from '../../src/host/destinations/share-profile';
import { profileSchema } from '../../src/shared/profile';
import { objectsIn } from './support/admin';
import { dropPaths, expect, launchApp } from './support/app';
import { violationsOf } from './support/axe';
import { batchRow, clipboardOf, fileIn, test } from './support/open-app';
import { must } from '../fakes/queue-samples';

const PICTURES = 'out/look';

/** The dialogs of the system answer with this path, or as if they had been closed. */
const dialogsGive = (app: ElectronApplication, path: string | null): Promise<void> =>
  app.evaluate(({ dialog }, given) => {
    const canceled = given === null;
    dialog.showSaveDialog = () => Promise.resolve({ canceled, filePath: given ?? '' });
    dialog.showOpenDialog = () => Promise.resolve({ canceled, filePaths: given === null ? [] : [given] });
  }, path);

const sheet = (page: Page) => page.getByRole('dialog');

test('a link that starts the app is shown first, and its destination works once it was added', async ({
  folder,
  userData,
  cloud,
}) => {
  const profile = profileSchema.parse(JSON.parse(readFileSync(cloud.profileFile, 'utf8')));
  const link = must(profileLink({ ...profile, name: 'Shared studio', prefix: 'uploads/{date}/' }));
  const app = await launchApp({ userData, handed: [link] });
  try {
    const page = await app.firstWindow();
    await expect(sheet(page).getByRole('heading')).toHaveText('Add Shared studio?');
    const { url } = profile.authorization as { url: string };
    for (const part of [profile.bucket, profile.endpoint ?? '', url, 'uploads/{date}/', 'sandbox'])
      await expect(sheet(page)).toContainText(part);
    expect(await page.evaluate(() => window.ferry.call('destinations.list', {}))).toEqual({
      ok: true,
      value: [],
    });
    expect(await violationsOf(page)).toEqual([]);
    await page.screenshot({ path: `${PICTURES}/proposal.png` });
    await sheet(page).getByRole('button', { name: 'Add destination' }).click();
    await expect(sheet(page)).toHaveCount(0);
    await dropPaths(page, [fileIn(folder, 'first.txt', 12)]);
    await expect(batchRow(page)).toContainText('Verified · 1 of 1', { timeout: 20_000 });
    const now = new Date();
    const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()]
      .map((part) => String(part).padStart(2, '0'))
      .join('-');
    expect((await objectsIn(cloud)).map(({ key }) => key)).toEqual([`uploads/${day}/first.txt`]);
  } finally {
    await app.close();
  }
});

test('a second start hands its link to the first, and a link that is wrong says so', async ({
  userData,
  desk: { app, page },
}) => {
  const [program, code] = await app.evaluate(({ app: electron }): [string, string] => [
    process.execPath,
    electron.getAppPath(),
  ]);
  const second = async (link: string): Promise<void> => {
    const started = spawn(program, [code, '--no-sandbox', `--user-data-dir=${userData}`, link]);
    expect(await new Promise((done) => started.once('exit', done))).toBe(0);
  };
  const [known] = await page.evaluate(async () => {
    const reply = await window.ferry.call('destinations.list', {});
    return reply.ok ? reply.value : [];
  });
  if (known === undefined) throw new Error('there is no destination');
  const link = must(profileLink(known.profile));
  await second(link);
  await expect(sheet(page)).toContainText('You have a destination of this name already');
  await page.keyboard.press('Escape');
  await expect(sheet(page)).toHaveCount(0);
  await second(link.slice(0, -30));
  await expect(sheet(page).getByRole('alert')).toContainText('This link is cut off or damaged');
  await page.screenshot({ path: `${PICTURES}/proposal-wrong.png` });
  await sheet(page).getByRole('button', { name: 'Close' }).click();
  await expect(page.locator('[data-destination-id]')).toHaveCount(1);
  expect(app.windows()).toHaveLength(1);
});

test('a destination is exported, copied as a link, duplicated, opened from a file and removed', async ({
  folder,
  desk,
}) => {
  const { app, page } = desk;
  const file = join(folder, 'studio.json');
  await page.getByRole('button', { name: 'Change Sandbox' }).click();
  await dialogsGive(app, null);
  await page.getByRole('button', { name: 'Export' }).click();
  await dialogsGive(app, file);
  await page.getByRole('button', { name: 'Export' }).click();
  await expect(page.getByText('Saved as studio.json. It holds no secret.')).toBeVisible();
  const exported = profileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  expect(exported.name).toBe('Sandbox');
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText('Link copied. It holds no secret.')).toBeVisible();
  expect(profileOfLink(await clipboardOf(desk))).toEqual({ ok: true, value: exported });

  await page.getByRole('button', { name: 'Duplicate' }).click();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Sandbox copy');
  await page.getByLabel('Prefix', { exact: true }).fill('uploads/copy/');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('button', { name: 'Change Sandbox copy' })).toBeVisible();

  writeFileSync(file, JSON.stringify({ ...exported, name: 'From a file', conflict: 'overwrite' }));
  await page.getByRole('button', { name: 'Add destination' }).click();
  await page.getByRole('button', { name: 'Open a destination file' }).click();
  await expect(sheet(page)).toContainText('studio.json describes this destination.');
  await sheet(page).getByRole('button', { name: 'Add destination' }).click();
  await page.getByRole('button', { name: 'Change From a file' }).click();
  await expect(page.getByLabel('If it exists')).toHaveValue('overwrite');
  await page.getByRole('button', { name: 'Remove destination' }).click();
  await sheet(page).getByRole('button', { name: 'Remove destination' }).click();
  await expect(page.getByRole('button', { name: 'Change From a file' })).toHaveCount(0);
});
