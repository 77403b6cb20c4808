/** The window under the role of Alibaba's own documents: it may put objects under a prefix and nothing else. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { objectsIn, setFaults, uploadsIn } from './support/admin';
import { dropPaths, expect } from './support/app';
import { MINIMAL_ROLE } from '../fakes/roles';
import {
  cloudUnder,
  expectState,
  fileIn,
  itemRow,
  partsStored,
  quickly,
  slowly,
  test as base,
} from './support/open-app';

const MB = 1_000_000;
const LOOK = 'out/look';

const test = base.extend({ cloud: cloudUnder(MINIMAL_ROLE) });

test('parts that may not be aborted are told of, and 120 MB are proven', async ({ folder, cloud, desk }) => {
  const { page } = desk;
  await slowly(page, cloud);
  await dropPaths(page, [fileIn(folder, 'film.mov', 120 * MB)]);
  const row = itemRow(page, 'film.mov');
  await partsStored(cloud, 2);
  await row.click();
  await expect(row.getByRole('progressbar')).not.toHaveAttribute('aria-valuenow', '0');
  await page.keyboard.press('Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
  await expectState(row, 'canceled');
  expect(await uploadsIn(cloud)).toHaveLength(1);
  await page.keyboard.press('Enter');
  const pane = page.getByRole('complementary', { name: 'Details' });
  await expect(pane).toContainText('Parts of this file may be left in the bucket');
  await expect(pane).toContainText('oss:AbortMultipartUpload');
  mkdirSync(LOOK, { recursive: true });
  await page.screenshot({ path: join(LOOK, 'possible-orphan.png') });

  await quickly(page, cloud);
  await setFaults(cloud, [{ operation: 'UploadPart', fault: 'expire-token', skip: 20, count: 1 }]);
  await dropPaths(page, [fileIn(folder, 'whole.mov', 120 * MB)]);
  const whole = itemRow(page, 'whole.mov');
  await expectState(whole, 'done', 60_000);
  await whole.click();
  await page.keyboard.press('Enter');
  await expect(pane).toContainText('Verified');
  await expect(pane).not.toContainText('Parts of this file may be left');
  expect((await objectsIn(cloud)).map(({ key, size }) => [key, size])).toEqual([
    ['uploads/whole.mov', 120 * MB],
  ]);
});
