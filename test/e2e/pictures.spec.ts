import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import { startDetectorThread } from '../../src/host/detector/detector-thread';
import { CAT, PORTRAIT, sixPortraits, turnedPortrait } from '../fakes/pictures';
import { dropPaths, expect } from './support/app';
import { expectState, itemRow, test } from './support/open-app';

const DETECTOR = 'OSS Ferry Pictures';

/** The memory of the detector's process in kilobytes; null while there is none. */
const detectorMemory = (app: ElectronApplication): Promise<number | null> =>
  app.evaluate(
    (electron, name) =>
      electron.app.getAppMetrics().find((metric) => metric.name === name || metric.serviceName === name)
        ?.memory.workingSetSize ?? null,
    DETECTOR,
  );

const itemIdOf = async (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const snapshot = await window.ferry.call('queue.snapshot', {});
    const batchId = snapshot.ok ? snapshot.value.batches[0]?.batchId : undefined;
    if (batchId === undefined) throw new Error('nothing is queued');
    const items = await window.ferry.call('queue.items', { batchId, offset: 0, limit: 1 });
    const itemId = items.ok ? items.value.rows[0]?.itemId : undefined;
    if (itemId === undefined) throw new Error('nothing is in the batch');
    return itemId;
  });

/** What the page shows at an address: the size of the picture, or null where it cannot be shown. */
const shown = (page: Page, address: string) =>
  page.evaluate(
    (url) =>
      new Promise<{ width: number; height: number } | null>((done) => {
        const image = new Image();
        image.onload = () => done({ width: image.naturalWidth, height: image.naturalHeight });
        image.onerror = () => done(null);
        image.src = url;
      }),
    address,
  );

test('the page shows the picture of an item, upright, made by a process of its own', async ({
  folder,
  desk,
}) => {
  const { page, app } = desk;
  const file = await turnedPortrait(folder, 6);
  expect(await detectorMemory(app)).toBeNull();
  await dropPaths(page, [file]);
  await expectState(itemRow(page, 'orientation-6.jpg'), 'done');
  const itemId = await itemIdOf(page);
  const picture = await page.evaluate((id) => window.ferry.call('faces.picture', { itemId: id }), itemId);
  expect(picture).toEqual({
    ok: true,
    value: { kind: 'picture', url: `app://ferry/picture/${itemId}`, width: 440, height: 512, changed: false },
  });
  expect(await shown(page, `app://ferry/picture/${itemId}`)).toEqual({ width: 440, height: 512 });
  expect(await shown(page, `app://ferry/picture/${itemId}?edge=160`)).toEqual({ width: 138, height: 160 });
  expect(await detectorMemory(app)).toBeGreaterThan(0);
  for (const wrong of ['999999', `${itemId}/face/imm/0`, `${itemId}?edge=9999`])
    expect(await shown(page, `app://ferry/picture/${wrong}`), wrong).toBeNull();

  copyFileSync(CAT, file);
  const changed = await page.evaluate((id) => window.ferry.call('faces.picture', { itemId: id }), itemId);
  expect(changed).toMatchObject({ ok: true, value: { width: 451, height: 300, changed: true } });
});

test('a thread on plain Node and a process of Electron see the same', async ({ folder, app }) => {
  const files = [PORTRAIT, CAT, await sixPortraits(folder), join(folder, 'nowhere.jpg')];
  const detector = startDetectorThread();
  const byThread = [];
  for (const file of files) byThread.push(await detector.detect(file));
  detector.close();
  const byProcess = await app.evaluate(
    ({ utilityProcess }, { program, sources }) =>
      new Promise<unknown[]>((done) => {
        const child = utilityProcess.fork(program);
        const answers: unknown[] = [];
        child.on('message', ({ answer }: { answer: unknown }) => {
          answers.push(answer);
          if (answers.length < sources.length) return;
          child.kill();
          done(answers);
        });
        sources.forEach((source, id) => child.postMessage({ id, question: { kind: 'faces', source } }));
      }),
    { program: resolve(__dirname, '../../out/faces/detector-process.js'), sources: files },
  );
  // The answers come in the order of their ends: the missing file first, then the rest one by one.
  const faces = (outcomes: readonly unknown[]) =>
    outcomes
      .map((outcome) => (outcome as { value?: { faces: unknown[] } }).value?.faces)
      .filter((found) => found !== undefined)
      .map((found) => JSON.stringify(found))
      .sort();
  expect(faces(byProcess)).toEqual(faces(byThread));
  expect(faces(byProcess)).toHaveLength(3);
});
