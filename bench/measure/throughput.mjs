// For information: the command beside ali-oss, on the same sandbox, one after the other in the same minutes.
import { spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/ensure-system.mjs';
import { withCloud } from './app.mjs';
import { sparseFile } from './big-file.mjs';
import { GIB, load, row, say, spread } from './figures.mjs';

const ROUNDS = 3;
const SIZE = 2 * GIB;
const FILES = 5000;
const FILE_SIZE = 16 * 1024;
const usageHook = join(root, 'bench/measure/usage.cjs');

function makeFiles(folder) {
  mkdirSync(folder, { recursive: true });
  const bytes = Buffer.alloc(FILE_SIZE);
  for (let n = 0; n < FILES; n += 1) writeFileSync(join(folder, `${n}.bin`), randomFillSync(bytes));
  return folder;
}

/** Runs a program of ours to its end: seconds on the wall, CPU seconds and highest RSS of its process. */
async function run(folder, args) {
  const usageFile = join(folder, 'usage.json');
  const begun = Date.now();
  const child = spawn(process.execPath, ['--require', usageHook, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, BENCH_USAGE: usageFile },
  });
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}`);
  return { seconds: (Date.now() - begun) / 1000, ...JSON.parse(readFileSync(usageFile, 'utf8')) };
}

const clients = {
  ferry: (folder, { profileFile }, path) => {
    const state = join(folder, 'state');
    rmSync(state, { recursive: true, force: true });
    const command = join(root, 'out/cli/oss-ferry.js');
    return run(folder, [command, 'upload', path, '--profile', profileFile, '--state', state, '--json']);
  },
  'ali-oss': (folder, { sandbox }, path, how) => {
    const program = join(root, 'bench/measure/ali-oss-client.mjs');
    return run(folder, [program, JSON.stringify(sandbox), how, path]);
  },
};

async function compare(folder, cloud, path, how) {
  const found = { ferry: [], 'ali-oss': [] };
  for (let round = 1; round <= ROUNDS; round += 1)
    for (const [name, client] of Object.entries(clients)) {
      const usage = await client(folder, cloud, path, how);
      found[name].push(usage);
      say(`${how} ${round}, ${name}: ${usage.seconds} s, ${usage.cpuSeconds.toFixed(2)} s of CPU`);
    }
  return found;
}

/** One row a client and one for the ratios of the rounds, theirs to ours. */
function rows(what, found, { speedOf, cpuOf, speedUnit, cpuUnit }) {
  const ratios = (of) => found.ferry.map((ours, round) => of(found['ali-oss'][round]) / of(ours));
  const figures = Object.entries(found).map(([name, usages]) => {
    const speed = `${spread(usages.map(speedOf))} ${speedUnit}`;
    const peak = `peak RSS ${spread(usages.map(({ peakRss }) => peakRss / 1e6))} MB`;
    return row(`${what}, ${name}`, null, speed, null, `${spread(usages.map(cpuOf), 2)} ${cpuUnit}; ${peak}`);
  });
  const speedRatio = `${spread(
    ratios((usage) => usage.seconds),
    2,
  )} × the speed`;
  const cpuRatio = `ali-oss uses ${spread(ratios(cpuOf), 2)} × our CPU; load ${load()}`;
  return [...figures, row(`${what}, ferry to ali-oss`, null, speedRatio, null, cpuRatio)];
}

export async function measureThroughput(folder) {
  const file = sparseFile(join(folder, 'two.bin'), SIZE);
  const files = makeFiles(join(folder, 'small'));
  const found = await withCloud(folder, async (cloud) => [
    ...rows('2 GiB file', await compare(folder, cloud, file, 'parts'), {
      speedOf: ({ seconds }) => SIZE / 1e6 / seconds,
      cpuOf: ({ cpuSeconds }) => cpuSeconds / (SIZE / GIB),
      speedUnit: 'MB/s',
      cpuUnit: 'CPU-s/GiB',
    }),
    ...rows('5,000 × 16 KiB', await compare(folder, cloud, files, 'puts'), {
      speedOf: ({ seconds }) => FILES / seconds,
      cpuOf: ({ cpuSeconds }) => (cpuSeconds * 1000) / FILES,
      speedUnit: 'files/s',
      cpuUnit: 'CPU-ms/file',
    }),
  ]);
  rmSync(file);
  rmSync(files, { recursive: true });
  return found;
}
