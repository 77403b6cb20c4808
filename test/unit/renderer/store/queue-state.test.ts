import { describe, expect, it } from 'vitest';
import { fromSnapshot, withDelta, type QueueState } from '../../../../src/renderer/store/queue-state';
import { batch, delta, id, snapshot } from '../samples';

const next = (state: QueueState, ...args: Parameters<typeof delta>): QueueState => {
  const outcome = withDelta(state, delta(...args));
  if (outcome.kind !== 'next') throw new Error(outcome.kind);
  return outcome.state;
};

describe('the queue by snapshot and deltas', () => {
  const start = fromSnapshot(snapshot(5, [batch(1), batch(3), batch(2)]));

  it('shows the newest batch first', () => {
    expect(start.batches.map((one) => one.batchId)).toEqual([3, 2, 1]);
  });

  it('takes over changed batches and leaves the others as they are', () => {
    const after = next(start, 6, { batches: [batch(2, { name: 'renamed' })] });
    expect(after.batches.map((one) => one.name)).toEqual(['batch 3', 'renamed', 'batch 1']);
    expect(after.batches[0]).toBe(start.batches[0]);
    expect(after.revision).toBe(6);
  });

  it('puts a new batch on top and takes removed ones away', () => {
    const after = next(start, 6, { batches: [batch(4)], removedBatchIds: [id(2)] });
    expect(after.batches.map((one) => one.batchId)).toEqual([4, 3, 1]);
  });

  it('keeps the list itself when no batch changed', () => {
    expect(next(start, 6).batches).toBe(start.batches);
  });

  it('calls a missed revision a gap and a known one old', () => {
    expect(withDelta(start, delta(7)).kind).toBe('gap');
    expect(withDelta(start, delta(5)).kind).toBe('old');
    expect(withDelta(start, delta(4)).kind).toBe('old');
  });
});
