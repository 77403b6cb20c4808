// Pictures through upload and IMM with the place Faces open: how smooth the window stays, and whether memory comes back.
/* global window, document, requestAnimationFrame -- what runs in the page */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { root } from '../../scripts/ensure-system.mjs';
import { drop, requestsTo, whenUsable, withCloud, withLooseApp } from './app.mjs';
import { load, MIB, pause, percentile, row, say } from './figures.mjs';
import { memoryByProcess, treePss } from './processes.mjs';

const PICTURES = 1000;
/** Every fifth has no face. */
const WITHOUT_EVERY = 5;
/** What the sandbox's detector bears on two cores; more would only wait in its line. */
const PER_SECOND = 3;
const LIMIT_FRAME_MS = 20;
const LIMIT_MEMORY = 30_000_000;
/** After a minute without anything each process tidies up, and the detector's ends. */
const QUIET_MS = 75_000;
const LOOK_AGAIN_MS = 2000;
/** Seconds for a picture, at the worst: a machine with other work. */
const LONGEST_MS = 10_000;

const fixture = (name) => join(root, 'test/fixtures/pictures', `${name}.jpg`);

/** Pictures of which no two are the same: the portrait, each fifth a cat or a cup, in other sizes, tones and crops. */
async function makePictures(folder, count) {
  mkdirSync(folder, { recursive: true });
  for (let n = 0; n < count; n += 1) {
    const isWithout = n % WITHOUT_EVERY === WITHOUT_EVERY - 1;
    const file = fixture(!isWithout ? 'portrait' : n % 2 === 0 ? 'cat' : 'cup');
    const picture = sharp(file)
      .resize(360 + (n % 7) * 20)
      .modulate({ brightness: 0.9 + (n % 20) / 100, hue: n % 12 })
      .flop(n % 2 === 1);
    await picture
      .jpeg({ quality: 70 + (n % 25) })
      .toFile(join(folder, `picture ${String(n).padStart(4, '0')}.jpg`));
  }
  return folder;
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

const countsOf = (page) =>
  page.evaluate(async () => {
    const reply = await window.ferry.call('faces.batches', {});
    return reply.value.batches[0]?.counts ?? { all: 0, with: 0, without: 0, failed: 0, waiting: 0 };
  });

/** Waits until so many pictures have an answer; gives the counts and the most that all processes held. */
async function untilAnswered(page, pid, count) {
  let peak = 0;
  for (const until = Date.now() + count * LONGEST_MS; Date.now() < until; await pause(LOOK_AGAIN_MS)) {
    peak = Math.max(peak, treePss(pid));
    const counts = await countsOf(page);
    const answered = counts.with + counts.without + counts.failed;
    if (answered % 100 < 8) say(`  ${answered} of ${count}, load ${load()}`);
    if (answered === count) return { counts, peak };
  }
  throw new Error('the answers did not come in time');
}

/** Scrolls the contact sheet from the first face to the last, as a person looks it through. */
async function lookThrough(page) {
  await page.getByRole('button', { name: 'Contact sheet' }).click();
  await page.locator('.tile canvas[data-drawn]').first().waitFor();
  await page.evaluate(async () => {
    const sheet = document.querySelector('.contact-sheet');
    for (let at = 0; at < sheet.scrollHeight; at += sheet.clientHeight / 2) {
      sheet.scrollTop = at;
      await new Promise((done) => setTimeout(done, 300));
    }
  });
}

function memoryOf(pid) {
  const parts = memoryByProcess(pid);
  const sum = (of) => parts.reduce((all, part) => all + of(part), 0);
  return { parts, pss: sum(({ pss }) => pss), held: sum(({ held }) => held) };
}

/** The least that all processes held within some seconds of quiet. Nobody collects garbage for them. */
async function atRest(pid) {
  let least = memoryOf(pid);
  for (let look = 0; look < 10; look += 1) {
    await pause(1000);
    const now = memoryOf(pid);
    if (now.held < least.held) least = now;
  }
  return least;
}

const inWords = ({ parts }) =>
  parts
    .map(({ name, pss, held }) => `${name} ${(pss / MIB).toFixed(0)} (${(held / MIB).toFixed(0)})`)
    .join(', ');

/** Drops the pictures and looks on until each has its answer, then looks the contact sheet through. */
async function uploadAndLook(page, pid, folder, count) {
  await drop(page, [folder]);
  await page.keyboard.press('Control+4');
  await page.locator('.faces-bar .seg').waitFor();
  await page.evaluate(recordFrames);
  const startedAt = Date.now();
  const { counts, peak } = await untilAnswered(page, pid, count);
  const tookMs = Date.now() - startedAt;
  const frames = await page.evaluate(() => window.stopRecording());
  await lookThrough(page);
  say(`looked through: ${inWords(memoryOf(pid))}`);
  await page.keyboard.press('Control+1');
  return { counts, peak, frames, tookMs };
}

async function measureIn({ pid, attached }, cloud, folder, count) {
  await attached(whenUsable);
  await pause(5000);
  const before = await atRest(pid);
  say(`before: ${inWords(before)}`);
  const seen = await attached((page) => uploadAndLook(page, pid, folder, count));
  await pause(QUIET_MS);
  const after = await atRest(pid);
  say(`after: ${inWords(after)}`);
  return { before, after, ...seen, requests: await requestsTo(cloud.sandbox) };
}

function rowsOf(count, { before, after, peak, counts, frames, tookMs, requests }) {
  const ms = (value) => `${value.toFixed(0)} ms`;
  const mb = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
  const asked = requests.filter(({ operation }) => operation === 'DetectImageFaces');
  const answered = asked.filter(({ status }) => status === 200).length;
  const p95 = percentile(frames, 0.95);
  const grown = after.held - before.held;
  const name = `${count} pictures`;
  const found = `${counts.with} with faces, ${counts.without} without, ${counts.failed} failed`;
  return [
    row(
      `time between frames, ${name}`,
      `p95 < ${LIMIT_FRAME_MS} ms`,
      ms(p95),
      p95 < LIMIT_FRAME_MS,
      `p99 ${ms(percentile(frames, 0.99))}, max ${ms(Math.max(...frames))}, ${frames.length} frames; load ${load()}`,
    ),
    row(
      `memory of all processes, ${name}`,
      '+30 MB',
      `${grown < 0 ? '−' : '+'}${mb(Math.abs(grown))}`,
      grown < LIMIT_MEMORY,
      `${mb(before.held)} before, ${mb(after.held)} after; with pages of files ${mb(before.pss)} and ${mb(after.pss)}, ${mb(peak)} at most while answers came`,
    ),
    row(
      `answers, ${name}`,
      null,
      `${counts.with + counts.without} of ${count}`,
      counts.failed === 0 && answered === count,
      `${found}; IMM asked ${asked.length} times, ${answered} answered; ${(tookMs / 1000).toFixed(0)} s`,
    ),
  ];
}

export async function measureFaces(folder, display, count = PICTURES) {
  const pictures = await makePictures(join(folder, 'pictures'), count);
  const found = await withCloud(
    folder,
    async (cloud) => {
      const profile = JSON.parse(readFileSync(cloud.profileFile, 'utf8'));
      const imm = { project: cloud.sandbox.immProject, endpoint: cloud.sandbox.imm };
      const faces = { detect: 'after-upload', perSecond: PER_SECOND };
      writeFileSync(cloud.profileFile, JSON.stringify({ ...profile, imm, faces }));
      const userData = join(folder, 'user-data-faces');
      return withLooseApp({ userData, profileFile: cloud.profileFile, display }, (app) =>
        measureIn(app, cloud, pictures, count),
      );
    },
    [],
  );
  rmSync(pictures, { recursive: true });
  return rowsOf(count, found);
}
