// What /proc tells of a process and of those it started. Linux.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { pause } from './figures.mjs';

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

const read = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // It ended while we looked.
    return '';
  }
};

/** The process and all that it started, directly or not. */
export function tree(pid) {
  const children = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(/^PPid:\s+(\d+)$/m.exec(read(`/proc/${name}/status`))?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const members = [pid];
  for (const member of members) members.push(...(children.get(member) ?? []));
  return members;
}

const kibibytes = (text, name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);

/** Proportional set size of a whole tree, in bytes. */
export const treePss = (pid) =>
  tree(pid).reduce((sum, member) => sum + kibibytes(read(`/proc/${member}/smaps_rollup`), 'Pss'), 0) * 1024;

/**
 * What each process of a tree holds of it, by the name that Chromium gives it: its proportional set size, and of that
 * what is no file's. Pages of files (programs, libraries) are shared with other programs that run the same ones, so
 * their share changes when those come and go.
 */
export const memoryByProcess = (pid) =>
  tree(pid).map((member) => {
    const rollup = read(`/proc/${member}/smaps_rollup`);
    return {
      name: /--type=([a-z-]+)/.exec(read(`/proc/${member}/cmdline`))?.[1] ?? 'main',
      pss: kibibytes(rollup, 'Pss') * 1024,
      held: (kibibytes(rollup, 'Pss_Anon') + kibibytes(rollup, 'Pss_Shmem')) * 1024,
    };
  });

export const rss = (pid) => kibibytes(read(`/proc/${pid}/status`), 'VmRSS') * 1024;

/** Seconds of CPU that a living process has used, all its threads together. */
export function cpuSeconds(pid) {
  const fields = read(`/proc/${pid}/stat`)
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Seconds for which the main thread of a process was ready to run and had no core. */
export const waitedSeconds = (pid) => Number(read(`/proc/${pid}/schedstat`).split(' ')[1] ?? 0) / 1e9;

/** Watches a process until `stop`, which gives its highest RSS in bytes and the CPU seconds in between. */
export function watch(pid, everyMs = 250) {
  const startedCpu = cpuSeconds(pid);
  const seen = { peakRss: rss(pid), cpu: 0, samples: 1 };
  const look = () => {
    const now = rss(pid);
    // Gone: what was seen last stays.
    if (now === 0) return;
    seen.peakRss = Math.max(seen.peakRss, now);
    seen.cpu = cpuSeconds(pid) - startedCpu;
    seen.samples += 1;
  };
  const timer = setInterval(look, everyMs);
  return () => {
    clearInterval(timer);
    look();
    return seen;
  };
}

/** Waits until a tree's PSS has stood still (within 1 %) for three seconds, and gives it. */
export async function settledPss(pid, longestMs = 30_000) {
  const until = Date.now() + longestMs;
  let known = treePss(pid);
  for (let still = 0; still < 3;) {
    await pause(1000);
    const now = treePss(pid);
    still = Math.abs(now - known) < known / 100 ? still + 1 : 0;
    known = now;
    if (Date.now() > until) break;
  }
  return known;
}
