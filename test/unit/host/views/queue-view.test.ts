/** What the window sees: the store's rows with what is live laid over them. */
import { describe, expect, it } from 'vitest';
import type { Ports, WorkItem } from '../../../../src/engine/queue-ports';
import { Runner } from '../../../../src/engine/runner';
import { QueueView } from '../../../../src/host/views/queue-view';
import { success } from '../../../../src/shared/faults';
import type { ItemId } from '../../../../src/shared/ids';
import type { QueueReader, StoredRow } from '../../../../src/store/queue-types';
import { done } from '../../../fakes/queue-samples';
import { BATCH, HOME, idOf, no, work } from '../../engine/reducer-driver';

const storedRow = (itemId: ItemId, state: StoredRow['state'] = { kind: 'waiting' }): StoredRow => ({
  itemId,
  batchId: BATCH,
  name: 'as stored',
  sizeBytes: 10,
  state,
  endedAt: null,
  verifiedBytes: 0,
  possibleOrphan: false,
});

const NONE = {
  waiting: 0,
  paused: 0,
  done: 0,
  skipped: 0,
  conflict: 0,
  sourceChanged: 0,
  failed: 0,
  canceled: 0,
};

const reader = (paused: boolean): QueueReader =>
  ({
    listBatches: () => success([]),
    batch: () => success(null),
    rows: (_: unknown, offset: number, limit: number) =>
      success([1, 2, 3].slice(offset, offset + limit).map((number) => storedRow(idOf(number)))),
    row: (itemId: ItemId) =>
      success(storedRow(itemId, paused ? { kind: 'paused', why: 'user' } : { kind: 'waiting' })),
    causes: () => success([]),
    totals: () =>
      success({
        counts: NONE,
        items: 0,
        totalBytes: 0,
        verifiedBytes: 0,
        scanning: false,
        pausedByUser: false,
      }),
  }) as unknown as QueueReader;

/** A runner whose requests never end. */
async function begun(items: readonly WorkItem[], credentials = true): Promise<Runner> {
  const never = (): Promise<never> => new Promise(() => undefined);
  const ports = {
    clock: { now: () => 1_000, schedule: () => () => undefined },
    random: { seed: () => 1 },
    files: { readWhole: never },
    credentials: {
      ask: () =>
        Promise.resolve(
          credentials ? success({ generation: 1, expiresAtServer: null }) : no('credentials-missing'),
        ),
    },
    store: {
      onPersisted: () => undefined,
      onTrouble: () => undefined,
      write: () => undefined,
      recover: () => Promise.resolve(success({ destinationIds: [HOME], unfinishedScans: [], leftovers: [] })),
      loadWork: () => Promise.resolve(success(items)),
      command: () => Promise.resolve(success({ affected: 0, leftovers: [] })),
    },
    observer: { onEnded: () => undefined },
  } as unknown as Ports;
  const runner = new Runner(ports, 2);
  await runner.start();
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  return runner;
}

function view(runner: Runner, paused = false): QueueView {
  const address = (_: unknown, key: string): string => `oss://bucket/${key}`;
  return new QueueView({ runner, store: reader(paused), now: () => 1_000, address });
}

describe('the view of the queue', () => {
  it('lays what is live over the rows of the store', async () => {
    const runner = await begun([work(1, 10), work(2, 10)]);
    const page = view(runner).items(BATCH, 0, 10);
    expect(page.ok && page.value.rows.map((row) => [row.name, row.state.kind])).toEqual([
      ['1', 'uploading'],
      ['2', 'uploading'],
      ['as stored', 'waiting'],
    ]);
  });

  it('has pages asked for again after a command, once: it may have moved rows that nothing live tells of', async () => {
    const queue = view(await begun([]));
    queue.delta();
    queue.noteCommand();
    expect(queue.delta()).toMatchObject({ items: [], itemsCut: true });
    expect(queue.delta()).toBeNull();
  });

  it('tells a change once, and nothing when nothing changes', async () => {
    const queue = view(await begun([]));
    const first = queue.delta();
    expect(first?.revision).toBe(1);
    expect(queue.delta()).toBeNull();
    queue.noteEnded(work(1, 10), 7, done());
    const second = queue.delta();
    expect(second).toMatchObject({
      revision: 2,
      items: [{ itemId: idOf(1), state: { kind: 'done', at: 7 }, verifiedBytes: 10 }],
      itemsCut: false,
    });
    expect(queue.delta()).toBeNull();
    const snapshot = queue.snapshot();
    expect(snapshot.ok && snapshot.value.revision).toBe(2);
  });

  it('counts bytes on sockets as sent and never as verified', async () => {
    const runner = await begun([work(1, 10)]);
    const [flight] = [...runner.inFlight.values()];
    if (flight === undefined) throw new Error('nothing is on its way');
    flight.sentBytes = 25;
    const delta = view(runner).delta();
    expect(delta?.items).toMatchObject([{ sentBytes: 10, verifiedBytes: 0 }]);
  });

  it('looks up the row of an item that left by a pause', async () => {
    const runner = await begun([work(1, 10), work(2, 10), work(3, 10)]);
    const queue = view(runner, true);
    queue.delta();
    void runner.command('pause', { kind: 'items', itemIds: [idOf(3)] });
    expect(runner.state.items.has(idOf(3))).toBe(false);
    const rows = queue.delta()?.items.filter((row) => row.itemId === idOf(3));
    expect(rows).toMatchObject([{ state: { kind: 'paused', why: 'user' } }]);
  });

  it('cuts what is too much for one delta, and says so', async () => {
    const queue = view(await begun([]));
    for (let number = 1; number <= 600; number += 1) queue.noteEnded(work(number, 10), 7, done());
    const delta = queue.delta();
    expect(delta?.items).toHaveLength(500);
    expect(delta?.itemsCut).toBe(true);
    expect(queue.delta()).toBeNull();
  });

  it('names why a destination waits', async () => {
    const runner = await begun([work(1, 10)], false);
    const delta = view(runner).delta();
    expect(delta?.causes).toMatchObject([
      { kind: 'credentials', destinationId: HOME, files: 1, fault: { code: 'credentials-missing' } },
    ]);
    expect(delta?.items).toMatchObject([{ state: { kind: 'paused', why: 'credentials' } }]);
  });
});
