import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { aliOss } from '../integration/sandbox/cloud';
import { objectsIn, requestsTo, setFaults, uploadsIn } from './support/admin';
import { dropPaths, expect, holdPaths, takePathsAway } from './support/app';
import type { Cloud } from './support/cloud';
import {
  batchRow,
  clipboardOf,
  expectState,
  fileIn,
  itemRow,
  openDesk,
  partsStored,
  quickly,
  slowly,
  test,
  type Gate,
} from './support/open-app';

const MB = 1_000_000;

/** A folder of films that are sent in parts. */
function films(folder: string, names: readonly string[]): string {
  const root = join(folder, 'films');
  mkdirSync(root, { recursive: true });
  for (const name of names) fileIn(root, name, 60 * MB);
  return root;
}

/** Writes a profile like the cloud's with changes, and gives its file. */
function changedProfile(folder: string, cloud: Cloud, change: Readonly<Record<string, unknown>>): string {
  const profile = JSON.parse(readFileSync(cloud.profileFile, 'utf8')) as Record<string, unknown>;
  const file = join(folder, 'changed.json');
  writeFileSync(file, JSON.stringify({ ...profile, ...change }));
  return file;
}

const keysIn = async (cloud: Cloud): Promise<readonly string[]> =>
  (await objectsIn(cloud)).map(({ key }) => key).sort();

const needs = (page: Page) => page.getByRole('region', { name: 'Needs you' });

test.describe('pause and resume', () => {
  test('of a file, a batch and all, by button and by key', async ({ folder, cloud, desk: { page } }) => {
    await slowly(page, cloud);
    await dropPaths(page, [films(folder, ['a.mov', 'b.mov'])]);
    const [a, b, batch] = [itemRow(page, 'a.mov'), itemRow(page, 'b.mov'), batchRow(page)];
    await partsStored(cloud, 1);

    await a.click();
    await page.keyboard.press('Space');
    await expectState(a, 'paused');
    await expect(a).toContainText('Paused');
    await a.getByRole('button', { name: 'Resume' }).click();
    await expect(a).not.toHaveAttribute('data-state', 'paused');

    await batch.click();
    await page.getByRole('group', { name: 'Selected rows' }).getByRole('button', { name: 'Pause' }).click();
    await expectState(batch, 'paused');
    await expectState(a, 'paused');
    await expectState(b, 'paused');
    await page.keyboard.press('Space');
    await expect(batch).not.toHaveAttribute('data-state', 'paused');

    await page.getByRole('button', { name: 'Pause all' }).click();
    await expectState(batch, 'paused');
    await expect(page.getByRole('contentinfo')).toContainText('Paused');
    await page.keyboard.press('Control+Shift+P');
    await expect(page.getByRole('button', { name: 'Pause all' })).toBeVisible();
    await expect(batch).not.toHaveAttribute('data-state', 'paused');

    await quickly(page, cloud);
    await expect(batch).toContainText('Verified · 2 of 2', { timeout: 30_000 });
    expect(await keysIn(cloud)).toEqual(['uploads/films/a.mov', 'uploads/films/b.mov']);
    expect(await uploadsIn(cloud)).toEqual([]);
  });

  test('what is paused stays so over a quit, and what was half done goes on', async ({
    folder,
    cloud,
    userData,
  }) => {
    const first = await openDesk(userData, cloud.profileFile);
    await slowly(first.page, cloud);
    await dropPaths(first.page, [films(folder, ['a.mov', 'b.mov'])]);
    await partsStored(cloud, 2);
    await itemRow(first.page, 'b.mov').click();
    await first.page.keyboard.press('Space');
    await expectState(itemRow(first.page, 'b.mov'), 'paused');
    await first.app.close();
    expect(await objectsIn(cloud)).toEqual([]);

    const second = await openDesk(userData, cloud.profileFile);
    try {
      await quickly(second.page, cloud);
      await expectState(itemRow(second.page, 'a.mov'), 'done');
      await expectState(itemRow(second.page, 'b.mov'), 'paused');
      await itemRow(second.page, 'b.mov').getByRole('button', { name: 'Resume' }).click();
      await expect(batchRow(second.page)).toContainText('Verified · 2 of 2', { timeout: 30_000 });
      const begun = (await requestsTo(cloud)).filter(
        ({ operation, key }) => operation === 'InitiateMultipartUpload' && key === 'uploads/films/a.mov',
      );
      expect(begun).toHaveLength(1);
    } finally {
      await second.app.close();
    }
  });
});

