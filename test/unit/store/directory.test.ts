import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Outcome } from '../../../src/shared/faults';
import { openDatabase } from '../../../src/store/database';
import { openQueueReader } from '../../../src/store/queue-reader';
import { openQueueStore } from '../../../src/store/queue-store';
import type { QueueStore } from '../../../src/store/queue-types';
import { MIGRATIONS } from '../../../src/store/schema';
import { DESTINATION, done, end, found, must, newBatch } from '../../fakes/queue-samples';
import { VirtualClock } from '../../fakes/store-clock';

let home: string;
let directory: string;
let open: QueueStore[];
const clock = new VirtualClock();

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'oss-ferry-directory-'));
  directory = home;
  open = [];
});
afterEach(() => {
  for (const store of open) store.close();
  rmSync(home, { recursive: true, force: true });
});

function openStore(): Outcome<QueueStore> {
  const opened = openQueueStore({
    directory,
    now: () => clock.now(),
    schedule: (at, ring) => clock.schedule(at, ring),
  });
  if (opened.ok) open.push(opened.value);
  return opened;
}

function fill(store: QueueStore, files: number): void {
  must(store.addItems(must(store.createBatch(newBatch())), found(1, files)));
}

const queueFile = (): string => join(directory, 'queue.db');

test('the folder is made, and each opening is counted', () => {
  directory = join(directory, 'not', 'there', 'yet');
  const first = must(openStore());
  expect([first.run, first.setAside]).toEqual([1, null]);
  must(first.close());
  expect(must(openStore()).run).toBe(2);
  expect(existsSync(queueFile())).toBe(true);
});

test('a folder that cannot be made is one sentence', () => {
  writeFileSync(join(directory, 'file'), '');
  directory = join(directory, 'file', 'queue');
  const refused = openStore();
  expect(refused).toMatchObject({ ok: false, fault: { code: 'invalid-input' } });
  if (!refused.ok) expect(refused.fault.message).toMatch(/^The queue folder .* cannot be used \(.+\)\.$/);
});

test('a second store on the same folder is refused, a reader is not, and closing lets the next one in', () => {
  const store = must(openStore());
  fill(store, 3);
  expect(openStore()).toMatchObject({
    ok: false,
    fault: {
      code: 'invalid-input',
      message: expect.stringContaining('in use by another OSS Ferry') as string,
    },
  });
  const reader = must(openQueueReader(directory));
  expect(must(reader.totals()).items).toBe(3);
  expect(must(reader.listBatches(10))).toHaveLength(1);
  must(reader.close());
  must(store.close());
  must(openStore());
});

