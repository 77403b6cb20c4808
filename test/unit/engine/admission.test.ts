import { describe, expect, it } from 'vitest';
import { LARGEST_OBJECT, WINDOW } from '../../../src/engine/limits';
import { isIdle } from '../../../src/engine/state';
import { itemIdAt, type BatchId } from '../../../src/shared/ids';
import { BATCH, Desk, HOME, idOf, no, OURS, put, stored, work } from './reducer-driver';

const job = (batchId: number): { batchId: BatchId; destinationId: typeof HOME } => ({
  batchId: batchId as BatchId,
  destinationId: HOME,
});
const rows = (from: number, count: number): ReturnType<typeof work>[] =>
  Array.from({ length: count }, (_, index) => work(from + index, 10));

function opened(): Desk {
  const desk = new Desk();
  desk.open();
  return desk;
}

describe('admission', () => {
  it('reads on after the last row, and never beyond the window', () => {
    const desk = opened();
    expect(desk.of('load-work')).toMatchObject([{ after: 0, limit: WINDOW }]);
    desk.credentials();
    desk.load(rows(1, WINDOW), WINDOW);
    expect(desk.home).toMatchObject({ cursor: idOf(WINDOW), exhausted: false, live: WINDOW });
    while (desk.of('load-work').length === 0) {
      desk.answer('put', put(stored(OURS)));
      if (desk.of('load-work').length === 0) desk.persist();
    }
    const [load] = desk.of('load-work');
    expect(load?.after).toBe(idOf(WINDOW));
    expect(desk.home.live + (load?.limit ?? 0)).toBeLessThanOrEqual(WINDOW);
    desk.load(rows(WINDOW + 1, load?.limit ?? 0), load?.limit);
    expect(desk.state.items.size).toBeLessThanOrEqual(WINDOW);
  });

  it('is done when fewer rows came than were asked for', () => {
    const desk = opened();
    desk.load(rows(1, 3));
    expect(desk.home.exhausted).toBe(true);
    expect(desk.of('load-work')).toEqual([]);
  });

  it('takes no item twice', () => {
    const desk = opened();
    desk.load(rows(1, 3));
    desk.send({ kind: 'work-found', job: job(1) });
    desk.load(rows(1, 5));
    expect(desk.home.live).toBe(5);
  });

  it('goes on in the batch that is being read, and back to an older one', () => {
    const desk = opened();
    const later = itemIdAt(3 as BatchId, 5);
    desk.load([{ ...work(1, 10), itemId: later, batchId: 3 as BatchId }]);
    desk.send({ kind: 'work-found', job: job(3) });
    expect(desk.of('load-work')).toMatchObject([{ after: later }]);
    desk.load([]);
    desk.send({ kind: 'work-found', job: job(BATCH) });
    expect(desk.of('load-work')).toMatchObject([{ after: itemIdAt(BATCH, 0) }]);
  });

  it('goes back to just before a row that a rule let go, also while it is reading', () => {
    const desk = opened();
    desk.load(rows(5, 3));
    desk.send({ kind: 'work-freed', destinationId: HOME, itemId: idOf(2) });
    expect(desk.of('load-work')).toMatchObject([{ after: idOf(1) }]);
    desk.send({ kind: 'work-freed', destinationId: HOME, itemId: idOf(1) });
    desk.load([work(2, 10), ...rows(5, 3)]);
    expect(desk.home.live).toBe(4);
    expect(desk.of('load-work')).toMatchObject([{ after: idOf(0) }]);
    desk.load([work(1, 10), work(2, 10), ...rows(5, 3)]);
    expect(desk.home).toMatchObject({ live: 5, exhausted: true });
    desk.send({ kind: 'work-freed', destinationId: HOME, itemId: idOf(9) });
    expect(desk.of('load-work')).toMatchObject([{ after: idOf(7) }]);
  });

  it('is not idle while a rule holds rows back', () => {
    const desk = opened();
    desk.load([]);
    expect(isIdle(desk.state)).toBe(true);
    desk.send({ kind: 'held-by-rules', items: 2 });
    expect(isIdle(desk.state)).toBe(false);
    desk.send({ kind: 'held-by-rules', items: 0 });
    expect(isIdle(desk.state)).toBe(true);
  });

  it('keeps what came in while it was reading: the load it has does not end the search', () => {
    const desk = opened();
    desk.send({ kind: 'work-found', job: job(1) });
    expect(desk.of('load-work')).toEqual([]);
    desk.load(rows(1, 2));
    expect(desk.home.live).toBe(2);
    expect(desk.of('load-work')).toMatchObject([{ after: 0 }]);
  });

  it('reads again, a little later, what could not be read, and is not idle meanwhile', () => {
    const desk = opened();
    desk.send({ kind: 'work-loaded', destinationId: HOME, limit: 10, items: no('internal') });
    const [timer] = desk.of('set-timer');
    expect(timer).toMatchObject({ timer: `load:${HOME}`, at: desk.at + 2_000 });
    expect(isIdle(desk.state)).toBe(false);
    desk.send({ kind: 'command', id: 1, verb: 'resume', scope: { kind: 'all' } });
    desk.at += 2_000;
    desk.send({ kind: 'timer', timer: `load:${HOME}` });
    desk.send({
      kind: 'command-applied',
      id: 1,
      verb: 'resume',
      result: { ok: true, value: { affected: 0, leftovers: [] } },
    });
    expect(desk.of('load-work')).toHaveLength(1);
    desk.load([]);
    expect(isIdle(desk.state)).toBe(true);
  });

  it('fails at once what no object can hold', () => {
    const desk = opened();
    desk.load([work(1, LARGEST_OBJECT + 1)]);
    expect(desk.end()).toMatchObject({ kind: 'failed', fault: { code: 'too-large' } });
  });
});
