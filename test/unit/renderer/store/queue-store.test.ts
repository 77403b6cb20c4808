import { describe, expect, it } from 'vitest';
import type { Bridge, CallName, StreamName } from '../../../../src/shared/ipc/contract';
import { QueueStore } from '../../../../src/renderer/store/queue-store';
import { batch, delta, id, item, snapshot } from '../samples';

/** Answers by hand: each call waits until the test answers it. */
class HandBridge {
  readonly asked: { readonly name: CallName; readonly input: unknown; answer: (value: unknown) => void }[] =
    [];
  readonly #listeners = new Map<StreamName, (value: never) => void>();

  readonly bridge = {
    call: (name: CallName, input: unknown) =>
      new Promise((resolve) => {
        this.asked.push({ name, input, answer: (value) => resolve({ ok: true, value }) });
      }),
    subscribe: (stream: StreamName, listener: (value: never) => void) => {
      this.#listeners.set(stream, listener);
      return () => this.#listeners.delete(stream);
    },
  } as unknown as Pick<Bridge, 'call' | 'subscribe'>;

  emit(stream: StreamName, value: unknown): void {
    this.#listeners.get(stream)?.(value as never);
  }

  count(name: CallName): number {
    return this.asked.filter((one) => one.name === name).length;
  }

  async answer(name: CallName, value: unknown): Promise<void> {
    const at = this.asked.findIndex((one) => one.name === name);
    const [found] = this.asked.splice(at, 1);
    if (found === undefined) throw new Error(`${name} was not asked`);
    found.answer(value);
    await Promise.resolve();
    await Promise.resolve();
  }
}

async function started(revision = 1) {
  const hand = new HandBridge();
  const store = new QueueStore(hand.bridge, () => 0);
  const stop = store.start();
  await hand.answer('queue.snapshot', snapshot(revision, [batch(1, { items: 250 })]));
  return { hand, store, stop, queue: () => store.api.getState().queue };
}

describe('the queue that the window follows', () => {
  it('applies deltas in order and takes a new snapshot at a gap', async () => {
    const { hand, queue } = await started();
    hand.emit('queue.delta', delta(2, { batches: [batch(2)] }));
    expect(queue()?.revision).toBe(2);
    hand.emit('queue.delta', delta(5, { batches: [batch(9)] }));
    expect(hand.count('queue.snapshot')).toBe(1);
    expect(queue()?.revision).toBe(2);
    await hand.answer('queue.snapshot', snapshot(6, [batch(9)]));
    expect(queue()?.revision).toBe(6);
    expect(queue()?.batches.map((one) => one.batchId)).toEqual([9]);
  });

  it('applies what came while the snapshot was on its way, and only what is newer', async () => {
    const hand = new HandBridge();
    const store = new QueueStore(hand.bridge, () => 0);
    store.start();
    hand.emit('queue.delta', delta(7, { batches: [batch(7)] }));
    hand.emit('queue.delta', delta(8, { batches: [batch(8)] }));
    await hand.answer('queue.snapshot', snapshot(7, [batch(1)]));
    const { queue } = store.api.getState();
    expect(queue?.revision).toBe(8);
    expect(queue?.batches.map((one) => one.batchId)).toEqual([8, 1]);
    expect(hand.count('queue.snapshot')).toBe(0);
  });

  it('takes a snapshot when the engine runs again, and forgets pages of the one that is gone', async () => {
    const { hand, store, queue } = await started(500);
    store.want(id(1), 0, 10);
    hand.emit('engine.status', { kind: 'restarting', restarts: 1 });
    hand.emit('engine.status', { kind: 'running', restarts: 1, resumedItems: 3, keptBytes: 9 });
    await hand.answer('queue.snapshot', snapshot(1, [batch(1, { items: 250 })]));
    expect(queue()?.revision).toBe(1);
    // The page counts revisions of the engine that crashed: it must not outrank the deltas of the new one.
    await hand.answer('queue.items', { revision: 500, total: 250, rows: [item(1, 1)] });
    expect(store.pages.rowAt(id(1), 0)).toBeUndefined();
  });

  it('asks for a page once, and again only when it lacks something', async () => {
    const { hand, store } = await started();
    store.want(id(1), 0, 150);
    store.want(id(1), 10, 160);
    expect(hand.count('queue.items')).toBe(1);
    await hand.answer('queue.items', { revision: 1, total: 250, rows: [item(1, 1)] });
    store.want(id(1), 0, 150);
    expect(hand.count('queue.items')).toBe(0);
    hand.emit('queue.delta', delta(2, { itemsCut: true }));
    store.want(id(1), 0, 150);
    expect(hand.count('queue.items')).toBe(1);
  });

  it('asks for the last page again when a batch grew, and for all when it shrank', async () => {
    const { hand, store } = await started();
    store.want(id(1), 0, 249);
    await hand.answer('queue.items', { revision: 1, total: 250, rows: [item(1, 1)] });
    await hand.answer('queue.items', { revision: 1, total: 250, rows: [item(1, 201)] });
    hand.emit('queue.delta', delta(2, { batches: [batch(1, { items: 300 })] }));
    expect(store.pages.wanted(id(1), 0, 299)).toEqual([1]);
    hand.emit('queue.delta', delta(3, { batches: [batch(1, { items: 299 })] }));
    expect(store.pages.wanted(id(1), 0, 298)).toEqual([0, 1]);
  });

  it('stops listening when it is told to', async () => {
    const { hand, stop, queue } = await started();
    stop();
    hand.emit('queue.delta', delta(2));
    expect(queue()?.revision).toBe(1);
  });
});