test.describe('cancel', () => {
  test('asks for stored parts, and discards them at the server', async ({
    folder,
    cloud,
    desk: { page },
  }) => {
    await slowly(page, cloud);
    await dropPaths(page, [fileIn(folder, 'film.mov', 60 * MB)]);
    const row = itemRow(page, 'film.mov');
    await partsStored(cloud, 2);
    await row.click();
    await expect(row.getByRole('progressbar')).not.toHaveAttribute('aria-valuenow', '0');
    await page.keyboard.press('Delete');
    const sheet = page.getByRole('dialog');
    await expect(sheet).toContainText(/Discard up to .* of stored parts\?/);
    await sheet.getByRole('button', { name: 'Go on uploading' }).click();
    await expect(sheet).toBeHidden();
    await expect(row).not.toHaveAttribute('data-state', 'canceled');
    await page.keyboard.press('Delete');
    await sheet.getByRole('button', { name: 'Discard' }).click();
    await expectState(row, 'canceled');
    await expect.poll(() => uploadsIn(cloud)).toEqual([]);
    expect(await objectsIn(cloud)).toEqual([]);
    // A row that ended leaves the queue at once.
    await row.click();
    await page.keyboard.press('Delete');
    await expect(page.getByRole('heading', { name: 'Drop files or folders here' })).toBeVisible();
  });

  test('a drop is taken back by its button and by Ctrl+Z', async ({ folder, cloud, desk: { page } }) => {
    await slowly(page, cloud);
    for (const name of ['button.mov', 'key.mov']) {
      await dropPaths(page, [fileIn(folder, name, 40 * MB)]);
      await expect(page.getByRole('status').filter({ hasText: name })).toBeVisible();
      if (name === 'button.mov') await page.getByRole('button', { name: 'Undo' }).click();
      else await page.keyboard.press('Control+Z');
      await expectState(batchRow(page, name), 'canceled');
      await expect(page.getByRole('button', { name: 'Undo' })).toBeHidden();
    }
    await expect.poll(() => uploadsIn(cloud)).toEqual([]);
    expect(await objectsIn(cloud)).toEqual([]);
  });
});

