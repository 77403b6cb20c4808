// A drop of 100,000 files: when the first byte goes out, whether main is ever blocked, how smooth the window stays.
/* global window, requestAnimationFrame -- what runs in the page */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drop, requestsTo, whenUsable, withApp, withCloud } from './app.mjs';
import { load, pause, percentile, row, say } from './figures.mjs';

const FILES = 100_000;
const WATCHED_MS = 60_000;
const LIMIT_FIRST_BYTE_MS = 1000;
const LIMIT_BLOCKED_MS = 50;
const SETTLE_MS = 2000;
/** Main is watched this long before the drop too: how late its timers are when it has nothing to do. */
const CALM_MS = 10_000;

function makeFiles(folder, folders) {
  for (let n = 0; n < FILES; n += 1) {
    const parent = folders === 1 ? folder : join(folder, `folder ${n % folders}`);
    if (n < folders) mkdirSync(parent, { recursive: true });
    writeFileSync(join(parent, `file ${String(n).padStart(6, '0')}.txt`), `The small file number ${n}.\n`);
  }
  return folder;
}

/**
 * Runs in main: a timer of 5 ms, and for each of its beats how late it was and what the kernel says of the thread
 * meanwhile: how long it ran (its own work) and how long it waited for a core that others had.
 */
function recordMain() {
  const { readFileSync } = process.mainModule.require('node:fs');
  const kernel = () =>
    readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ').map(Number);
  const beats = [];
  let last = performance.now();
  let [lastRan, lastWaited] = kernel();
  const timer = setInterval(() => {
    const now = performance.now();
    const [ran, waited] = kernel();
    beats.push([now - last - 5, (ran - lastRan) / 1e6, (waited - lastWaited) / 1e6, Date.now()]);
    [last, lastRan, lastWaited] = [now, ran, waited];
  }, 5);
  globalThis.stopRecording = () => {
    clearInterval(timer);
    return beats;
  };
}

/** Runs in the page: the time between frames. */
function recordFrames() {
  const frames = [];
  let last = performance.now();
  let on = true;
  const beat = (now) => {
    frames.push(now - last);
    last = now;
    if (on) requestAnimationFrame(beat);
  };
  requestAnimationFrame(beat);
  window.stopRecording = () => {
    on = false;
    return frames;
  };
}

async function firstPutAfter(sandbox, droppedAt) {
  for (const until = Date.now() + 60_000; Date.now() < until; await pause(50)) {
    const first = (await requestsTo(sandbox)).find(({ operation }) => operation === 'PutObject');
    if (first !== undefined) return Date.parse(first.at) - droppedAt;
  }
  throw new Error('no PutObject within a minute');
}

/** Waits until the scan is over and a minute has gone by; gives how long the scan took. */
async function watchScan(page, droppedAt) {
  for (let scanMs = null; ; await pause(1000)) {
    const { scanning, items, endedItems } = await page.evaluate(
      async () => (await window.ferry.call('queue.snapshot', {})).value.summary,
    );
    const passedMs = Date.now() - droppedAt;
    if (!scanning && items > 0) scanMs ??= passedMs;
    if (scanMs !== null && passedMs >= WATCHED_MS) return { scanMs, items, endedItems, passedMs };
    if (passedMs > 5 * WATCHED_MS) throw new Error('the scan did not end in five minutes');
  }
}

async function dropAndWatch(cloud, { app, page }, path) {
  await whenUsable(page);
  await pause(SETTLE_MS);
  await app.evaluate(recordMain);
  await pause(CALM_MS);
  const calm = await app.evaluate(() => Math.max(...globalThis.stopRecording().map(([lateMs]) => lateMs)));
  await app.evaluate(recordMain);
  await page.evaluate(recordFrames);
  const droppedAt = await drop(page, [path]);
  const firstMs = await firstPutAfter(cloud.sandbox, droppedAt);
  const scan = await watchScan(page, droppedAt);
  const beats = await app.evaluate(() => globalThis.stopRecording());
  const frames = await page.evaluate(() => window.stopRecording());
  return { droppedAt, firstMs, ...scan, beats, frames, calm };
}

function rows(name, { droppedAt, firstMs, scanMs, items, endedItems, passedMs, beats, frames, calm }) {
  const late = beats.map(([lateMs]) => lateMs);
  // Without the waits for a core, which are other programs'; what is left it worked, or slept in a call (the disk's).
  const blocked = beats.map(([lateMs, , waitedMs]) => Math.max(0, lateMs - waitedMs));
  const ran = beats.map(([, ranMs]) => ranMs);
  const [worst] = [...beats].sort((left, right) => right[0] - left[0]);
  const ms = (value) => `${value.toFixed(0)} ms`;
  const seconds = (value) => `${(value / 1000).toFixed(1)} s`;
  const progress = `${items} found in ${seconds(scanMs)}, ${endedItems} done after ${seconds(passedMs)}`;
  const [lateMs, ranMs, waitedMs] = worst.map(ms);
  const longest = `latest beat ${lateMs}: ran ${ranMs}, waited ${waitedMs} for a core, ${seconds(worst[3] - droppedAt)} after the drop`;
  const before = `late before the drop: max ${ms(calm)}`;
  const lateness = `p99 ${ms(percentile(blocked, 0.99))}; ran at most ${ms(Math.max(...ran))} on end; late p99 ${ms(percentile(late, 0.99))}; ${longest}; ${before}`;
  say(`${name}: first PutObject after ${firstMs} ms; ${progress}`);
  say(`  main blocked at most ${ms(Math.max(...blocked))}; ${lateness}`);
  return [
    row(
      `first PutObject after the drop, ${name}`,
      '≤ 1000 ms',
      ms(firstMs),
      firstMs <= LIMIT_FIRST_BYTE_MS,
      `${progress}; load ${load()}`,
    ),
    row(
      `main's loop blocked, ${name}`,
      '≤ 50 ms',
      `max ${ms(Math.max(...blocked))}`,
      Math.max(...blocked) <= LIMIT_BLOCKED_MS,
      lateness,
    ),
    row(
      `time between frames, ${name}`,
      null,
      `p95 ${ms(percentile(frames, 0.95))}`,
      null,
      `p99 ${ms(percentile(frames, 0.99))}, max ${ms(Math.max(...frames))}, ${frames.length} frames`,
    ),
  ];
}

async function measureTree(folder, display, name, folders) {
  const path = makeFiles(join(folder, 'dropped', folders === 1 ? 'flat' : 'nested'), folders);
  const found = await withCloud(folder, (cloud) =>
    withApp(
      { userData: join(folder, `user-data-${folders}`), profileFile: cloud.profileFile, display },
      async (app, page) => rows(name, await dropAndWatch(cloud, { app, page }, path)),
    ),
  );
  rmSync(path, { recursive: true });
  return found;
}

export async function measureManyFiles(folder, display) {
  return [
    ...(await measureTree(folder, display, '100,000 files in 100 folders', 100)),
    ...(await measureTree(folder, display, '100,000 files in one folder', 1)),
  ];
}
