/** What the window says when IMM gives no faces, with the real sandbox behind it; no upload is touched by it. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { objectsIn, setFaults } from './support/admin';
import { dropPaths, expect } from './support/app';
import type { Cloud } from './support/cloud';
import { batchRow, clipboardOf, cloudUnder, expectState, itemRow } from './support/open-app';
import { AFTER_UPLOAD, facesOf, immAsked, LOOK_MS, test } from './support/open-faces-app';
import { startImmGate, type ImmMood } from './support/imm-gate';
import { PORTRAIT } from './support/pictures';
import { removeObject } from './support/remove-object';

const pictures = resolve(__dirname, '../../out/look');
const KEY = 'uploads/portrait.jpg';

test.setTimeout(120_000);
test.beforeAll(() => mkdirSync(pictures, { recursive: true }));

const pane = (page: Page): Locator => page.getByRole('complementary', { name: 'Faces' });

async function shoot(page: Page, name: string): Promise<void> {
  await expect(page.locator('.stage .photo img')).toBeVisible({ timeout: LOOK_MS });
  await page.screenshot({ path: join(pictures, `faces-${name}.png`) });
}

/** Drops the portrait and waits for its proof, before anything is said of faces. */
async function uploadPortrait(page: Page): Promise<void> {
  await dropPaths(page, [PORTRAIT]);
  await expectState(itemRow(page, 'portrait.jpg'), 'done');
}

/** The upload is as it was: row, batch, pane and bucket say so. */
async function expectUntouched(page: Page, cloud: Cloud): Promise<void> {
  await expect(pane(page)).toContainText('Verified');
  expect((await objectsIn(cloud)).map(({ key }) => key)).toEqual([KEY]);
  await page.keyboard.press('Control+1');
  await expectState(itemRow(page, 'portrait.jpg'), 'done');
  await expect(batchRow(page)).toContainText('1 of 1');
}

const rolePolicy = (immAction: string, immResource: string): string =>
  JSON.stringify({
    Version: '1',
    Statement: [
      { Effect: 'Allow', Action: 'oss:*', Resource: '*' },
      { Effect: 'Allow', Action: immAction, Resource: immResource },
    ],
  });

/** A cloud whose role may do with IMM what it is given here. */
const withRole = (policy: string) => test.extend({ cloud: cloudUnder(policy) });

withRole(rolePolicy('imm:*', '*'))('a project that is not there', async ({ cloud, open }) => {
  const { page } = await open({ faces: AFTER_UPLOAD, project: 'holiday' });
  await uploadPortrait(page);
  await facesOf(page, 'Failed', 1);
  await expect(pane(page)).toContainText('There is no IMM project of this name in the bucket’s region.');
  await expect(pane(page)).toContainText('your administrator can create it and bind the bucket');
  await expect(pane(page)).toContainText(
    'There is no IMM project "holiday" in cn-hangzhou (ResourceNotFound).',
  );
  await expect(pane(page).getByRole('button', { name: 'Ask again' })).toBeVisible();
  await shoot(page, 'no-project');
  await expectUntouched(page, cloud);
  expect(await immAsked(cloud)).toBe(1);
});

withRole(rolePolicy('imm:ListProjects', '*'))(
  'no permission: the statement to ask for is copied',
  async ({ cloud, open }) => {
    const desk = await open({ faces: AFTER_UPLOAD });
    const { page } = desk;
    await uploadPortrait(page);
    await facesOf(page, 'Failed', 1);
    await expect(pane(page)).toContainText('This sign-in may not ask IMM about pictures.');
    await pane(page).getByRole('button', { name: 'Copy the request for your administrator' }).click();
    await expect(pane(page).getByRole('button', { name: 'Request copied' })).toBeVisible();
    expect(JSON.parse(await clipboardOf(desk))).toEqual({
      Effect: 'Allow',
      Action: ['imm:DetectImageFaces'],
      Resource: [`acs:imm:cn-hangzhou:*:project/${cloud.sandbox.announced.immProject}`],
    });
    await shoot(page, 'no-permission');
    await expectUntouched(page, cloud);
    expect(await immAsked(cloud)).toBe(1);
  },
);

test('throttled: it says so while it waits, and has its answer afterwards', async ({ cloud, open }) => {
  const { page } = await open({ faces: AFTER_UPLOAD });
  await setFaults(cloud, [{ operation: 'DetectImageFaces', fault: 'throttle' }]);
  await uploadPortrait(page);
  await facesOf(page, 'Waiting', 1);
  await expect(pane(page)).toContainText('IMM asks to slow down.');
  await expect(pane(page)).toContainText('It is asked again by itself; the upload is not affected.');
  await expect.poll(() => immAsked(cloud), { timeout: LOOK_MS }).toBeGreaterThanOrEqual(3);
  await shoot(page, 'throttled');
  await expectUntouched(page, cloud);
  await setFaults(cloud, [{ operation: 'DetectImageFaces', fault: 'throttle', count: 1 }]);
  await facesOf(page, 'With faces', 1, 60_000);
  await expect(pane(page)).toContainText('1 face');
  await expect(pane(page)).not.toContainText('slow down');
});

for (const [rule, words] of [
  [{ fault: 'status', status: 500, code: 'InternalError' }, 'IMM has a fault of its own.'],
  [{ fault: 'drop' }, 'IMM does not answer.'],
] as const)
  test(`IMM fails (${rule.fault}): said, and asked again once it is well`, async ({ cloud, open }) => {
    const { page } = await open({ faces: AFTER_UPLOAD });
    await setFaults(cloud, [{ operation: 'DetectImageFaces', ...rule }]);
    await uploadPortrait(page);
    await facesOf(page, 'Waiting', 1);
    await expect(pane(page)).toContainText(words);
    await expectUntouched(page, cloud);
    await setFaults(cloud, []);
    await facesOf(page, 'With faces', 1, 60_000);
  });

for (const [mood, words, more] of [
  ['shut', 'IMM does not answer.', 'it refuses connections'],
  ['proxy-page', 'IMM does not answer.', 'a proxy or a sign-in page may stand before it'],
] as const satisfies readonly (readonly [ImmMood, string, string])[])
  test(`nobody is there (${mood}): said, and asked again once IMM is back`, async ({ cloud, open }) => {
    const gate = await startImmGate(cloud.sandbox.announced.imm, mood);
    const { page } = await open({ faces: AFTER_UPLOAD, endpoint: gate.url });
    await uploadPortrait(page);
    await facesOf(page, 'Waiting', 1);
    await expect(pane(page)).toContainText(words);
    await expect(pane(page)).toContainText(more);
    await shoot(page, mood);
    await expectUntouched(page, cloud);
    expect(await immAsked(cloud)).toBe(0);
    await gate.be('open');
    await facesOf(page, 'With faces', 1, 60_000);
    await gate.be('shut');
  });

test('the object was deleted before IMM was asked', async ({ cloud, open }) => {
  const { page } = await open();
  await uploadPortrait(page);
  await removeObject(cloud, KEY);
  await itemRow(page, 'portrait.jpg').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Look for faces' }).click();
  await facesOf(page, 'Failed', 1);
  await expect(pane(page)).toContainText('The object is no longer in the bucket.');
  await expect(pane(page)).toContainText(`IMM does not find oss://sandbox/${KEY} (ResourceNotFound)`);
  await shoot(page, 'object-gone');
  await page.keyboard.press('Control+1');
  await expectState(itemRow(page, 'portrait.jpg'), 'done');
});
