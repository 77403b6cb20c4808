import { describe, expect, it } from 'vitest';
import { itemIdAt, type DestinationId } from '../../../../../src/shared/ids';
import { scopesOfCause } from '../../../../../src/renderer/features/needs/cause-scope';
import {
  causeAction,
  causeLine,
  causeTitle,
  groupOf,
  inOrder,
} from '../../../../../src/renderer/features/needs/causes';
import { createWords } from '../../../../../src/renderer/i18n/index';
import { profileSchema } from '../../../../../src/shared/profile';
import { batch, cause, id, NO_COUNTS } from '../../samples';

describe('causes', () => {
  it('go to who mends them', () => {
    expect(groupOf(cause('failed', 'no-permission', 1))).toBe('administrator');
    expect(groupOf(cause('failed', 'source-missing', 1))).toBe('you');
    expect(groupOf(cause('offline', 'dns', 1))).toBe('time');
  });

  it('whose server takes notices are told again; whose takes none, say so', () => {
    const { t } = createWords('en');
    const one = cause('callback-failed', 'callback-failed', 3);
    const plain = {
      name: 'S',
      region: 'cn-hangzhou',
      bucket: 'bucket-1',
      authorization: { kind: 'temporary' },
    };
    const callback = { url: 'https://example.com/done', body: 'x' };
    const noticeUrl = 'https://example.com/notice';
    const offers = profileSchema.parse({ ...plain, callback: { ...callback, noticeUrl } });
    const none = profileSchema.parse({ ...plain, callback });
    expect(causeTitle(t, one, 'S')).toBe('3 files verified, your server was not told');
    expect(causeAction(t, one, offers)).toEqual({ verb: 'notify', label: 'Tell the server again' });
    expect(causeLine(t, one, offers)).toBe('Tell the server again, or its operator.');
    for (const profile of [none, undefined]) {
      expect(causeAction(t, one, profile)).toBeNull();
      expect(causeLine(t, one, profile)).toMatch(/^The destination names no address for notices/);
    }
    const batches = [batch(1, { counts: { ...NO_COUNTS, done: 3 } }), batch(2)];
    expect(scopesOfCause(one, batches)).toEqual([{ kind: 'batch', batchId: 1 }]);
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
