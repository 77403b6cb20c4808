/** A key that is taken, under the policy `ask`: the three answers, in each place where they are given. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { aliOss } from '../integration/sandbox/cloud';
import { objectsIn } from './support/admin';
import { dropPaths, expect } from './support/app';
import { violationsOf } from './support/axe';
import type { Cloud } from './support/cloud';
import { batchRow, expectState, itemRow, openDesk, test } from './support/open-app';

const NAMES = ['a.txt', 'b.txt', 'c.txt', 'd.txt'];

/** Puts other bytes under each key that the folder would take. */
async function taken(folder: string, cloud: Cloud): Promise<string> {
  const root = join(folder, 'notes');
  mkdirSync(root);
  const client = aliOss(cloud.sandbox.announced);
  for (const name of NAMES) {
    writeFileSync(join(root, name), `mine ${name}`);
    await client.put(`uploads/notes/${name}`, Buffer.from(`theirs ${name}`));
  }
  return root;
}

async function textAt(cloud: Cloud, key: string): Promise<string> {
  const answer: { readonly content?: unknown } = await aliOss(cloud.sandbox.announced).get(key);
  return String(answer.content);
}

/** The profile of the cloud, under the policy `ask`. */
function asking(folder: string, cloud: Cloud): string {
  const profile = JSON.parse(readFileSync(cloud.profileFile, 'utf8')) as Record<string, unknown>;
  const file = join(folder, 'asking.json');
  writeFileSync(file, JSON.stringify({ ...profile, conflict: 'ask' }));
  return file;
}

const needs = (page: Page) => page.getByRole('region', { name: 'Needs you' });
const pane = (page: Page) => page.getByRole('complementary', { name: 'Details' });

test('each conflict is answered by itself in pane and menu, the rest at once above the queue', async ({
  folder,
  cloud,
  userData,
}) => {
  const { app, page } = await openDesk(userData, asking(folder, cloud));
  try {
    await dropPaths(page, [await taken(folder, cloud)]);
    await expectState(batchRow(page), 'conflict');
    await expect(needs(page)).toContainText('4 files are already in the bucket');
    expect(await textAt(cloud, 'uploads/notes/a.txt')).toBe('theirs a.txt');

    await batchRow(page).click();
    await page.keyboard.press('ArrowRight');
    await itemRow(page, 'a.txt').getByRole('button', { name: 'Details' }).click();
    await expect(pane(page).getByRole('button', { name: 'Retry' })).toHaveCount(0);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    for (const theme of ['light', 'dark'] as const) {
      await page.evaluate((to) => window.ferry.call('settings.set', { theme: to }), theme);
      await page.screenshot({ path: `out/look/conflict.${theme}.png` });
      expect(await violationsOf(page)).toEqual([]);
    }
    await pane(page).getByRole('button', { name: 'Skip' }).click();
    await expectState(itemRow(page, 'a.txt'), 'canceled');
    await page.keyboard.press('Escape');

    await itemRow(page, 'b.txt').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Keep both' }).click();
    await expectState(itemRow(page, 'b.txt'), 'done');

    await expect(needs(page)).toContainText('2 files are already in the bucket');
    await page.screenshot({ path: 'out/look/conflict-needs.png' });
    await needs(page).getByRole('button', { name: 'Overwrite' }).click();
    await expectState(itemRow(page, 'c.txt'), 'done');
    await expectState(itemRow(page, 'd.txt'), 'done');
    await expect(needs(page)).toBeHidden();

    const keys = (await objectsIn(cloud)).map(({ key }) => key).sort();
    expect(keys).toHaveLength(5);
    const copy = keys.find((key) => !NAMES.includes(key.slice('uploads/notes/'.length)));
    expect(await textAt(cloud, copy!)).toBe('mine b.txt');
    expect(await textAt(cloud, 'uploads/notes/a.txt')).toBe('theirs a.txt');
    expect(await textAt(cloud, 'uploads/notes/b.txt')).toBe('theirs b.txt');
    expect(await textAt(cloud, 'uploads/notes/c.txt')).toBe('mine c.txt');
    expect(await textAt(cloud, 'uploads/notes/d.txt')).toBe('mine d.txt');
  } finally {
    await app.close();
  }
});
