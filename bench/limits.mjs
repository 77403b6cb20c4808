#!/usr/bin/env node
// Measures the limits that are written down in numbers and prints a table; docs/benchmarks.md says how to read it.
//   npm run bench [-- idle start big-file many-files throughput app-server faces]     all of them when none is named
// Exit code 1 when a limit is missed.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../scripts/build.mjs';
import { ensureElectron } from '../scripts/ensure-electron.mjs';
import { ensureLibraries, ensureModules, main, Plain } from '../scripts/ensure-system.mjs';
import { withDisplay } from '../scripts/with-display.mjs';
import { measureAppServer } from './measure/app-server.mjs';
import { measureIdle, measureStart } from './measure/at-rest.mjs';
import { measureBigFile } from './measure/big-file.mjs';
import { measureFaces } from './measure/faces.mjs';
import { load, say } from './measure/figures.mjs';
import { measureManyFiles } from './measure/many-files.mjs';
import { measureThroughput } from './measure/throughput.mjs';

const MEASUREMENTS = {
  idle: measureIdle,
  start: measureStart,
  'big-file': measureBigFile,
  'many-files': measureManyFiles,
  throughput: measureThroughput,
  'app-server': measureAppServer,
  faces: measureFaces,
};

const verdict = (isMet) => (isMet === null ? '' : isMet ? 'met' : 'MISSED');

function table(rows) {
  const cells = [
    ['what', 'limit', 'measured', '', 'beside it'],
    ...rows.map(({ what, limit, measured, isMet, note }) => [
      what,
      limit ?? '',
      measured,
      verdict(isMet),
      note,
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => line[column].length)));
  return cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

async function measure(names, folder, display, runtime) {
  const rows = [];
  for (const name of names) {
    say(`-- ${name}, load ${load()}`);
    rows.push(...(await MEASUREMENTS[name](folder, display)));
  }
  const [{ model }] = cpus();
  process.stdout.write(
    `\n${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${model}, ${process.version}, Electron ${runtime.source}\n`,
  );
  process.stdout.write(`${table(rows).join('\n')}\n`);
  return rows.some(({ isMet }) => isMet === false) ? 1 : 0;
}

await main(async () => {
  if (process.platform !== 'linux') throw new Plain('The benchmarks read /proc and run on Linux alone.');
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !Object.hasOwn(MEASUREMENTS, name));
  if (unknown !== undefined)
    throw new Plain(
      `There is no measurement "${unknown}"; there are ${Object.keys(MEASUREMENTS).join(', ')}.`,
    );
  ensureModules();
  ensureLibraries();
  build();
  const runtime = await ensureElectron();
  const folder = mkdtempSync(join(tmpdir(), 'oss-ferry-bench-'));
  try {
    const names = asked.length === 0 ? Object.keys(MEASUREMENTS) : asked;
    return await withDisplay((display) => measure(names, folder, display, runtime));
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
