import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../../src/store/database';

const KILLS = 5;
/** The child writes facts in one go of this many: all of a go are in one group, or none. Enough for it not to wait. */
const GO = 300;
/** About what one group takes: the kill may come anywhere in it. */
const GROUP_MS = 20;

let home: string;
let program: string;

beforeAll(async () => {
  // Inside the tree, so that the native module is found from there.
  const cache = resolve(import.meta.dirname, '../../../node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  home = mkdtempSync(join(cache, 'store-kill-'));
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: fileURLToPath(new URL('../../fakes/kill-child.ts', import.meta.url)),
      outDir: home,
      target: 'node18.15',
      rolldownOptions: { output: { format: 'cjs', entryFileNames: 'child.cjs' } },
    },
    ssr: { noExternal: true, external: ['@photostructure/sqlite', ...builtinModules] },
  });
  program = join(home, 'child.cjs');
}, 60_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Runs the child until it has told `acknowledgments` times that facts are safe, then kills it at a random moment. */
async function runAndKill(directory: string, acknowledgments: number): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, [program, directory, String(GO)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolveEnd) => child.once('exit', resolveEnd));
  let lastTold = 0;
  let told = 0;
  if (child.stdout === null) throw new Error('the child has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    lastTold = Number(line);
    told += 1;
    if (told === acknowledgments) setTimeout(() => child.kill('SIGKILL'), Math.random() * GROUP_MS);
  }
  await ended;
  expect(child.signalCode).toBe('SIGKILL');
  return lastTold;
}

const numberOf = (database: Database, query: string): number => Number(database.get(query)?.['n']);

function checkFile(path: string, lastTold: number): number {
  const database = openDatabase(path);
  try {
    expect(database.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' });
    const parts = numberOf(database, 'SELECT count(*) AS n FROM parts');
    // Facts are numbered from 1 and each stores the part of its number: what is there is a row without gaps.
    expect(numberOf(database, 'SELECT ifnull(max(part_number), 0) AS n FROM parts')).toBe(parts);
    expect(parts).toBeGreaterThanOrEqual(lastTold);
    expect(parts % GO).toBe(0);
    // The last fact of each go ends another item.
    expect(numberOf(database, 'SELECT count(*) AS n FROM ends')).toBe(parts / GO);
    const kept = numberOf(database, 'SELECT ifnull(sum(kept_bytes), 0) AS n FROM uploads');
    expect(kept).toBe(numberOf(database, 'SELECT ifnull(sum(size_bytes), 0) AS n FROM parts'));
    const counted = database.all('SELECT stand, items, bytes FROM counters WHERE items > 0 ORDER BY stand');
    expect(counted).toEqual(
      database.all(
        'SELECT stand, count(*) AS items, sum(size_bytes) AS bytes FROM work GROUP BY stand ORDER BY stand',
      ),
    );
    return parts;
  } finally {
    database.close();
  }
}

test('a store that is killed again and again keeps every fact that it told of, and no part of a group', async () => {
  const directory = join(home, 'queue');
  let before = 0;
  for (let round = 0; round < KILLS; round += 1) {
    const lastTold = await runAndKill(directory, 1 + Math.floor(Math.random() * 20));
    const parts = checkFile(join(directory, 'queue.db'), lastTold);
    expect(parts).toBeGreaterThan(before);
    before = parts;
  }
}, 60_000);
