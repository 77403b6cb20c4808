/** 203 CallbackFailed in the window: verified, with a word that the server was not told; and told again. */
import { createServer, type Server } from 'node:http';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { objectsIn } from './support/admin';
import { dropPaths, expect } from './support/app';
import { violationsOf } from './support/axe';
import type { Cloud } from './support/cloud';
import { batchRow, expectState, itemRow, openDesk, test } from './support/open-app';

const NAMES = ['a.txt', 'b.txt', 'c.txt'];

/** A server that is called back; while it is down it says 502. */
async function startCalled(): Promise<{ readonly url: string; close(): void }> {
  const server: Server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(502).end());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/callback`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function calling(folder: string, cloud: Cloud, callback: object): string {
  const profile = JSON.parse(readFileSync(cloud.profileFile, 'utf8')) as Record<string, unknown>;
  const file = join(folder, 'calling.json');
  writeFileSync(file, JSON.stringify({ ...profile, callback }));
  return file;
}

function notes(folder: string): string {
  const root = join(folder, 'notes');
  mkdirSync(root);
  for (const name of NAMES) writeFileSync(join(root, name), `mine ${name}`);
  return root;
}

const needs = (page: Page) => page.getByRole('region', { name: 'Needs you' });
const pane = (page: Page) => page.getByRole('complementary', { name: 'Details' });

async function dropAndUnfold(page: Page, folder: string): Promise<void> {
  await dropPaths(page, [notes(folder)]);
  await expectState(batchRow(page), 'done');
  await batchRow(page).click();
  await page.keyboard.press('ArrowRight');
}

test('a file whose server was not told is verified, says so, and is told again from pane, menu and list', async ({
  folder,
  cloud,
  userData,
}) => {
  const called = await startCalled();
  const noticeUrl = `${cloud.appServer.announced.url}/notice`;
  const profile = calling(folder, cloud, { url: called.url, body: 'key=${object}', noticeUrl });
  let { app, page } = await openDesk(userData, profile);
  try {
    await dropAndUnfold(page, folder);
    await expect(needs(page)).toContainText('3 files verified, your server was not told');
    await expectState(itemRow(page, 'a.txt'), 'done');
    await expect(itemRow(page, 'a.txt')).toContainText('Your server was not told.');
    expect((await objectsIn(cloud)).map(({ key }) => key)).toHaveLength(3);

    // The word is on the disk: a new start has it, too.
    await app.close();
    ({ app, page } = await openDesk(userData, profile));
    await expect(needs(page)).toContainText('3 files verified, your server was not told');
    await batchRow(page).click();
    await page.keyboard.press('ArrowRight');

    await itemRow(page, 'a.txt').getByRole('button', { name: 'Details' }).click();
    await expect(pane(page)).toContainText('Error status : 502.');
    await expect(itemRow(page, 'a.txt').getByRole('img', { name: /was not told/ })).toBeVisible();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    for (const theme of ['light', 'dark'] as const) {
      await page.evaluate((to) => window.ferry.call('settings.set', { theme: to }), theme);
      await page.screenshot({ path: `out/look/callback.${theme}.png` });
      expect(await violationsOf(page)).toEqual([]);
    }
    await pane(page).getByRole('button', { name: 'Tell the server again' }).click();
    await expect(pane(page)).not.toContainText('Error status');
    await page.keyboard.press('Escape');
    await expect(itemRow(page, 'a.txt')).not.toContainText('Your server was not told.');
    await expectState(itemRow(page, 'a.txt'), 'done');

    await itemRow(page, 'b.txt').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Tell the server again' }).click();
    await expect(needs(page)).toContainText('1 file verified, your server was not told');
    await page.screenshot({ path: 'out/look/callback-needs.png' });
    await needs(page).getByRole('button', { name: 'Tell the server again' }).click();
    await expect(needs(page)).toBeHidden();
    await expect(itemRow(page, 'c.txt')).not.toContainText('Your server was not told.');
  } finally {
    await app.close();
    called.close();
  }
});

test('a destination without an address for notices says why it cannot be told again', async ({
  folder,
  cloud,
  userData,
}) => {
  const called = await startCalled();
  const { app, page } = await openDesk(userData, calling(folder, cloud, { url: called.url, body: 'x' }));
  try {
    await dropAndUnfold(page, folder);
    await expect(needs(page)).toContainText('The destination names no address for notices');
    await expect(needs(page).getByRole('button', { name: 'Tell the server again' })).toHaveCount(0);
    await itemRow(page, 'a.txt').getByRole('button', { name: 'Details' }).click();
    await expect(pane(page)).toContainText('The destination names no address for notices');
    await expect(pane(page).getByRole('button', { name: 'Tell the server again' })).toHaveCount(0);
  } finally {
    await app.close();
    called.close();
  }
});
