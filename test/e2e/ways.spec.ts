/** Each way of authorization from the first form to a verified object, and where its secret is afterwards. */
import type { ElectronApplication, Locator, Page } from '@playwright/test';
import { faultsLeft, objectsIn, requestsTo, setFaults } from './support/admin';
import { dropPaths, expect, launchApp } from './support/app';
import type { Cloud } from './support/cloud';
import { expectState, fileIn, itemRow, partsStored, quickly, slowly, test } from './support/open-app';
import { startSigningGate } from './support/gate';
import { NO_BUS, startKeyring, type Keyring } from './support/keyring';
import { expectNoTrace } from './support/secrets';

const MIB = 1024 * 1024;
const BEARER = 'planted-bearer-8f2c';

async function open(
  userData: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ app: ElectronApplication; page: Page }> {
  const app = await launchApp({ userData, environment });
  const page = await app.firstWindow();
  await page.locator('.window').waitFor();
  return { app, page };
}

/** Fills in where objects go, and chooses the way. */
async function begin(page: Page, cloud: Cloud, door: string, way: string): Promise<void> {
  const { bucket, region, oss } = cloud.sandbox.announced;
  await page.getByRole('button', { name: door }).click();
  await page.getByLabel('Bucket', { exact: true }).fill(bucket);
  await page.getByLabel('Region', { exact: true }).fill(region);
  await page.getByLabel('Prefix', { exact: true }).fill('uploads/');
  await page.getByLabel('Reached by').selectOption('Another address');
  await page.getByLabel('Endpoint', { exact: true }).fill(oss);
  await page.getByRole('radio', { name: new RegExp(`^${way} `) }).check({ force: true });
}

async function fillRole(page: Page, cloud: Cloud): Promise<void> {
  const { roleArn, sts, accessKeyId, accessKeySecret } = cloud.sandbox.announced;
  await page.getByLabel('Role ARN').fill(roleArn);
  await page.getByLabel('STS', { exact: true }).fill(sts);
  await page.getByLabel('AccessKey ID').fill(accessKeyId);
  await page.getByLabel('AccessKey secret').fill(accessKeySecret);
}

const save = (page: Page): Promise<void> => page.getByRole('button', { name: /^Save/ }).click();
const needs = (page: Page): Locator => page.locator('[data-cause="credentials"]');

async function upload(page: Page, folder: string, name: string, sizeBytes = 12): Promise<void> {
  await dropPaths(page, [fileIn(folder, name, sizeBytes)]);
}

async function verified(page: Page, cloud: Cloud, name: string): Promise<void> {
  await expectState(itemRow(page, name), 'done', 40_000);
  expect((await objectsIn(cloud)).map(({ key }) => key)).toContain(`uploads/${name}`);
}

const editDestination = (page: Page): Promise<void> => page.getByRole('button', { name: /^Change / }).click();

/** Of the sessions that STS has opened for the app: what goes with them is nowhere to be seen from here. */
async function sessionKeys(cloud: Cloud): Promise<readonly string[]> {
  const ids = (await requestsTo(cloud)).map(({ accessKeyId }) => accessKeyId ?? '');
  return [...new Set(ids.filter((id) => id.startsWith('STS.')))];
}

const keychainRuns = (app: ElectronApplication): Promise<boolean> =>
  app.evaluate((electron) =>
    electron.app
      .getAppMetrics()
      .some((metric) => [metric.name, metric.serviceName].includes('OSS Ferry Keychain')),
  );

