// Memory, speed and CPU of the engine while one large file goes out: in the app's engine process and in the command.
import { spawn } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/ensure-system.mjs';
import { drop, enginePid, whenUsable, withApp, withCloud } from './app.mjs';
import { GIB, load, row, say } from './figures.mjs';
import { watch } from './processes.mjs';

const SIZE = 10e9;
const LIMIT_RSS_MB = 200;
const LONGEST_MS = 600_000;

/** Bytes that the disk does not hold: reading them costs a copy and no more. */
export function sparseFile(path, size) {
  const file = openSync(path, 'w');
  ftruncateSync(file, size);
  closeSync(file);
  return path;
}

function rows(where, { peakRss, cpu, samples }, seconds) {
  const speed = `${(SIZE / 1e6 / seconds).toFixed(0)} MB/s, ${(cpu / (SIZE / GIB)).toFixed(2)} CPU-s/GiB`;
  const measured = `${(peakRss / 1e6).toFixed(0)} MB`;
  say(`10 GB, ${where}: peak RSS ${measured}, ${speed}`);
  const note = `${speed}; ${samples} samples; load ${load()}`;
  return row(`engine RSS, 10 GB file, ${where}`, '< 200 MB', measured, peakRss / 1e6 < LIMIT_RSS_MB, note);
}

const inApp = (folder, file, display) =>
  withCloud(folder, ({ profileFile }) =>
    withApp({ userData: join(folder, 'user-data'), profileFile, display }, async (app, page) => {
      await whenUsable(page);
      const stop = watch(await enginePid(app));
      const begun = await drop(page, [file]);
      const verified = page.locator('[data-batch-id][data-state="done"]');
      await verified.first().waitFor({ timeout: LONGEST_MS });
      return rows('app', stop(), (Date.now() - begun) / 1000);
    }),
  );

const inCommand = (folder, file) =>
  withCloud(folder, async ({ profileFile }) => {
    const args = ['upload', file, '--profile', profileFile, '--state', join(folder, 'state'), '--json'];
    const begun = Date.now();
    const child = spawn(process.execPath, [join(root, 'out/cli/oss-ferry.js'), ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const stop = watch(child.pid);
    const code = await new Promise((done) => child.once('close', done));
    if (code !== 0) throw new Error(`the command ended with ${code}`);
    return rows('command', stop(), (Date.now() - begun) / 1000);
  });

export async function measureBigFile(folder, display) {
  const file = sparseFile(join(folder, 'ten.bin'), SIZE);
  const found = [
    await inApp(join(folder, 'big-app'), file, display),
    await inCommand(join(folder, 'big-command'), file),
  ];
  rmSync(file);
  return found;
}
