/** "Check my setup" in the real window: a whole set-up, and one whose role lacks rights. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { objectsIn, setFaults } from './support/admin';
import { expect } from './support/app';
import { violationsOf } from './support/axe';
import { clipboardOf, openDesk, test } from './support/open-app';

const states = (page: Page, state: string) =>
  page
    .locator(`[data-check][data-state="${state}"]`)
    .evaluateAll((lines) => lines.map((line) => line.getAttribute('data-check')));

async function check(page: Page, name = 'Sandbox'): Promise<void> {
  await page.getByRole('button', { name: `Change ${name}` }).click();
  await page.getByRole('button', { name: 'Check my setup' }).click();
  await expect(page.getByRole('heading', { name: 'Check my setup' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Check again' })).toBeVisible({ timeout: 30_000 });
}

test('a whole set-up is checked by the keyboard, and the report holds no secret', async ({ desk, cloud }) => {
  const { page } = desk;
  await check(page);
  await expect(page.locator('[data-verdict]')).toHaveAttribute('data-verdict', 'proof');
  expect(await states(page, 'failed')).toEqual([]);
  // Sessions may not delete: the probe stays, and the line names it.
  expect(await states(page, 'without')).toEqual(['delete']);
  const [probe] = await objectsIn(cloud);
  await expect(page.locator('[data-check="delete"]')).toContainText(probe?.key ?? 'nothing');
  await expect(page.getByRole('status').filter({ hasText: 'Uploads work' })).toHaveCount(1);
  await page.getByRole('button', { name: 'Copy report' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Report copied' })).toBeVisible();
  const report = await clipboardOf(desk);
  expect(report).toMatch(/^OSS Ferry \d/);
  expect(report).toContain('✓ put: Upload a small file');
  expect(report).not.toContain(cloud.sandbox.announced.accessKeyId);
  await page.keyboard.press('Escape');
  await expect(page.getByLabel('Bucket', { exact: true })).toBeVisible();
});

test('a set-up that lacks a right names it, and the statement is copied; when mended it is green', async ({
  userData,
  folder,
  cloud,
}) => {
  const profile = JSON.parse(readFileSync(cloud.profileFile, 'utf8')) as Record<string, unknown>;
  const file = join(folder, 'refused.json');
  writeFileSync(file, JSON.stringify({ ...profile, name: 'Refused' }));
  const desk = await openDesk(userData, file);
  const { page } = desk;
  try {
    await setFaults(cloud, [{ operation: 'PutObject', fault: 'status', status: 403, code: 'AccessDenied' }]);
    await check(page, 'Refused');
    expect(await states(page, 'failed')).toEqual(['put']);
    await expect(page.locator('[data-verdict]')).toHaveText('Uploads do not work: 1 check failed.');
    await expect(page.locator('[data-check="put"]')).toContainText(
      'Ask your administrator to allow oss:PutObject',
    );
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Copy the request for your administrator' }).click();
    await expect(page.getByRole('button', { name: 'Request copied' })).toBeVisible();
    expect(JSON.parse(await clipboardOf(desk))).toEqual({
      Effect: 'Allow',
      Action: ['oss:PutObject', 'oss:AbortMultipartUpload', 'oss:ListParts'],
      Resource: [`acs:oss:*:*:${cloud.sandbox.announced.bucket}/uploads/*`],
    });
    await setFaults(cloud, []);
    await page.getByRole('button', { name: 'Check again' }).click();
    await expect(page.locator('[data-verdict]')).toHaveAttribute('data-verdict', 'proof', {
      timeout: 30_000,
    });
    await expect(page.getByRole('button', { name: 'Copy the request' })).toHaveCount(0);
  } finally {
    await desk.app.close();
  }
});

test('leaving the page ends the run, and nothing of its upload stays', async ({ desk, cloud }) => {
  const { page } = desk;
  await setFaults(cloud, [{ operation: 'UploadPart', fault: 'stall', afterBytes: 1000 }]);
  await page.getByRole('button', { name: 'Change Sandbox' }).click();
  await page.getByRole('button', { name: 'Check my setup' }).click();
  await expect(page.locator('[data-check="upload-part"]')).toHaveAttribute('data-state', 'running', {
    timeout: 20_000,
  });
  await page.getByRole('button', { name: 'Back to the destination' }).click();
  await expect.poll(async () => (await fetch(`${cloud.sandbox.announced.admin}/uploads`)).text()).toBe('');
});
