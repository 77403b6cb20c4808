/** Files of version 0.1.0 (test/fixtures/version-0.1.0) open as they were left. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { profileOfLink, profileOfText } from '../../src/host/destinations/share-profile';
import { readReceipt } from '../../src/host/receipts/read-receipt';
import { systemClock } from '../../src/host/time/clock';
import { readQueue } from '../../src/host/views/queue-status';
import { SettingsBook } from '../../src/main/settings/settings';
import type { Outcome } from '../../src/shared/faults';
import { openQueueStore } from '../../src/store/queue-store';
import type { QueueStore } from '../../src/store/queue-types';

const FIXTURES = resolve(import.meta.dirname, '../fixtures/version-0.1.0');
const fixture = (name: string): Buffer => readFileSync(join(FIXTURES, name));

function must<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.fault.message);
  return outcome.value;
}

describe('a queue of version 0.1.0', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'earlier-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const unpack = (name: string): void =>
    writeFileSync(join(folder, 'queue.db'), gunzipSync(fixture(`${name}.db.gz`)));

  function open(name: string): QueueStore {
    unpack(name);
    return must(openQueueStore({ directory: folder, ...systemClock }));
  }

  /** Every row as `name: state`. */
  const statesOf = (store: QueueStore): readonly string[] =>
    must(store.listBatches(500)).flatMap(({ batchId }) =>
      must(store.rows(batchId, 0, 500)).map(({ name, state }) => `${name}: ${state.kind}`),
    );

  test('of the window: every row keeps its state, and the paused batch stays paused', async () => {
    const store = open('window-queue');
    expect(must(await store.recover())).toMatchObject({ resumedItems: 0, leftovers: [] });
    expect(store.setAside).toBeNull();
    expect([...statesOf(store)].sort()).toEqual([
      'a.txt: paused',
      'b.txt: paused',
      'cancel.bin: canceled',
      'other.txt: conflict',
      'other.txt: failed',
      'portrait.jpg: paused',
      'same.txt: skipped',
      'told.txt: done',
    ]);
    const held = must(store.listBatches(500)).find(({ name }) => name === 'held');
    expect(held?.heldByUser).toBe(true);
    expect(must(store.faces.batches()).find(({ counts }) => counts.asking === 1)).toBeDefined();
    must(store.close());
  });

  test('of the window: a failed callback is still to be repeated, with what the server must hear', () => {
    const store = open('window-queue');
    expect(must(store.callbackFaults({ kind: 'all' }, 0))).toMatchObject([
      { key: 'uploads/told.txt', sizeBytes: 10, etag: 'AFBC6F0635AC904B31767D0B205EC072' },
    ]);
    expect(must(store.causes()).map(({ kind }) => kind)).toContain('callback-failed');
    must(store.close());
  });

  test('of the command, killed in the middle: the upload goes on with the nine parts that are stored', async () => {
    const store = open('command-queue');
    expect(must(await store.recover())).toMatchObject({ resumedItems: 1, keptBytes: 9 * 1024 * 1024 });
    const [work] = must(await store.loadWork(must(store.destinations())[0]!.destinationId, 0, 10));
    expect(work?.checkpoint).toMatchObject({ partSizeBytes: 1024 * 1024 });
    expect(work?.checkpoint?.parts).toHaveLength(9);
    must(store.close());
  });

  test('its status can be read without opening it for writing', () => {
    unpack('command-queue');
    expect(must(readQueue(folder))).toMatchObject({ items: 3, done: 2, waiting: 1, untold: 2 });
  });
});

test('a receipt of version 0.1.0, whose summary counts `untold`, is read and proven whole', async () => {
  const { header, lines } = must(await readReceipt(join(FIXTURES, 'receipt.jsonl')));
  expect(header).toMatchObject({ app: 'oss-ferry 0.1.0', bucket: 'sandbox' });
  expect([...lines.values()].map(({ key, crc64 }) => [key, crc64])).toEqual([
    ['uploads/command/set/a.txt', '4671849808360146499'],
    ['uploads/command/set/b.txt', '7444654218488909599'],
  ]);
});

test('settings of version 0.1.0 are taken over without a notice', () => {
  const content = JSON.parse(fixture('settings.json').toString()) as unknown;
  const file = { read: () => content, write: () => undefined, setAside: () => 'set aside' };
  const book = new SettingsBook(file, null);
  expect(book.notices()).toEqual([]);
  expect(book.settings()).toMatchObject({ theme: 'dark', language: 'ja', connections: 8 });
  expect(book.destinations().map(({ profile }) => profile.name)).toEqual(['Studio', 'Role']);
  expect(book.destinations()[0]?.profile.callback).toMatchObject({
    noticeUrl: 'https://example.com/notice',
  });
  expect(book.keptSecrets()).toHaveLength(1);
});

test('a destination exported by version 0.1.0 says the same as a file and as a link', () => {
  const ofFile = must(profileOfText(fixture('profile.json').toString()));
  expect(must(profileOfLink(fixture('link.txt').toString().trim()))).toEqual(ofFile);
  expect(ofFile.callback).toMatchObject({ noticeUrl: 'https://example.com/notice' });
});
