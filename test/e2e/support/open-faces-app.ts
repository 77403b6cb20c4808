/** The app on a destination with an IMM project: what tests of faces begin with. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { requestsTo } from './admin';
import { expect } from './app';
import type { Cloud } from './cloud';
import { openDesk, test as base, type Desk } from './open-app';

export const LOOK_MS = 30_000;

interface FacesSetting {
  /** What the destination does about faces; left out: nothing. */
  readonly faces?: Readonly<Record<string, unknown>>;
  /** In place of the sandbox's own. */
  readonly project?: string;
  readonly endpoint?: string;
}

export const AFTER_UPLOAD = { detect: 'after-upload', perSecond: 50 };

async function openFacesDesk(cloud: Cloud, userData: string, setting: FacesSetting): Promise<Desk> {
  const profile = JSON.parse(readFileSync(cloud.profileFile, 'utf8')) as Record<string, unknown>;
  const { imm, immProject } = cloud.sandbox.announced;
  const { faces, project = immProject, endpoint = imm } = setting;
  const more = { imm: { project, endpoint }, ...(faces === undefined ? {} : { faces }) };
  writeFileSync(cloud.profileFile, JSON.stringify({ ...profile, ...more }));
  return openDesk(userData, cloud.profileFile);
}

export const test = base.extend<{ readonly open: (setting?: FacesSetting) => Promise<Desk> }>({
  open: async ({ cloud, userData }, use) => {
    const desks: Desk[] = [];
    await use(async (setting = {}) => {
      const desk = await openFacesDesk(cloud, userData, setting);
      desks.push(desk);
      return desk;
    });
    for (const { app } of desks) await app.close();
  },
});

/** Goes to the faces and waits until so many pictures are under a filter; the bar names it. */
export async function facesOf(page: Page, filter: string, count: number, timeout = LOOK_MS): Promise<void> {
  await page.keyboard.press('Control+4');
  const choice = page.locator('.faces-bar .seg label').filter({ hasText: `${filter} ${count}` });
  await expect(choice).toBeVisible({ timeout });
  await choice.click();
}

/** How often IMM was asked, whatever it answered. */
export const immAsked = async (cloud: Cloud): Promise<number> =>
  (await requestsTo(cloud)).filter(({ operation }) => operation === 'DetectImageFaces').length;
