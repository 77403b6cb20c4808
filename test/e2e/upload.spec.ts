import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { aliOss } from '../integration/sandbox/cloud';
import { objectsIn, requestsTo, setFaults, uploadsIn, type LoggedRequest } from './support/admin';
import { dropPaths, expect, launchApp, test } from './support/app';
import { startCloud, type Cloud } from './support/cloud';
import { killApp, killEngine } from './support/processes';
import { bytesOf, contentOf, filesBelow, oddTree } from './support/trees';

const MIB = 1024 * 1024;

async function open(userData: string, cloud: Cloud): Promise<{ app: ElectronApplication; page: Page }> {
  const app = await launchApp({ userData, environment: { OSS_FERRY_PROFILE: cloud.profileFile } });
  const page = await app.firstWindow();
  await page.getByRole('button', { name: 'Folder', exact: true }).waitFor();
  return { app, page };
}

/** Read back by a client that is not ours. */
async function read(client: ReturnType<typeof aliOss>, key: string): Promise<Buffer> {
  const answer: { readonly content?: unknown } = await client.get(key);
  if (!Buffer.isBuffer(answer.content)) throw new Error(`${key} came without bytes`);
  return answer.content;
}

/** Waits until the window itself says that a batch is verified to its last file. */
async function allVerified(page: Page, files: number, timeout = 60_000): Promise<void> {
  const batch = page.locator('[data-batch-id]').first();
  await expect(batch).toContainText(`Verified · ${files} of ${files}`, { timeout });
}

/** Parts that the server acknowledged more than once, by UploadId and number. */
function acknowledgedTwice(requests: readonly LoggedRequest[]): readonly string[] {
  const seen = new Map<string, number>();
  for (const { operation, status, uploadId, partNumber } of requests) {
    if (operation !== 'UploadPart' || status !== 200) continue;
    const part = `${uploadId ?? ''}#${String(partNumber)}`;
    seen.set(part, (seen.get(part) ?? 0) + 1);
  }
  return [...seen].filter(([, count]) => count > 1).map(([part]) => part);
}

test('a dropped tree of 500 odd files arrives byte for byte', async ({ folder, userData }) => {
  const tree = join(folder, 'odd tree');
  oddTree(tree);
  const names = filesBelow(tree);
  expect(names).toHaveLength(500);
  const cloud = await startCloud(folder);
  const { app, page } = await open(userData, cloud);
  try {
    await dropPaths(page, [tree]);
    await allVerified(page, 500);
    const stored = new Set((await objectsIn(cloud)).map((object) => object.key));
    expect([...stored].sort()).toEqual(names.map((name) => `uploads/odd tree/${name}`).sort());
    const client = aliOss(cloud.sandbox.announced);
    for (const name of names) {
      const content = await read(client, `uploads/odd tree/${name}`);
      expect(content.equals(contentOf(tree, name)), name).toBe(true);
    }
    expect(await uploadsIn(cloud)).toEqual([]);
  } finally {
    await app.close();
    await cloud.stop();
  }
});

test('300 MB survive five kills of the whole app, and no acknowledged part is sent twice', async ({
  folder,
  userData,
}) => {
  test.setTimeout(180_000);
  const file = join(folder, 'film.mov');
  writeFileSync(file, bytesOf('film', 300_000_000));
  const cloud = await startCloud(folder);
  // Slow enough that every kill finds parts in flight.
  await setFaults(cloud, [{ operation: 'UploadPart', fault: 'delay', ms: 150 }]);
  let { app, page } = await open(userData, cloud);
  await dropPaths(page, [file]);
  for (let kill = 1; kill <= 5; kill += 1) {
    const before = (await requestsTo(cloud)).length;
    // A moment of its own for each kill, but always with a part on its way: counted in requests, not in time.
    const wanted = before + 8 + Math.floor(Math.random() * 25);
    await expect
      .poll(async () => (await requestsTo(cloud)).length, { intervals: [20] })
      .toBeGreaterThan(wanted);
    await killApp(app);
    expect(await uploadsIn(cloud), `kill ${kill} came after the end`).toHaveLength(1);
    ({ app, page } = await open(userData, cloud));
  }
  try {
    await setFaults(cloud, []);
    await allVerified(page, 1);
    const [object] = await objectsIn(cloud);
    expect(object).toMatchObject({ key: 'uploads/film.mov', size: 300_000_000 });
    const content = await read(aliOss(cloud.sandbox.announced), 'uploads/film.mov');
    expect(content.equals(contentOf(folder, 'film.mov'))).toBe(true);
    expect(await uploadsIn(cloud)).toEqual([]);
    const requests = await requestsTo(cloud);
    expect(
      new Set(
        requests
          .filter(({ operation }) => operation === 'InitiateMultipartUpload')
          .map(({ status }) => status),
      ).size,
    ).toBe(1);
    expect(requests.filter(({ operation }) => operation === 'InitiateMultipartUpload')).toHaveLength(1);
    expect(acknowledgedTwice(requests)).toEqual([]);
  } finally {
    await app.close();
    await cloud.stop();
  }
});

test('the engine process is killed: the window stays, says so, and everything finishes', async ({
  folder,
  userData,
}) => {
  const tree = join(folder, 'mixed');
  oddTree(tree);
  writeFileSync(join(tree, 'large.bin'), bytesOf('large', 60 * MIB));
  const cloud = await startCloud(folder);
  await setFaults(cloud, [{ operation: 'UploadPart', fault: 'delay', ms: 100 }]);
  const { app, page } = await open(userData, cloud);
  try {
    await dropPaths(page, [tree]);
    await expect
      .poll(
        async () => (await requestsTo(cloud)).filter(({ operation }) => operation === 'UploadPart').length,
        { intervals: [20] },
      )
      .toBeGreaterThan(10);
    await killEngine(app);
    await expect(page.getByText(/The engine was restarted/)).toBeVisible();
    await allVerified(page, 501);
    expect(await objectsIn(cloud)).toHaveLength(501);
    expect(await uploadsIn(cloud)).toEqual([]);
  } finally {
    await app.close();
    await cloud.stop();
  }
});