test.describe('with a keyring', () => {
  test.skip(process.platform !== 'linux', 'a keyring of our own is to be had on Linux alone');
  let keyring: Keyring;
  test.beforeEach(async ({ folder }) => {
    keyring = await startKeyring(folder, 'unlocked');
  });
  test.afterEach(() => keyring.stop());

  test('a role is assumed, before and after a restart, and again when its token dies', async ({
    folder,
    userData,
    cloud,
  }) => {
    test.setTimeout(120_000);
    const { accessKeyId, accessKeySecret } = cloud.sandbox.announced;
    let { app, page } = await open(userData, keyring.environment);
    try {
      await begin(page, cloud, 'Paste credentials', 'Assume a role');
      await save(page);
      await expect(page.getByText('The ARN of the role is needed.')).toBeVisible();
      await expect(page.getByText('The AccessKey secret is needed.')).toBeVisible();
      await fillRole(page, cloud);
      await expect(page.locator('[data-keychain]')).toHaveAttribute('data-keychain', 'available');
      await save(page);
      await expect(page.getByRole('button', { name: 'Choose files' })).toBeVisible();
      await setFaults(cloud, [
        { operation: 'UploadPart', fault: 'delay', ms: 300 },
        { operation: 'UploadPart', fault: 'expire-token', skip: 40, count: 1 },
      ]);
      await upload(page, folder, 'film.mov', 120 * MIB);
      await verified(page, cloud, 'film.mov');
      const asked = (await requestsTo(cloud)).filter(({ operation }) => operation === 'AssumeRole');
      expect(asked.length).toBeGreaterThan(1);
      expect(Object.values(keyring.entries())).toEqual([
        JSON.stringify({ kind: 'access-key', accessKeyId, accessKeySecret }),
      ]);
      await app.close();
      ({ app, page } = await open(userData, keyring.environment));
      await setFaults(cloud, []);
      await upload(page, folder, 'again.txt');
      await verified(page, cloud, 'again.txt');
      await editDestination(page);
      await expect(page.getByText(`Kept in the keychain, ends in …${accessKeyId.slice(-4)}`)).toBeVisible();
      await expect(page.locator('[data-expires]')).toContainText(/end in \d+:\d\d/);
      expect(await page.content()).not.toContain(accessKeySecret);
      await page.getByRole('button', { name: 'Remove destination' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove destination' }).click();
      await expect.poll(() => Object.keys(keyring.entries())).toEqual([]);
    } finally {
      await app.close();
    }
    const sessions = await sessionKeys(cloud);
    expectNoTrace(userData, [accessKeySecret, accessKeyId, ...sessions]);
  });

  test('a token server that wants a bearer gets it when it is entered', async ({
    folder,
    userData,
    cloud,
  }) => {
    const gate = await startSigningGate(cloud, BEARER);
    const { app, page } = await open(userData, keyring.environment);
    try {
      await begin(page, cloud, 'Connect to your organisation', 'Token server');
      await page.getByLabel('Address', { exact: true }).fill(gate.at('/get_sts_token'));
      await save(page);
      await upload(page, folder, 'one.txt');
      await needs(page).getByRole('button', { name: 'Enter credentials' }).click();
      await page.getByLabel('Bearer token').fill(BEARER);
      await save(page);
      await verified(page, cloud, 'one.txt');
      await setFaults(cloud, [{ operation: 'UploadPart', fault: 'expire-token', skip: 20, count: 1 }]);
      await upload(page, folder, 'film.mov', 120 * MIB);
      await verified(page, cloud, 'film.mov');
      expect(await faultsLeft(cloud)).toEqual([]);
      expect(JSON.stringify(keyring.entries())).toContain(BEARER);
      await editDestination(page);
      await expect(page.getByText('Kept in the keychain', { exact: true })).toBeVisible();
      await page.getByRole('button', { name: 'Forget' }).click();
      await expect(page.getByLabel('Bearer token')).toHaveValue('');
      expect(keyring.entries()).toEqual({});
    } finally {
      await app.close();
      gate.close();
    }
    // The token and its secret, too, which the engine has had in its memory.
    expect(gate.secrets().length).toBeGreaterThan(1);
    expectNoTrace(userData, [BEARER, ...gate.secrets()]);
  });

  test('pasted credentials that expire are asked for once, and the upload goes on', async ({
    folder,
    userData,
    cloud,
  }) => {
    test.setTimeout(120_000);
    const pasted = async (): Promise<string> =>
      (
        await fetch(`${cloud.appServer.announced.url}/get_sts_token`, {
          headers: { 'Cache-Control': 'no-cache' },
        })
      ).text();
    const { app, page } = await open(userData, keyring.environment);
    const first = await pasted();
    const secrets = Object.values(JSON.parse(first) as Record<string, string>).slice(0, 3);
    try {
      await begin(page, cloud, 'Paste credentials', 'Temporary');
      await page.getByLabel('Credentials', { exact: true }).fill('{"AccessKeyId":');
      await save(page);
      await expect(page.getByText('This begins like JSON and is cut off.')).toBeVisible();
      await page.getByLabel('Credentials', { exact: true }).fill(first);
      await save(page);
      await expect(page.getByRole('button', { name: 'Choose files' })).toBeVisible();
      await slowly(page, cloud);
      await upload(page, folder, 'film.mov', 120 * MIB);
      await partsStored(cloud, 5);
      await setFaults(cloud, [{ operation: 'UploadPart', fault: 'expire-token', count: 1 }]);
      await expect(needs(page)).toHaveCount(1);
      await expect(needs(page)).toContainText('sign-in has expired');
      await needs(page).getByRole('button', { name: 'Enter credentials' }).click();
      await page.getByRole('button', { name: 'Replace' }).click();
      await expect(page.getByLabel('Credentials', { exact: true })).toBeFocused();
      await quickly(page, cloud);
      // The application server gives a new one every two seconds at most.
      await expect.poll(pasted, { timeout: 10_000 }).not.toBe(first);
      await page.getByLabel('Credentials', { exact: true }).fill(await pasted());
      await save(page);
      await verified(page, cloud, 'film.mov');
      await expect(needs(page)).toHaveCount(0);
      expect(await keychainRuns(app)).toBe(false);
      expect(keyring.entries()).toEqual({});
    } finally {
      await app.close();
    }
    expectNoTrace(userData, secrets);
  });
});

test.describe('without a keychain', () => {
  test('a secret is kept for this run, in words, and asked for in the next', async ({
    folder,
    userData,
    cloud,
  }) => {
    const { accessKeySecret } = cloud.sandbox.announced;
    let { app, page } = await open(userData, NO_BUS);
    try {
      await begin(page, cloud, 'Paste credentials', 'Assume a role');
      await fillRole(page, cloud);
      await expect(page.getByText('No keychain here: the key is kept for this run only.')).toBeVisible();
      await save(page);
      await expect(page.locator('.line-note')).toContainText('No keychain here');
      await upload(page, folder, 'one.txt');
      await verified(page, cloud, 'one.txt');
      await app.close();
      ({ app, page } = await open(userData, NO_BUS));
      await upload(page, folder, 'two.txt');
      await expect(needs(page)).toContainText('no credentials');
      await needs(page).getByRole('button', { name: 'Enter credentials' }).click();
      await page.getByLabel('AccessKey ID').fill(cloud.sandbox.announced.accessKeyId);
      await page.getByLabel('AccessKey secret').fill(accessKeySecret);
      await save(page);
      await verified(page, cloud, 'two.txt');
    } finally {
      await app.close();
    }
    expectNoTrace(userData, [accessKeySecret]);
  });

  test('a locked keyring freezes nothing; unlocked and tried again, it keeps the secret', async ({
    folder,
    userData,
    cloud,
  }) => {
    test.skip(process.platform !== 'linux', 'a keyring of our own is to be had on Linux alone');
    test.setTimeout(90_000);
    await (await startKeyring(folder, 'unlocked')).stop();
    const keyring = await startKeyring(folder, 'locked');
    const { app, page } = await open(userData, keyring.environment);
    try {
      await begin(page, cloud, 'Paste credentials', 'Assume a role');
      await fillRole(page, cloud);
      const slowest = await page.evaluate(async () => {
        let longest = 0;
        const state = (): string | undefined =>
          document.querySelector<HTMLElement>('[data-keychain]')?.dataset['keychain'];
        while (state() === 'checking') {
          const before = performance.now();
          await window.ferry.call('settings.get', {});
          longest = Math.max(longest, performance.now() - before);
        }
        return longest;
      });
      // It hangs for three seconds, and main answers all the while.
      expect(slowest).toBeGreaterThan(0);
      expect(slowest).toBeLessThan(1_000);
      await expect(page.locator('[data-keychain]')).toHaveAttribute('data-keychain', 'memory');
      expect(await keychainRuns(app)).toBe(false);
      await save(page);
      await upload(page, folder, 'one.txt');
      await verified(page, cloud, 'one.txt');
      keyring.unlock();
      await page.locator('.line-note').getByRole('button', { name: 'Try again' }).click();
      await expect(page.locator('.line-note')).toHaveCount(0);
      expect(JSON.stringify(keyring.entries())).toContain(cloud.sandbox.announced.accessKeySecret);
    } finally {
      await app.close();
      await keyring.stop();
    }
  });
});

test.describe('a server that lets go of no credentials', () => {
  for (const [way, route, largeAs] of [
    ['Signed URLs', 'sign_upload_url', 'CompleteMultipartUpload'],
    ['Post policy', 'get_post_policy', 'PostObject'],
  ] as const) {
    test(`${way}: from the first form to verified objects, small and large`, async ({
      folder,
      userData,
      cloud,
    }) => {
      test.setTimeout(90_000);
      const { app, page } = await open(userData, NO_BUS);
      try {
        await begin(page, cloud, 'Connect to your organisation', way);
        await save(page);
        await expect(page.getByText('The address of the server is needed.')).toBeVisible();
        await page.getByLabel('Address', { exact: true }).fill(`${cloud.appServer.announced.url}/${route}`);
        await page.screenshot({ path: `out/look/way-${route}.png` });
        await save(page);
        await upload(page, folder, 'small.txt');
        await verified(page, cloud, 'small.txt');
        // What was signed dies on the way, in the middle of the file where it goes in parts.
        const skip = largeAs === 'PostObject' ? 0 : 20;
        const operation = largeAs === 'PostObject' ? largeAs : 'UploadPart';
        await setFaults(cloud, [{ operation, fault: 'expire-token', skip, count: 1 }]);
        await upload(page, folder, 'film.mov', 120 * MIB);
        await verified(page, cloud, 'film.mov');
        const told = (await requestsTo(cloud)).filter(({ key }) => key === 'uploads/film.mov');
        expect(told.map((request) => request.operation)).toContain(largeAs);
        expect(await faultsLeft(cloud)).toEqual([]);
        expect(await keychainRuns(app)).toBe(false);
      } finally {
        await app.close();
      }
    });

    for (const keychain of ['with a keyring', 'without one'] as const)
      test(`${way}, ${keychain}: the bearer is where it should be, and nothing is left on the disk`, async ({
        folder,
        userData,
        cloud,
      }) => {
        test.skip(process.platform !== 'linux', 'a keyring of our own is to be had on Linux alone');
        test.setTimeout(90_000);
        const keyring = keychain === 'with a keyring' ? await startKeyring(folder, 'unlocked') : null;
        const gate = await startSigningGate(cloud, BEARER);
        const { app, page } = await open(userData, keyring?.environment ?? NO_BUS);
        try {
          await begin(page, cloud, 'Connect to your organisation', way);
          await page.getByLabel('Address', { exact: true }).fill(gate.at(`/${route}`));
          await page.getByLabel('Bearer token').fill(BEARER);
          await save(page);
          await upload(page, folder, 'small.txt');
          await verified(page, cloud, 'small.txt');
          await upload(page, folder, 'film.mov', 20 * MIB);
          await verified(page, cloud, 'film.mov');
          if (keyring !== null) expect(JSON.stringify(keyring.entries())).toContain(BEARER);
          expect(await page.content()).not.toContain(BEARER);
        } finally {
          await app.close();
          gate.close();
          await keyring?.stop();
        }
        expect(gate.secrets().length).toBeGreaterThan(1);
        expectNoTrace(userData, [BEARER, cloud.sandbox.announced.accessKeySecret, ...gate.secrets()]);
      });
  }
});
