/** The window of the real app before a real cloud: what most tests of the queue begin with. */
import { createServer, type Server } from 'node:http';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ElectronApplication, Locator, Page } from '@playwright/test';
import type { Bridge } from '../../../src/shared/ipc/contract';
import { expect, launchApp, test as base } from './app';
import { requestsTo, setFaults } from './admin';
import { startCloud, type Cloud } from './cloud';
import { bytesOf } from './trees';

declare global {
  interface Window {
    readonly ferry: Bridge;
  }
}

export interface Desk {
  readonly app: ElectronApplication;
  readonly page: Page;
}

/** Starts the app on a profile file, or plainly without one. */
export async function openDesk(userData: string, profileFile?: string): Promise<Desk> {
  const environment = profileFile === undefined ? {} : { OSS_FERRY_PROFILE: profileFile };
  const app = await launchApp({ userData, environment });
  const page = await app.firstWindow();
  await page.locator('.window').waitFor();
  return { app, page };
}

export interface Gate {
  readonly url: string;
  /** Refuses every request with 401, or hands them on to the application server. */
  refuse(refuses: boolean): void;
  stop(): Promise<void>;
}

/** Stands before an application server, as the server of an organisation does that may refuse a user. */
async function startGate(cloud: Cloud): Promise<Gate> {
  let refuses = true;
  const server: Server = createServer((request, response) => {
    if (refuses) {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { code: 'Unauthorized', message: 'Who are you?' } }));
      return;
    }
    void fetch(`${cloud.appServer.announced.url}${request.url ?? ''}`).then(async (answer) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(await answer.text());
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/get_sts_token`,
    refuse: (now) => (refuses = now),
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

export interface Fixtures {
  readonly cloud: Cloud;
  /** Before the cloud's application server; it refuses until it is told otherwise. */
  readonly gate: Gate;
  /** The app on the cloud's destination. */
  readonly desk: Desk;
}

export const test = base.extend<Fixtures>({
  cloud: async ({ folder }, use) => {
    const cloud = await startCloud(folder);
    await use(cloud);
    await cloud.stop();
  },
  gate: async ({ cloud }, use) => {
    const gate = await startGate(cloud);
    await use(gate);
    await gate.stop();
  },
  desk: async ({ cloud, userData }, use) => {
    const desk = await openDesk(userData, cloud.profileFile);
    await use(desk);
    await desk.app.close();
  },
});

/** A cloud whose role may do what this policy says, in place of the usual one. */
export const cloudUnder =
  (rolePolicy: string) =>
  async ({ folder }: { readonly folder: string }, use: (cloud: Cloud) => Promise<void>): Promise<void> => {
    const file = join(folder, 'role-policy.json');
    writeFileSync(file, rolePolicy);
    const cloud = await startCloud(folder, 'uploads/', ['--role-policy', file]);
    await use(cloud);
    await cloud.stop();
  };

/** Rows of the queue, by a part of their words. */
export const itemRow = (page: Page, name: string): Locator =>
  page.locator('[data-item-id]').filter({ hasText: name });
export const batchRow = (page: Page, name?: string): Locator =>
  name === undefined
    ? page.locator('[data-batch-id]').first()
    : page.locator('[data-batch-id]').filter({ hasText: name });

export async function expectState(row: Locator, state: string, timeout = 20_000): Promise<void> {
  await expect(row).toHaveAttribute('data-state', state, { timeout });
}

/** Few connections and slow parts: what is under way stays so until the test lets it go. */
export async function slowly(page: Page, cloud: Cloud, ms = 400): Promise<void> {
  await page.evaluate(() => window.ferry.call('settings.set', { connections: 2 }));
  await setFaults(cloud, [{ operation: 'UploadPart', fault: 'delay', ms }]);
}

export async function quickly(page: Page, cloud: Cloud): Promise<void> {
  await setFaults(cloud, []);
  await page.evaluate(() => window.ferry.call('settings.set', { connections: 8 }));
}

/** Waits until the server has acknowledged so many parts in all. */
export async function partsStored(cloud: Cloud, least: number): Promise<void> {
  await expect
    .poll(
      async () =>
        (await requestsTo(cloud)).filter(
          ({ operation, status }) => operation === 'UploadPart' && status === 200,
        ).length,
      { intervals: [30], timeout: 30_000 },
    )
    .toBeGreaterThanOrEqual(least);
}

/** A file of its own content; gives its path. */
export function fileIn(folder: string, name: string, sizeBytes: number): string {
  const path = join(folder, name);
  writeFileSync(path, bytesOf(name, sizeBytes));
  return path;
}

export const clipboardOf = ({ app }: Desk): Promise<string> =>
  app.evaluate(({ clipboard }) => clipboard.readText());