test('a writer in another process is refused to until it is killed, then its queue is opened', async () => {
  const holder = `
    const { DatabaseSync } = require(${JSON.stringify(createRequire(import.meta.url).resolve('@photostructure/sqlite'))});
    const lock = new DatabaseSync(${JSON.stringify(join(directory, 'queue.lock'))});
    lock.exec('BEGIN EXCLUSIVE');
    process.stdout.write('held');
    setInterval(() => lock, 1000);`;
  const child = spawn(process.execPath, ['-e', holder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  expect(openStore()).toMatchObject({ ok: false, fault: { code: 'invalid-input' } });
  child.kill('SIGKILL');
  await exited;
  must(openStore());
});

test('a file that is no database is set aside with a word about it, and an empty queue begins', () => {
  writeFileSync(queueFile(), 'not a database at all '.repeat(1_000));
  const store = must(openStore());
  expect(store.setAside?.code).toBe('internal');
  const [aside] = readdirSync(directory).filter((name) => name.includes('damaged'));
  expect(store.setAside?.message).toContain(aside);
  expect(readFileSync(join(directory, aside ?? ''), 'utf8')).toMatch(/^not a database/);
  fill(store, 1);
  must(store.close());
  expect(must(openStore()).setAside).toBeNull();
});

test('a file that was damaged inside is found after an unclean end, and set aside', () => {
  const store = must(openStore());
  fill(store, 2_000);
  must(store.close());
  const bytes = readFileSync(queueFile());
  bytes.fill(0x5a, 4_096 * 20, 4_096 * 40);
  writeFileSync(queueFile(), bytes);
  // A log that was left behind is how an unclean end is known; this one holds nothing.
  writeFileSync(`${queueFile()}-wal`, Buffer.alloc(32));
  const next = must(openStore());
  expect(next.setAside?.code).toBe('internal');
  expect(must(next.totals()).items).toBe(0);
});

test('damage that is met while the queue is in use asks for a check at the next start', () => {
  const store = must(openStore());
  fill(store, 2_000);
  must(store.close());
  const bytes = readFileSync(queueFile());
  bytes.fill(0x5a, 4_096 * 26);
  writeFileSync(queueFile(), bytes);
  const damaged = must(openStore());
  expect(damaged.setAside).toBeNull();
  const rows = damaged.rows(1 as never, 0, 500);
  expect(rows).toMatchObject({ ok: false, fault: { code: 'internal' } });
  damaged.close();
  expect(must(openStore()).setAside?.code).toBe('internal');
});

test('a file of an older version is brought up to date with all that is in it', () => {
  const old = openDatabase(queueFile());
  old.exec('PRAGMA journal_mode = WAL');
  old.exec(MIGRATIONS[0] ?? '');
  old.exec('PRAGMA user_version = 1');
  old.exec(`
    INSERT INTO batches (destination_id, name, kind, prefix, conflict, normalize_names, created_at, scanning,
      last_position) VALUES ('home', 'photos', 'folder', '', 'ask', 'as-is', 1, 0, 1);
    INSERT INTO roots VALUES (1, 0, '/data', 'data/', 0);
    INSERT INTO items VALUES (4294967297, 0, 'a', NULL, 5, 'look', 7);
    INSERT INTO work VALUES (4294967297, 0, 30, 0);
    INSERT INTO counters VALUES (1, 0, '', 1, 30);`);
  old.close();
  const store = must(openStore());
  expect(must(store.listBatches(1))[0]).toMatchObject({ name: 'photos', items: 1, totalBytes: 30 });
  must(store.close());
  const now = openDatabase(queueFile());
  expect(now.get('PRAGMA user_version')).toEqual({ user_version: MIGRATIONS.length });
  expect(now.all('SELECT * FROM leftovers')).toEqual([]);
  now.close();
});

test('a file of a newer version is left as it is', () => {
  must(must(openStore()).close());
  const newer = openDatabase(queueFile());
  newer.exec('PRAGMA user_version = 99');
  newer.close();
  const before = readFileSync(queueFile());
  const sentence = {
    ok: false,
    fault: { code: 'invalid-input', message: expect.stringContaining('newer') as string },
  };
  expect(openStore()).toMatchObject(sentence);
  expect(openQueueReader(directory)).toMatchObject(sentence);
  expect(readFileSync(queueFile()).equals(before)).toBe(true);
});

test('a reader says in words that there is nothing to read', () => {
  expect(openQueueReader(join(directory, 'nowhere'))).toMatchObject({
    ok: false,
    fault: { code: 'invalid-input', message: expect.stringContaining('There is no queue') as string },
  });
});

test('closing writes what is pending', () => {
  const store = must(openStore());
  fill(store, 1);
  store.write(1, end((2 ** 32 + 1) as never, done()));
  must(store.close());
  expect(must(must(openStore()).totals()).counts.done).toBe(1);
});

test('a queue whose log was cut off in the middle opens with whole groups alone', async () => {
  const store = must(openStore());
  fill(store, 100);
  for (let position = 1; position <= 100; position += 1) {
    store.write(position, end((2 ** 32 + position) as never, done()));
    if (position % 10 === 0) await clock.advance(50);
  }
  const log = readFileSync(`${queueFile()}-wal`);
  for (let cut = 1; cut <= 12; cut += 1) {
    const copy = mkdtempSync(join(home, 'cut-'));
    copyFileSync(queueFile(), join(copy, 'queue.db'));
    writeFileSync(join(copy, 'queue.db-wal'), log.subarray(0, Math.floor((log.length * cut) / 13) + cut * 7));
    directory = copy;
    const cutStore = must(openStore());
    directory = home;
    const { done: ended } = must(cutStore.totals()).counts;
    expect(ended % 10).toBe(0);
    expect(must(await cutStore.loadWork(DESTINATION, 0, 1_000)).length).toBe(
      must(cutStore.totals()).items - ended,
    );
    cutStore.close();
  }
});
