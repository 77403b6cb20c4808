import { describe, expect, it } from 'vitest';
import { fault } from '../../../../../src/shared/faults';
import { itemIdAt } from '../../../../../src/shared/ids';
import type { BatchRow, ItemRow } from '../../../../../src/shared/queue-view';
import { batchKey, itemKey } from '../../../../../src/renderer/features/queue/grid/row-map';
import {
  conflictIn,
  deletePlan,
  pauseOrResume,
  possibleVerbs,
  scopesOf,
  type Known,
  callbackFaultsIn,
} from '../../../../../src/renderer/features/queue/verbs';
import { batch, FAILED, id, item, NO_COUNTS } from '../../samples';

const known = (batches: BatchRow[], rows: ItemRow[]): Known => ({
  batch: (batchId) => batches.find((one) => one.batchId === batchId),
  row: (itemId) => rows.find((one) => one.itemId === itemId),
});
const of = (batchNumber: number, position: number) => itemKey(itemIdAt(id(batchNumber), position));
const PAUSED = { kind: 'paused', why: 'user' } as const;

describe('verbs on rows', () => {
  it('a conflict is answered where there is one', () => {
    const conflict = { kind: 'conflict', fault: fault('object-exists', 'It is there.') } as const;
    const rows = [item(1, 1, conflict), item(1, 2, FAILED)];
    const batches = [batch(2, { counts: { ...NO_COUNTS, conflict: 1 } }), batch(3, { counts: NO_COUNTS })];
    const all = known(batches, rows);
    expect(
      [of(1, 1), of(1, 2), batchKey(id(2)), batchKey(id(3))].map((key) => conflictIn([key], all)),
    ).toEqual([true, false, true, false]);
  });

  it('names batches one by one, files together, and no file of a named batch', () => {
    expect(scopesOf([of(1, 1), batchKey(id(2)), of(2, 5), of(3, 1)])).toEqual([
      { kind: 'batch', batchId: 2 },
      { kind: 'items', itemIds: [itemIdAt(id(1), 1), itemIdAt(id(3), 1)] },
    ]);
    expect(scopesOf([])).toEqual([]);
  });

  it('resumes only when all that can move is paused by the user', () => {
    const rows = [item(1, 1, PAUSED), item(1, 2), item(1, 3, FAILED)];
    expect(pauseOrResume([of(1, 1)], known([], rows))).toBe('resume');
    expect(pauseOrResume([of(1, 1), of(1, 3)], known([], rows))).toBe('resume');
    expect(pauseOrResume([of(1, 1), of(1, 2)], known([], rows))).toBe('pause');
    expect(pauseOrResume([of(1, 9)], known([], rows))).toBe('pause');
    expect(pauseOrResume([batchKey(id(1))], known([batch(1, { held: 'user' })], []))).toBe('resume');
    expect(pauseOrResume([batchKey(id(1))], known([batch(1, { held: 'offline' })], []))).toBe('pause');
  });

  it('removes what ended, cancels the rest, and says what would be lost', () => {
    const rows = [item(1, 1, FAILED), { ...item(1, 2), verifiedBytes: 40 }, item(1, 3)];
    const plan = deletePlan([of(1, 1), of(1, 2), of(1, 3)], known([], rows));
    expect(plan.remove).toEqual([{ kind: 'items', itemIds: [itemIdAt(id(1), 1)] }]);
    expect(plan.cancel).toEqual([{ kind: 'items', itemIds: [itemIdAt(id(1), 2), itemIdAt(id(1), 3)] }]);
    expect(plan.keptBytes).toBe(40);
  });

  it('cancels a batch that goes on and removes one that ended', () => {
    const ended = batch(2, { counts: { ...NO_COUNTS, done: 10 }, verifiedBytes: 1000 });
    const going = batch(1, { verifiedBytes: 500 });
    const plan = deletePlan([batchKey(id(1)), batchKey(id(2))], known([going, ended], []));
    expect(plan).toEqual({
      remove: [{ kind: 'batch', batchId: 2 }],
      cancel: [{ kind: 'batch', batchId: 1 }],
      keptBytes: 500,
    });
  });

  it('tells a server again of rows that are done and of which it does not know', () => {
    const callbackFault = item(1, 2, { kind: 'done', at: 1, callbackFault: fault('callback-failed', '') });
    const rows = [item(1, 1, { kind: 'done', at: 1 }), callbackFault, item(1, 3, FAILED)];
    const keys = [batchKey(id(1)), of(1, 1), of(1, 2), of(1, 3), of(1, 9)];
    expect(callbackFaultsIn(keys, known([], rows))).toEqual([of(1, 2)]);
  });

  it('offers only what can move a row', () => {
    const rows = [item(1, 1, { kind: 'done', at: 1 }), item(1, 2, FAILED), item(1, 3)];
    expect(possibleVerbs([of(1, 1)], known([], rows))).toEqual({ pause: false, retry: false });
    expect(possibleVerbs([of(1, 2)], known([], rows))).toEqual({ pause: false, retry: true });
    expect(possibleVerbs([of(1, 3)], known([], rows))).toEqual({ pause: true, retry: false });
    expect(possibleVerbs([of(1, 9)], known([], rows))).toEqual({ pause: true, retry: true });
    const failed = batch(4, { counts: { ...NO_COUNTS, done: 9, failed: 1 } });
    expect(possibleVerbs([batchKey(id(4))], known([failed], []))).toEqual({ pause: false, retry: true });
  });
});
