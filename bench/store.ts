/**
 * The durable queue with a million rows: how fast they come in, change and are looked at, what it costs in memory.
 *
 *   npx vite build --ssr bench/store.ts --outDir node_modules/.cache/bench
 *   node node_modules/.cache/bench/store.mjs [rows]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fault, type Outcome } from '../src/shared/faults';
import { itemIdAt, type BatchId, type DestinationId, type ItemId } from '../src/shared/ids';
import type { StoreRecord } from '../src/engine/queue-ports';
import { openQueueStore } from '../src/store/queue-store';
import type { FoundItem, QueueStore } from '../src/store/queue-types';

const ROWS = Number(process.argv[2] ?? 1_000_000);
const CHANGES = Math.min(100_000, Math.floor(ROWS / 4));
const GROUP = 256;
const DESTINATION = 'bench' as DestinationId;

function must<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.fault.message);
  return outcome.value;
}

const milliseconds = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
const residentMebibytes = (): string => `${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`;

function say(what: string, value: string): void {
  console.log(`${what.padEnd(58)} ${value}`);
}

/** Same numbers at each run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What a phase cost this process: on a busy machine it says more than the clock on the wall. */
function cpuSeconds(since: NodeJS.CpuUsage): string {
  const used = process.cpuUsage(since);
  return `${((used.user + used.system) / 1e6).toFixed(1)} s of CPU`;
}

function percentiles(times: number[]): string {
  times.sort((a, b) => a - b);
  const at = (share: number): string => milliseconds(times[Math.floor(share * (times.length - 1))] ?? 0);
  return `p50 ${at(0.5)}  p99 ${at(0.99)}  max ${at(1)}`;
}

function measure(count: number, run: (index: number) => void): number[] {
  return Array.from({ length: count }, (_, index) => {
    const begin = performance.now();
    run(index);
    return performance.now() - begin;
  });
}

function itemAt(position: number): FoundItem {
  const name = `${Math.floor(position / 512) % 64}/session-${Math.floor(position / 512)}/IMG_${position}_original.jpg`;
  return {
    rootIndex: 0,
    name,
    key: `uploads/pictures/${name}` as never,
    snapshot: {
      sizeBytes: 16_384 + (position % 1_000),
      modifiedAt: 1_700_000_000_000 + position,
      fingerprint: `${position}:1700000000000000000:1700000000000000000:${position * 7}`,
    },
  };
}

function insertAll(store: QueueStore): BatchId {
  const batchId = must(
    store.createBatch({
      destinationId: DESTINATION,
      name: 'pictures',
      kind: 'folder',
      roots: [{ path: '/home/someone/pictures', keyPrefix: 'uploads/pictures/', isFile: false }],
      prefix: 'uploads/',
      conflict: 'overwrite',
      createdAt: Date.now(),
      normalizeNames: 'as-is',
    }),
  );
  const cpu = process.cpuUsage();
  const times = measure(ROWS / 2_000, (chunk) => {
    const items = Array.from({ length: 2_000 }, (_, index) => itemAt(chunk * 2_000 + index + 1));
    must(store.addItems(batchId, items));
  });
  const total = times.reduce((sum, time) => sum + time, 0);
  say(
    `insert ${ROWS} rows, 2,000 a transaction`,
    `${Math.round((ROWS / total) * 1_000)} rows/s, ${cpuSeconds(cpu)}`,
  );
  say('  one transaction', percentiles(times));
  const again = measure(10, (chunk) => {
    const items = Array.from({ length: 2_000 }, (_, index) => itemAt(chunk * 2_000 + index + 1));
    must(store.addItems(batchId, items));
  });
  say('  the same 2,000 again (a scan that is run again)', percentiles(again));
  must(store.markScanned(batchId));
  return batchId;
}

