import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FacesChange, FacesCounts } from '../../../../src/shared/faces';
import { itemIdAt, type BatchId, type ItemId } from '../../../../src/shared/ids';
import type { Bridge, CallName, StreamName } from '../../../../src/shared/ipc/contract';
import { ASK_EVERY_MS, FacesStore } from '../../../../src/renderer/store/faces-store';
import { delta, item } from '../samples';

const NONE: FacesCounts = { all: 0, with: 0, without: 0, failed: 0, waiting: 0, asking: 0 };
const first = itemIdAt(1 as BatchId, 1);
const second = itemIdAt(1 as BatchId, 2);
const list = { batchId: null, filter: 'with' } as const;

function desk() {
  const listeners = new Map<StreamName, (value: never) => void>();
  const asked: { readonly name: CallName; readonly input: unknown }[] = [];
  const answers: Partial<Record<CallName, unknown>> = {
    'faces.batches': {
      revision: 1,
      batches: [
        { batchId: 1, name: 'a', counts: { ...NONE, all: 3, with: 2 } },
        { batchId: 2, name: 'b', counts: { ...NONE, all: 1, with: 1 } },
      ],
    },
    'faces.page': { revision: 1, total: 1, rows: [{ itemId: first }] },
    'faces.detail': { itemId: first, state: { kind: 'uploading' } },
  };
  const bridge = {
    call: (name: CallName, input: unknown) => {
      asked.push({ name, input });
      return Promise.resolve({ ok: true, value: answers[name] });
    },
    subscribe: (stream: StreamName, listener: (value: never) => void) => {
      listeners.set(stream, listener);
      return () => listeners.delete(stream);
    },
  } as unknown as Pick<Bridge, 'call' | 'subscribe'>;
  const store = new FacesStore(bridge);
  const emit = (stream: StreamName, value: unknown): void => listeners.get(stream)?.(value as never);
  let revision = 1;
  const changed = (itemIds: readonly ItemId[], more: Partial<FacesChange> = {}): void => {
    revision += 1;
    emit('faces.changed', { revision, counts: { ...NONE, all: 9 }, itemIds, cut: false, ...more });
  };
  const count = (name: CallName): number => asked.filter((one) => one.name === name).length;
  return { store, emit, changed, count, asked };
}

const landed = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe('what the window knows of faces', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('takes the counts of all batches first from the batches, then from each change', async () => {
    const { store, changed } = desk();
    store.start();
    await landed();
    expect(store.api.getState().counts).toMatchObject({ all: 4, with: 3 });
    changed([first]);
    expect(store.api.getState().counts).toMatchObject({ all: 9 });
  });

  it('asks for nothing that nobody looks at', async () => {
    const { store, changed, asked } = desk();
    store.start();
    await landed();
    changed([first], { cut: true });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked.map(({ name }) => name)).toEqual(['faces.batches']);
  });

  it('asks once while an answer is on its way or here, and again after a change, at most so often', async () => {
    const { store, changed, count } = desk();
    store.wantRows(list, 0, 5);
    store.wantRows(list, 0, 5);
    await landed();
    expect(store.rows.rowAt('all:with', 0)).toEqual({ itemId: first });
    store.wantRows(list, 0, 5);
    expect(count('faces.page')).toBe(1);
    store.start();
    await landed();
    // Those who look are told by the version and want again: so does the window.
    store.api.subscribe((after, before) => {
      if (after.version !== before.version) store.wantRows(list, 0, 5);
    });
    for (let n = 0; n < 40; n += 1) {
      changed([second]);
      await vi.advanceTimersByTimeAsync(ASK_EVERY_MS / 4);
    }
    await vi.advanceTimersByTimeAsync(10 * ASK_EVERY_MS);
    expect(count('faces.page')).toBeGreaterThan(5);
    expect(count('faces.page')).toBeLessThanOrEqual(13);
    expect(store.rows.wanted('all:with', 0, 5)).toEqual([]);
  });

  it('asks again for the picture on view when it changed, when much changed, or when changes were missed', async () => {
    const { store, changed, count } = desk();
    store.start();
    const look = async (): Promise<number> => {
      await vi.advanceTimersByTimeAsync(ASK_EVERY_MS);
      store.wantDetail(first);
      await landed();
      return count('faces.detail');
    };
    expect(await look()).toBe(1);
    changed([second]);
    expect(await look()).toBe(1);
    changed([first]);
    expect(await look()).toBe(2);
    changed([], { cut: true });
    expect(await look()).toBe(3);
    changed([], { revision: 99 });
    expect(await look()).toBe(4);
  });

  it('asks again when the upload of the picture on view came to another state', async () => {
    const { store, emit, count } = desk();
    store.start();
    store.wantDetail(first);
    await vi.advanceTimersByTimeAsync(ASK_EVERY_MS);
    emit('queue.delta', delta(2, { items: [item(1, 1, { kind: 'uploading' })] }));
    store.wantDetail(first);
    expect(count('faces.detail')).toBe(1);
    emit('queue.delta', delta(3, { items: [item(1, 1, { kind: 'done', at: 1 })] }));
    store.wantDetail(first);
    expect(count('faces.detail')).toBe(2);
  });

  it('trusts nothing that an engine said before it was started again', async () => {
    const { store, emit } = desk();
    store.start();
    emit('engine.status', { kind: 'running' });
    store.wantRows(list, 0, 0);
    await landed();
    expect(store.rows.wanted('all:with', 0, 0)).toEqual([]);
    emit('engine.status', { kind: 'restarting' });
    emit('engine.status', { kind: 'running' });
    expect(store.rows.wanted('all:with', 0, 0)).toEqual([0]);
  });
});
