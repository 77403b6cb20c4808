/** Pictures that a rule of their destination holds back, for every store that the engine may stand on. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StoreRecord } from '../../src/engine/queue-ports';
import { fault } from '../../src/shared/faults';
import { itemIdAt, type BatchId, type ItemId, type ObjectKey } from '../../src/shared/ids';
import type { IngestVerdict } from '../../src/store/faces/faces-types';
import type { SeededStore } from '../fakes/memory-store';
import { DESTINATION, done, end, failed, found, must, newBatch, snapshotOf } from '../fakes/queue-samples';
import type { StoreBench } from './store-contract';

export function facesContract(makeBench: () => StoreBench): void {
  describe('pictures that a rule holds back', () => {
    let bench: StoreBench;
    let store: SeededStore;
    let seq: number;
    let batchId: BatchId;
    beforeEach(() => {
      bench = makeBench();
      ({ store } = bench);
      seq = 0;
      batchId = must(
        store.createBatch(newBatch({ faces: { detect: false, ingest: { ask: true, tag: true } } })),
      );
      must(store.addItems(batchId, found(1, 3).map(lookedAt)));
      must(store.markScanned(batchId));
    });
    afterEach(() => bench.dispose());

    const lookedAt = (item: ReturnType<typeof found>[number], index: number) =>
      index === 2 ? item : { ...item, looksFirst: true };
    const id = (position: number): ItemId => itemIdAt(batchId, position);
    const states = (): readonly string[] =>
      must(store.rows(batchId, 0, 10)).map(({ state }) =>
        state.kind === 'paused' ? `paused ${state.why}` : state.kind,
      );
    const work = async () =>
      must(await store.loadWork(DESTINATION, 0, 10)).map(({ key, tagging }) => [key, tagging]);
    const write = (...records: StoreRecord[]): void => {
      for (const record of records) store.write((seq += 1), record);
    };
    const note = (position: number, verdict: IngestVerdict): boolean =>
      must(
        store.faces.note({
          itemId: id(position),
          source: 'local',
          at: 9,
          project: null,
          etag: null,
          key: null,
          answer: { kind: 'found', faces: 2, raw: '{"Faces":[]}', image: null, milliseconds: 5 },
          verdict,
        }),
      );
    const go = (tag: string | null, key: string | null): IngestVerdict => ({
      kind: 'go',
      faces: 2,
      tag,
      key: key as ObjectKey | null,
    });
    const ask: IngestVerdict = { kind: 'ask', faces: 2, tag: 'faces=2', key: 'people/1.jpg' as ObjectKey };
    const USUAL = 'uploads/photos/2024/1.jpg';
    const LAST = ['uploads/photos/2024/3.jpg', null];
    const onItems = (verb: 'pause' | 'resume' | 'retry' | 'cancel', ...positions: number[]) =>
      store.command(verb, { kind: 'items', itemIds: positions.map(id) }, []);

    test('are no work before they are decided and let go, and then carry tag and key, through a crash', async () => {
      expect(states()).toEqual(['scanned', 'scanned', 'waiting']);
      expect(await work()).toEqual([LAST]);
      expect(note(1, go('faces=2', 'people/1.jpg'))).toBe(true);
      expect(await work()).toEqual([LAST]);
      store = bench.crash();
      expect(states()).toEqual(['scanned', 'scanned', 'waiting']);
      expect(must(store.faces.release())).toEqual([id(1)]);
      expect(must(store.faces.release())).toEqual([]);
      expect(await work()).toEqual([['people/1.jpg', 'faces=2'], LAST]);
      store = bench.crash();
      expect(await work()).toEqual([['people/1.jpg', 'faces=2'], LAST]);
    });

    test('are decided once', () => {
      expect(note(1, go(null, null))).toBe(true);
      expect(note(1, go('faces=9', null))).toBe(false);
    });

    test.each([
      ['by-rule', ['people/1.jpg', 'faces=2']],
      ['as-usual', [USUAL, null]],
    ] as const)('whose rule asks wait for the answer: %s', async (how, expected) => {
      note(1, ask);
      expect(must(store.faces.release())).toEqual([]);
      expect(states()[0]).toBe('paused faces');
      expect(must(store.faces.decide([id(1), id(2), id(3)], how))).toEqual({ affected: 1 });
      expect(states()[0]).toBe('scanned');
      expect(must(store.faces.decide([id(1)], 'by-rule'))).toEqual({ affected: 0 });
      must(store.faces.release());
      expect(await work()).toEqual([expected, LAST]);
    });

    test.each(['resume', 'retry'] as const)('%s of the item itself answers by the rule', async (verb) => {
      note(1, ask);
      expect(must(await onItems(verb, 1)).affected).toBe(1);
      must(store.faces.release());
      expect(await work()).toEqual([['people/1.jpg', 'faces=2'], LAST]);
    });

    test('letting all go answers nothing', async () => {
      note(1, ask);
      for (const verb of ['pause', 'resume', 'retry'] as const)
        must(await store.command(verb, { kind: 'all' }, []));
      expect(states()).toEqual(['paused faces', 'scanned', 'waiting']);
    });

    test('paused by hand they are decided, and go when they are let go', async () => {
      expect(must(await onItems('pause', 1, 2)).affected).toBe(2);
      expect(states()).toEqual(['paused user', 'paused user', 'waiting']);
      note(1, go('faces=2', null));
      expect(must(store.faces.release())).toEqual([]);
      expect(must(await onItems('resume', 1, 2)).affected).toBe(2);
      expect(states()).toEqual(['waiting', 'scanned', 'waiting']);
      expect(await work()).toEqual([[USUAL, 'faces=2'], LAST]);
    });

    test('a pause of their batch holds what is let go', async () => {
      must(await store.command('pause', { kind: 'batch', batchId }, []));
      note(1, go(null, null));
      must(store.faces.release());
      expect(states()).toEqual(['paused user', 'scanned', 'paused user']);
      must(await store.command('resume', { kind: 'batch', batchId }, []));
      expect(await work()).toEqual([[USUAL, null], LAST]);
    });

    test('canceled they are canceled; sent again, what was open is open again', async () => {
      note(2, ask);
      must(await store.command('cancel', { kind: 'all' }, []));
      expect(states()).toEqual(['canceled', 'canceled', 'canceled']);
      expect(note(1, go(null, null))).toBe(false);
      expect(must(store.faces.decide([id(2)], 'by-rule'))).toEqual({ affected: 0 });
      must(await store.command('retry', { kind: 'all' }, []));
      expect(states()).toEqual(['scanned', 'paused faces', 'waiting']);
      expect(note(1, go(null, null))).toBe(true);
      must(store.faces.release());
      expect(await work()).toEqual([[USUAL, null], LAST]);
    });

    test('refused they have failed, and are looked at again when they are sent again', async () => {
      note(1, { kind: 'refuse', fault: fault('name-refused', 'Too long.') });
      expect(states()[0]).toBe('failed');
      must(await onItems('retry', 1));
      expect(states()[0]).toBe('scanned');
    });

    test('a failed upload keeps what was decided', async () => {
      note(1, go('faces=2', 'people/1.jpg'));
      must(store.faces.release());
      write(end(id(1), failed('dns')), end(id(3), done()));
      must(await store.command('retry', { kind: 'all' }, []));
      expect(await work()).toEqual([['people/1.jpg', 'faces=2']]);
    });

    test('another file under the name of one that was not sent is looked at anew', async () => {
      note(1, ask);
      must(store.joinBatch(batchId, 'overwrite'));
      const [first] = found(1, 1);
      must(store.addItems(batchId, [{ ...first!, looksFirst: true, snapshot: snapshotOf(70) }]));
      expect(states()[0]).toBe('scanned');
      expect(note(1, go(null, null))).toBe(true);
      must(store.faces.release());
      expect(await work()).toEqual([[USUAL, null], LAST]);
    });
  });
}
