// Memory of the idle app above an empty window of the same runtime, and the time from start to a usable window.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/ensure-system.mjs';
import { killOne, profileFor, runtimeCommand, whenUsable, withApp } from './app.mjs';
import { load, median, row, say, spread } from './figures.mjs';
import { settledPss, tree } from './processes.mjs';

const ROUNDS = 3;
const STARTS = 5;
const LIMIT_ABOVE_EMPTY_MB = 120;
const LIMIT_START_MS = 2000;

/** The least that opens a window of the same size on the same runtime. */
function emptyApp(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"name":"empty","main":"main.js"}');
  writeFileSync(join(folder, 'empty.html'), '<!doctype html><title>empty</title>');
  const main = `const { app, BrowserWindow } = require('electron');
app.whenReady().then(() => new BrowserWindow({ width: 1180, height: 760 }).loadFile('empty.html'));`;
  writeFileSync(join(folder, 'main.js'), main);
  return folder;
}

/** Starts without Playwright, whose debuggers would cost memory too. */
async function idlePss(path, userData, display, profileFile) {
  const more = { OSS_FERRY_PROFILE: profileFile };
  const { program, args, env } = await runtimeCommand(path, userData, display, more);
  const child = spawn(program, args, { cwd: path, env, stdio: 'ignore' });
  const ended = new Promise((done) => child.once('close', done));
  try {
    return (await settledPss(child.pid)) / 1e6;
  } finally {
    for (const member of tree(child.pid)) killOne(member);
    await ended;
  }
}

export async function measureIdle(folder, display) {
  const empty = emptyApp(join(folder, 'empty'));
  const figures = { app: [], empty: [] };
  const profileFile = profileFor(folder);
  for (let round = 1; round <= ROUNDS; round += 1) {
    figures.empty.push(await idlePss(empty, join(folder, `empty-data-${round}`), display, profileFile));
    figures.app.push(await idlePss(root, join(folder, `app-data-${round}`), display, profileFile));
    say(
      `idle PSS ${round}: app ${figures.app.at(-1).toFixed(0)} MB, empty ${figures.empty.at(-1).toFixed(0)} MB`,
    );
  }
  const above = figures.app.map((value, index) => value - figures.empty[index]);
  const note = `app ${spread(figures.app)}, empty window ${spread(figures.empty)} MB PSS; load ${load()}`;
  const isMet = median(above) <= LIMIT_ABOVE_EMPTY_MB;
  return [row('idle PSS above an empty window', '≤ 120 MB', `${spread(above)} MB`, isMet, note)];
}

export async function measureStart(folder, display) {
  const painted = [];
  const profileFile = profileFor(folder);
  const usable = [];
  for (let start = 1; start <= STARTS; start += 1)
    await withApp(
      { userData: join(folder, `start-${start}`), profileFile, display },
      async (_app, page, startedAt) => {
        const { paintedAt, usableAt } = await whenUsable(page);
        painted.push(paintedAt - startedAt);
        usable.push(usableAt - startedAt);
        say(`start ${start}: painted ${painted.at(-1).toFixed(0)} ms, usable ${usable.at(-1).toFixed(0)} ms`);
      },
    );
  const note = `first paint ${spread(painted)} ms; Playwright's own share included; load ${load()}`;
  const isMet = median(usable) <= LIMIT_START_MS;
  return [row('window usable after start', '≤ 2000 ms', `${spread(usable)} ms`, isMet, note)];
}
