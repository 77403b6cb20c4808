import { expect, test } from './support/app';

test('the window opens with its title, under the strict policy, with no way to Node', async ({ page }) => {
  await expect(page).toHaveTitle('OSS Ferry');
  expect(page.url()).toBe('app://ferry/');
  expect(await page.evaluate(() => typeof Reflect.get(globalThis, 'require'))).toBe('undefined');
  expect(await page.evaluate(() => typeof Reflect.get(globalThis, 'process'))).toBe('undefined');
});
