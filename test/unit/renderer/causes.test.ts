import { describe, expect, it } from 'vitest';
import { itemIdAt, type DestinationId } from '../../../src/shared/ids';
import { scopesOfCause } from '../../../src/renderer/features/queue/cause-scope';
import { groupOf, inOrder } from '../../../src/renderer/features/queue/causes';
import { batch, cause, id, NO_COUNTS } from './samples';

describe('causes', () => {
  it('go to who mends them', () => {
    expect(groupOf(cause('failed', 'no-permission', 1))).toBe('administrator');
    expect(groupOf(cause('failed', 'source-missing', 1))).toBe('you');
    expect(groupOf(cause('offline', 'dns', 1))).toBe('time');
  });

  it('stand in the order of need, then of files', () => {
    const causes = [
      cause('offline', 'network-offline', 900),
      cause('failed', 'no-permission', 37),
      cause('source-changed', 'source-changed', 1),
      cause('conflict', 'object-exists', 38),
    ];
    expect(inOrder(causes).map((one) => one.kind)).toEqual([
      'conflict',
      'source-changed',
      'failed',
      'offline',
    ]);
  });

  it('are acted on by their files when all are named', () => {
    expect(scopesOfCause(cause('failed', 'no-permission', 1), [])).toEqual([
      { kind: 'items', itemIds: [itemIdAt(id(1), 1)] },
    ]);
  });

  it('are acted on by the batches that hold such files when there are more', () => {
    const batches = [
      batch(1, { counts: { ...NO_COUNTS, failed: 30 } }),
      batch(2, { counts: { ...NO_COUNTS, failed: 7 }, destinationId: 'other' as DestinationId }),
      batch(3, { counts: { ...NO_COUNTS, done: 3 } }),
      batch(4, { held: 'credentials' }),
    ];
    expect(scopesOfCause(cause('failed', 'no-permission', 37), batches)).toEqual([
      { kind: 'batch', batchId: 1 },
    ]);
    expect(scopesOfCause(cause('credentials', 'token-expired', 212), batches)).toEqual([
      { kind: 'batch', batchId: 4 },
    ]);
    expect(scopesOfCause(cause('conflict', 'object-exists', 9), batches)).toEqual([
      { kind: 'items', itemIds: [itemIdAt(id(1), 1)] },
    ]);
  });
});
