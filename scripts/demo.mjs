#!/usr/bin/env node
// The main job, shown: sandbox and application server of its own, the real app, a real drop, a table of what arrived,
// and the face that IMM found in the photo. Exit code 0 only if the CRC-64 of every object equals that of its file,
// counted by scripts/crc64.mjs, and the photo has its one face.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { crc64Of } from './crc64.mjs';
import { electronEnvironment, ensureElectron } from './ensure-electron.mjs';
import { ensureLibraries, ensureModules, main, root } from './ensure-system.mjs';
import programs from './programs.cjs';
import { makeSampleFolder } from './sample-folder.mjs';
import { hasDisplay, withDisplay } from './with-display.mjs';

const PREFIX = 'uploads/';
const LONGEST_MS = 180_000;
const say = (text) => process.stdout.write(`${text}\n`);

/** Drags the folder onto the window and lets it go, as a file browser does. */
async function drop(page, path) {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'])
    await session.send('Input.dispatchDragEvent', { type, x: 600, y: 300, data });
  await session.detach();
}

async function objectsOf(sandbox) {
  const lines = (await (await fetch(`${sandbox.admin}/objects`)).text()).split('\n').filter(Boolean);
  return new Map(lines.map((line) => JSON.parse(line)).map((object) => [object.key, object]));
}

/** Prints a line for each file and gives the number of those that are not proven. */
function compare(sample, names, objects) {
  let wrong = 0;
  say(`\n${'CRC-64 of the file'.padEnd(21)}${'CRC-64 in the bucket'.padEnd(23)}${'bytes'.padStart(10)}  key`);
  for (const name of [...names].sort()) {
    const key = `${PREFIX}sample/${name}`;
    const bytes = readFileSync(join(sample, name));
    const ours = crc64Of(bytes);
    const object = objects.get(key);
    const equal = object?.crc64 === ours && object.size === bytes.length;
    if (!equal) wrong += 1;
    const theirs = object?.crc64 ?? 'missing';
    say(
      `${ours.padEnd(21)}${theirs.padEnd(21)}${equal ? '=' : '≠'} ${String(bytes.length).padStart(10)}  ${key}`,
    );
  }
  const strangers = objects.size - names.length;
  say(`\n${names.length - wrong} of ${names.length} objects have the CRC-64 of their file.`);
  if (strangers !== 0) say(`${strangers} objects more or less than files.`);
  return wrong + Math.abs(strangers);
}

async function openApp(folder, profile, display) {
  const { _electron } = await import('playwright');
  const runtime = await ensureElectron();
  const environment = { ...electronEnvironment(runtime), ...display, OSS_FERRY_PROFILE: profile };
  delete environment.ELECTRON_RUN_AS_NODE;
  const args = [root, `--user-data-dir=${join(folder, 'user-data')}`];
  return _electron.launch({ executablePath: runtime.program, args, cwd: root, env: environment });
}

/** The photo was looked at by the sandbox's IMM, in the bytes that arrived: its face has a box. */
async function showFaces(page) {
  await page.keyboard.press('Control+4');
  await page.locator('.stage .facebox').first().waitFor({ timeout: LONGEST_MS });
  // Drawn, not only asked for: it is in the screenshot.
  await page.locator('.stage .photo img').evaluate((image) => image.decode());
  const faces = await page.locator('.stage .facebox').count();
  say(`IMM found ${faces} ${faces === 1 ? 'face' : 'faces'} in portrait.jpg.`);
  return faces;
}

async function demonstrate(folder, display, stops) {
  const names = makeSampleFolder(join(folder, 'sample'));
  const cloud = await programs.launchSandbox(join(folder, 'cloud'));
  stops.push(cloud.stop);
  const server = await programs.launchAppServer(cloud.announced, PREFIX);
  stops.push(server.stop);
  const profile = join(folder, 'profile.json');
  const destination = programs.sandboxProfile(cloud.announced, server.announced, PREFIX);
  const { immProject: project, imm: endpoint } = cloud.announced;
  const faces = { imm: { project, endpoint }, faces: { detect: 'after-upload' } };
  writeFileSync(profile, JSON.stringify({ ...destination, ...faces, conflict: 'skip-identical' }, null, 2));
  const app = await openApp(folder, profile, display);
  const closed = new Promise((done) => app.once('close', done));
  stops.push(() => app.close());
  const page = await app.firstWindow();
  await page.locator('[data-zone="grid"]').waitFor();
  say(`Dropping ${names.length} files on the window.`);
  await drop(page, join(folder, 'sample'));
  // By state and number, not by a word: the window speaks the language of the system.
  const all = new RegExp(`\\b${names.length}\\b\\D+\\b${names.length}\\b`);
  const verified = page.locator('[data-batch-id][data-state="done"] .st').filter({ hasText: all });
  await verified.first().waitFor({ timeout: LONGEST_MS });
  const wrong = compare(join(folder, 'sample'), names, await objectsOf(cloud.announced));
  const seen = await showFaces(page);
  await page.screenshot({ path: join(root, 'out/demo.png') });
  say('The window is saved as out/demo.png.');
  if (hasDisplay()) {
    say('The window stays open; close it to end the demo.');
    await closed;
  }
  return wrong === 0 && seen === 1 ? 0 : 1;
}

/** Stops what was started, the last one first, also after a failure. */
async function withStops(body) {
  const stops = [];
  try {
    return await body(stops);
  } finally {
    for (const stop of stops.reverse()) await stop().catch(() => undefined);
  }
}

await main(async () => {
  ensureModules();
  ensureLibraries();
  build();
  await ensureElectron();
  const folder = join(root, 'out/demo');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return withDisplay((display) => withStops((stops) => demonstrate(folder, display, stops)));
});