/** Writes facts in groups of 256, each waited for as the engine does. */
async function change(
  store: QueueStore,
  what: string,
  recordAt: (index: number) => StoreRecord,
): Promise<void> {
  let tell: (() => void) | null = null;
  store.onPersisted(() => tell?.());
  const times: number[] = [];
  const cpu = process.cpuUsage();
  for (let first = 0; first < CHANGES; first += GROUP) {
    const begin = performance.now();
    const told = new Promise<void>((resolve) => (tell = resolve));
    const last = Math.min(first + GROUP, CHANGES);
    for (let index = first; index < last; index += 1) store.write(index + 1, recordAt(index));
    await told;
    times.push(performance.now() - begin);
  }
  const total = times.reduce((sum, time) => sum + time, 0);
  say(what, `${Math.round((CHANGES / total) * 1_000)} facts/s, ${cpuSeconds(cpu)}`);
  say('  one group of 256', percentiles(times.slice(0, -1)));
}

const doneAt = (itemId: ItemId): StoreRecord => ({
  kind: 'ended',
  itemId,
  at: 1_700_000_000_000,
  end: {
    kind: 'done',
    crc64: '17704302369472222474' as never,
    etag: 'D41D8CD98F00B204E9800998ECF8427E' as never,
    versionId: null,
    requestIds: ['655C8A5E0FBCE1393A0B2C5D'],
  },
});

async function changeAll(store: QueueStore, batchId: BatchId): Promise<void> {
  const random = randomNumbers(7);
  await change(store, 'done, in the order of the queue', (index) => doneAt(itemIdAt(batchId, index + 1)));
  await change(store, 'done, at random', () => doneAt(itemIdAt(batchId, 1 + Math.floor(random() * ROWS))));
  await change(store, 'failed, in the order of the queue', (index) => ({
    kind: 'ended',
    itemId: itemIdAt(batchId, ROWS - index),
    at: 1_700_000_000_000,
    end: { kind: 'failed', fault: fault('no-permission', 'The role may not write here.') },
  }));
}

async function lookAtAll(store: QueueStore, batchId: BatchId): Promise<void> {
  const random = randomNumbers(11);
  const offset = (): number => Math.floor(random() * (ROWS - 200));
  say(
    'page of 200 rows, anywhere',
    percentiles(measure(500, () => must(store.rows(batchId, offset(), 200)))),
  );
  say('causes', percentiles(measure(50, () => must(store.causes()))));
  say('batches with counters', percentiles(measure(200, () => must(store.listBatches(500)))));
  say('totals', percentiles(measure(200, () => must(store.totals()))));
  const times: number[] = [];
  for (let round = 0; round < 100; round += 1) {
    const begin = performance.now();
    must(await store.loadWork(DESTINATION, round % 2 === 0 ? 0 : itemIdAt(batchId, offset()), 256));
    times.push(performance.now() - begin);
  }
  say('256 items of work, from the start or from anywhere', percentiles(times));
}

async function command(
  store: QueueStore,
  verb: 'pause' | 'resume' | 'cancel' | 'retry' | 'remove',
): Promise<void> {
  let longest = 0;
  let last = performance.now();
  let over = false;
  const watch = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!over) setImmediate(watch);
  };
  setImmediate(watch);
  const begin = performance.now();
  const { affected } = must(await store.command(verb, { kind: 'all' }, []));
  over = true;
  const took = milliseconds(performance.now() - begin);
  say(`${verb} all: ${affected} items`, `${took}, others wait at most ${milliseconds(longest)}`);
}

function open(directory: string): QueueStore {
  const begin = performance.now();
  const store = must(
    openQueueStore({
      directory,
      now: () => Date.now(),
      schedule: (at, ring) => {
        const timer = setTimeout(ring, Math.max(0, at - Date.now()));
        return () => clearTimeout(timer);
      },
    }),
  );
  say('open', milliseconds(performance.now() - begin));
  return store;
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'oss-ferry-bench-'));
  try {
    say('memory before', residentMebibytes());
    let store = open(directory);
    const batchId = insertAll(store);
    say('memory', residentMebibytes());
    await changeAll(store, batchId);
    await lookAtAll(store, batchId);
    must(store.close());
    store = open(directory);
    const begin = performance.now();
    must(await store.recover());
    say('recover', milliseconds(performance.now() - begin));
    for (const verb of ['pause', 'resume', 'cancel', 'retry', 'cancel', 'remove'] as const)
      await command(store, verb);
    say('memory after all', residentMebibytes());
    must(store.close());
    say('file', `${Math.round(statSync(join(directory, 'queue.db')).size / 2 ** 20)} MiB`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

void main();
