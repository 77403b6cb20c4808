import { describe, expect, it } from 'vitest';
import { success } from '../../../src/shared/faults';
import type { Scope, Verb } from '../../../src/shared/queue-view';
import { BATCH, Desk, HOME, idOf, no, OURS, put, stored, work } from './reducer-driver';

const ALL: Scope = { kind: 'all' };
const command = (desk: Desk, verb: Verb, scope: Scope = ALL): unknown =>
  desk.send({ kind: 'command', id: 7, verb, scope });
const applied = (desk: Desk, verb: Verb): unknown =>
  desk.send({ kind: 'command-applied', id: 7, verb, result: success({ affected: 3, leftovers: [] }) });

describe('commands', () => {
  it('go to the store as one effect that leaves live rows alone, and are answered once', () => {
    const desk = Desk.with(work(1, 10), work(2, 10));
    command(desk, 'resume', { kind: 'batch', batchId: BATCH });
    const [effect] = desk.of('store-command');
    expect(effect).toMatchObject({ id: 7, verb: 'resume' });
    expect([...(effect?.live ?? [])].sort()).toEqual([idOf(1), idOf(2)]);
    applied(desk, 'resume');
    expect(desk.of('command-done')).toEqual([
      { kind: 'command-done', id: 7, outcome: success({ affected: 3 }) },
    ]);
  });

  it('resume asks at once for the credentials that someone has mended, and probes at once', () => {
    const desk = Desk.with(work(1, 10));
    desk.answer('put', put(no('token-expired')));
    desk.send({ kind: 'credentials', destinationId: HOME, outcome: no('token-refused') });
    expect(desk.home.credentials).toMatchObject({ kind: 'waiting', retryAt: null });
    command(desk, 'resume');
    expect(desk.of('ask-credentials')).toEqual([
      { kind: 'ask-credentials', destinationId: HOME, fresh: true },
    ]);
  });

  it('pause lets what is on its way arrive, begins nothing new, and the item leaves', () => {
    const desk = Desk.with(work(1, 10));
    command(desk, 'pause');
    expect(desk.of('cancel')).toEqual([]);
    expect(desk.state.items.size).toBe(1);
    desk.answer('put', put(no('server-busy')));
    expect(desk.state.items.size).toBe(0);
    desk.wait(120_000);
    expect(desk.asked).toEqual([]);
  });

  it('a put that arrives during a pause is done', () => {
    const desk = Desk.with(work(1, 10));
    command(desk, 'pause');
    desk.answer('put', put(stored(OURS)));
    expect(desk.end()).toMatchObject({ kind: 'done' });
  });

  it('pause of single items is kept on their rows, of a batch on the batch', () => {
    const single = Desk.with(work(1, 10));
    command(single, 'pause', { kind: 'items', itemIds: [idOf(1)] });
    expect(single.records).toEqual([{ kind: 'held', itemId: idOf(1), held: true }]);
    const batch = Desk.with(work(1, 10));
    command(batch, 'pause', { kind: 'batch', batchId: BATCH });
    expect(batch.records).toEqual([]);
  });

  it('resume takes both marks of a live item away, lest a crash bring the pause back', () => {
    const desk = Desk.with(work(1, 10));
    command(desk, 'pause', { kind: 'items', itemIds: [idOf(1)] });
    command(desk, 'resume');
    expect(desk.records.at(-1)).toEqual({ kind: 'held', itemId: idOf(1), held: false });
    desk.answer('put', put(no('server-busy')));
    desk.wait(120_000);
    expect(desk.state.items.size).toBe(1);
  });

  it('retry ends a backoff at once', () => {
    const desk = Desk.with(work(1, 10));
    desk.answer('put', put(no('server-refused', { retryAfterMs: 60_000 })));
    expect(desk.asked).toEqual([]);
    command(desk, 'retry');
    expect(desk.asked).toEqual(['put']);
  });

  it('cancel cuts off, ends, and is told when it is kept', () => {
    const desk = Desk.with(work(1, 10));
    command(desk, 'cancel', { kind: 'items', itemIds: [idOf(1)] });
    expect(desk.of('cancel')).toHaveLength(1);
    desk.answer('put', put(no('canceled')), null);
    expect(desk.ends).toEqual([]);
    expect(desk.end()).toEqual({ kind: 'canceled' });
  });

  it('touch only what is in their scope', () => {
    const desk = Desk.with(work(1, 10), work(2, 10));
    command(desk, 'cancel', { kind: 'items', itemIds: [idOf(2)] });
    expect(desk.state.items.get(idOf(1))?.closing).toBeNull();
    expect(desk.state.items.get(idOf(2))?.closing).toEqual({ kind: 'canceled' });
  });

  it('drop a load that was read before them, and read again from the start', () => {
    const desk = new Desk();
    desk.open();
    expect(desk.of('load-work')).toHaveLength(1);
    command(desk, 'pause');
    desk.load([work(1, 10)]);
    expect(desk.state.items.size).toBe(0);
    expect(desk.of('load-work')).toHaveLength(0);
    applied(desk, 'pause');
    expect(desk.of('load-work')).toMatchObject([{ destinationId: HOME, after: 0 }]);
    desk.load([work(1, 10)]);
    expect(desk.state.items.size).toBe(1);
  });

  it('bring the leftovers of canceled rows to be aborted', () => {
    const desk = Desk.with();
    command(desk, 'cancel');
    const { itemId, destinationId, key } = work(9, 0);
    const leftovers = [{ itemId, destinationId, key, uploadId: 'old' as never }];
    desk.send({
      kind: 'command-applied',
      id: 7,
      verb: 'cancel',
      result: success({ affected: 1, leftovers }),
    });
    expect(desk.asked).toEqual(['abort']);
  });
});