test.describe('what needs a person', () => {
  test('refused files come as one cause in words, with code and request; retried, they arrive', async ({
    folder,
    cloud,
    desk,
  }) => {
    const { page } = desk;
    await setFaults(cloud, [{ operation: 'PutObject', fault: 'status', status: 403, code: 'AccessDenied' }]);
    const root = join(folder, 'raw');
    mkdirSync(root);
    const names = ['1.nef', '2.nef', '3.nef', '4.nef', '5.nef', '6.nef', '7.nef'];
    for (const name of names) fileIn(root, name, 1000);
    await dropPaths(page, [root]);
    await expect(batchRow(page)).toContainText('7 failed', { timeout: 20_000 });
    await expect(itemRow(page, '1.nef')).toContainText('Failed: no permission');
    await expect(page.locator('[data-cause]')).toHaveCount(1);
    const cause = needs(page);
    await expect(cause).toContainText('7 files: no permission');
    await cause.getByRole('button', { name: 'Details' }).click();
    await expect(cause).toContainText('What happened');
    await expect(cause).toContainText('What to do next');
    await expect(cause).toContainText('AccessDenied');
    await expect(cause).toContainText(/and 2 more/);
    await cause.getByRole('button', { name: 'Copy code, EC and request ID' }).click();
    await expect.poll(() => clipboardOf(desk)).toMatch(/^AccessDenied .*[0-9A-F]{24}$/);
    await cause.getByRole('button', { name: 'Copy request for admin' }).click();
    await expect(cause.getByRole('button', { name: 'Request copied' })).toBeVisible();
    expect(JSON.parse(await clipboardOf(desk))).toMatchObject({
      Resource: ['acs:oss:*:*:sandbox/uploads/*'],
    });

    await setFaults(cloud, []);
    await itemRow(page, '1.nef').click();
    await page.keyboard.press('Control+R');
    await expectState(itemRow(page, '1.nef'), 'done');
    await expect(cause).toContainText('6 files: no permission');
    await cause.getByRole('button', { name: 'Retry 6 files' }).click();
    await expect(batchRow(page)).toContainText('Verified · 7 of 7', { timeout: 20_000 });
    await expect(cause).toBeHidden();
    expect(await keysIn(cloud)).toEqual(names.map((name) => `uploads/raw/${name}`));
  });

  test('a bucket that is not there is one cause, and not a file’s fault each', async ({
    folder,
    cloud,
    userData,
  }) => {
    const { app, page } = await openDesk(userData, changedProfile(folder, cloud, { bucket: 'not-there' }));
    try {
      const root = join(folder, 'many');
      mkdirSync(root);
      for (let n = 0; n < 20; n += 1) fileIn(root, `${n}.txt`, 10);
      await dropPaths(page, [root]);
      await expect(page.locator('[data-cause]')).toHaveCount(1, { timeout: 20_000 });
      await expect(needs(page)).toContainText(/20 files/, { timeout: 20_000 });
      await expect(page.locator('[data-cause]')).toHaveCount(1);
    } finally {
      await app.close();
    }
  });

  test('a file edited while it is sent says so, and is uploaded again as it is now', async ({
    folder,
    cloud,
    desk: { page },
  }) => {
    await slowly(page, cloud);
    const file = fileIn(folder, 'timeline.prproj', 60 * MB);
    await dropPaths(page, [file]);
    await partsStored(cloud, 1);
    appendFileSync(file, 'edited');
    const row = itemRow(page, 'timeline.prproj');
    await expectState(row, 'source-changed');
    await expect(needs(page)).toContainText('1 file was edited while it was sent');
    expect(await objectsIn(cloud)).toEqual([]);
    await quickly(page, cloud);
    await row.getByRole('button', { name: 'Upload again' }).click();
    await expectState(row, 'done');
    const answer: { readonly content?: unknown } = await aliOss(cloud.sandbox.announced).get(
      'uploads/timeline.prproj',
    );
    expect(readFileSync(file).equals(answer.content as Buffer)).toBe(true);
    await expect.poll(() => uploadsIn(cloud)).toEqual([]);
  });

  test('without network it waits and goes on by itself', async ({ folder, cloud, desk: { page } }) => {
    await slowly(page, cloud);
    await dropPaths(page, [fileIn(folder, 'film.mov', 40 * MB)]);
    await partsStored(cloud, 1);
    await setFaults(cloud, [{ operation: '*', fault: 'drop' }]);
    await expectState(batchRow(page), 'offline');
    await expect(batchRow(page)).toContainText('Waiting for network');
    await expect(batchRow(page)).toContainText('Goes on by itself');
    await expect(needs(page)).toContainText('Sandbox cannot be reached');
    await setFaults(cloud, []);
    await expect(batchRow(page)).toContainText('Verified · 1 of 1', { timeout: 40_000 });
    await expect(needs(page)).toBeHidden();
  });

  test.describe('a token server that refuses', () => {
    const profileAt = (folder: string, cloud: Cloud, { url }: Gate): string =>
      changedProfile(folder, cloud, { authorization: { kind: 'token-server', url } });

    test('makes it wait for sign-in, in words', async ({ folder, cloud, gate, userData }) => {
      const { app, page } = await openDesk(userData, profileAt(folder, cloud, gate));
      try {
        await dropPaths(page, [fileIn(folder, 'letter.txt', 100)]);
        await expectState(batchRow(page), 'credentials');
        await expect(batchRow(page)).toContainText('Waiting for sign-in');
        await expect(needs(page)).toContainText('Sandbox: sign-in was refused');
        await expect(needs(page)).toContainText('1 file waits. What was verified is kept.');
        await expect(page.getByRole('navigation')).toContainText('Sign in to go on');
        expect(await objectsIn(cloud)).toEqual([]);
      } finally {
        await app.close();
      }
      gate.refuse(false);
      const again = await openDesk(userData, profileAt(folder, cloud, gate));
      await expect(batchRow(again.page)).toContainText('Verified · 1 of 1', { timeout: 20_000 });
      await again.app.close();
    });

    test('is asked again by Try now', async ({ folder, cloud, gate, userData }) => {
      const { app, page } = await openDesk(userData, profileAt(folder, cloud, gate));
      try {
        await dropPaths(page, [fileIn(folder, 'letter.txt', 100)]);
        await expectState(batchRow(page), 'credentials');
        gate.refuse(false);
        await needs(page).getByRole('button', { name: 'Try now' }).click();
        await expect(batchRow(page)).toContainText('Verified · 1 of 1');
      } finally {
        await app.close();
      }
    });
  });
});

test('the details show parts, proof and ids, and give them to be copied', async ({ folder, cloud, desk }) => {
  const { page } = desk;
  await slowly(page, cloud);
  await dropPaths(page, [fileIn(folder, 'film.mov', 60 * MB)]);
  const row = itemRow(page, 'film.mov');
  await partsStored(cloud, 2);
  await row.click();
  await page.keyboard.press('Enter');
  const pane = page.getByRole('complementary', { name: 'Details' });
  await expect(pane.getByRole('img', { name: /^Parts: [1-9]\d* verified/ })).toBeVisible();
  await expect(pane).toContainText(/\d+ of \d+ parts match/);
  await expect(pane).toContainText('Upload ID');
  await quickly(page, cloud);
  await expect(pane).toContainText('Verified', { timeout: 30_000 });
  const [object] = await objectsIn(cloud);
  await pane.getByRole('button', { name: 'Copy CRC-64' }).click();
  await expect.poll(() => clipboardOf(desk)).toBe(object?.crc64);
  await pane.getByRole('button', { name: 'Copy the latest request ID' }).click();
  await expect.poll(() => clipboardOf(desk)).toMatch(/^[0-9A-F]{24}$/);
  await pane.getByRole('button', { name: 'Copy address' }).click();
  await expect.poll(() => clipboardOf(desk)).toBe('oss://sandbox/uploads/film.mov');
  await page.keyboard.press('Escape');
  await expect(pane).toBeHidden();
  await expect(row).toBeFocused();
});

test.describe('destinations', () => {
  test('from a plain first start to the first verified file', async ({ folder, cloud, userData }) => {
    const { app, page } = await openDesk(userData);
    try {
      const file = fileIn(folder, 'first.txt', 12);
      await expect(page.getByRole('heading', { name: 'Where should your files go?' })).toBeVisible();
      await holdPaths(page, [file]);
      await expect(page.getByRole('status').filter({ hasText: 'There is no destination yet' })).toBeVisible();
      await takePathsAway(page);
      await expect(page.getByText('There is no destination yet')).toBeHidden();
      await dropPaths(page, [file]);
      expect(await objectsIn(cloud)).toEqual([]);

      await page.getByRole('button', { name: 'Connect to your organisation' }).click();
      await page.getByRole('button', { name: 'Save and begin' }).click();
      await expect(page.getByLabel('Bucket')).toBeFocused();
      await expect(page.getByText('The name of the bucket is needed.')).toBeVisible();
      const { oss, region, bucket } = cloud.sandbox.announced;
      await page.getByLabel('Bucket').fill(bucket);
      await page.getByLabel('Region').fill(region);
      await page.getByLabel('Prefix').fill('/uploads/');
      await page.getByLabel('Name', { exact: true }).fill('My bucket');
      await page.getByLabel('Reached by').selectOption('Another address');
      await page.getByLabel('Endpoint').fill(oss);
      await page
        .getByLabel('Address', { exact: true })
        .fill(`${cloud.appServer.announced.url}/get_sts_token`);
      await page.getByRole('button', { name: 'Use uploads/' }).click();
      await expect(page.getByLabel('Prefix')).toHaveValue('uploads/');
      await page.getByRole('button', { name: 'Save and begin' }).click();
      await expect(page.getByText('They go to sandbox / uploads/')).toBeVisible();
      await dropPaths(page, [file]);
      await expect(batchRow(page)).toContainText('Verified · 1 of 1', { timeout: 20_000 });
      expect(await keysIn(cloud)).toEqual(['uploads/first.txt']);
    } finally {
      await app.close();
    }
    const again = await openDesk(userData);
    await expect(batchRow(again.page)).toContainText('Verified · 1 of 1');
    await expect(again.page.getByRole('navigation')).toContainText('My bucket');
    await again.app.close();
  });

  test('files dropped on a destination in the rail go there, and there alone', async ({
    folder,
    cloud,
    desk: { page },
  }) => {
    const profile = JSON.parse(readFileSync(cloud.profileFile, 'utf8')) as Record<string, unknown>;
    await page.evaluate(
      (given) => window.ferry.call('destinations.save', { destinationId: null, profile: given }),
      { ...profile, name: 'Archive', prefix: 'uploads/archive/' },
    );
    const archive = page.locator('[data-destination-id]').filter({ hasText: 'Archive' });
    const file = fileIn(folder, 'old.txt', 100);
    await holdPaths(page, [file], archive);
    await expect(page.getByRole('status').filter({ hasText: 'uploads/archive/' })).toBeVisible();
    await dropPaths(page, [file], archive);
    await expect(batchRow(page)).toContainText('Verified · 1 of 1', { timeout: 20_000 });
    await dropPaths(page, [fileIn(folder, 'new.txt', 100)]);
    await expect(batchRow(page, 'new.txt')).toContainText('Verified · 1 of 1', { timeout: 20_000 });
    expect(await keysIn(cloud)).toEqual(['uploads/archive/old.txt', 'uploads/new.txt']);
  });
});
