/** 203 CallbackFailed: the object is stored and must still be proven; the server that was to be told is noted. */
import { describe, expect, it } from 'vitest';
import { joinCrc64 } from '../../../src/engine/crc64';
import type { Outcome } from '../../../src/shared/faults';
import { fault, success } from '../../../src/shared/faults';
import type { Crc64 } from '../../../src/shared/ids';
import type { StoredObject } from '../../../src/engine/ports';
import type { ConflictPolicy } from '../../../src/shared/profile';
import { Desk, MIB, no, OURS, part, present, put, stored, THEIRS, UPLOAD, work } from './reducer-driver';

const SMALL = 1_000;
const LARGE = 17 * MIB;
const UNTOLD = fault('callback-failed', 'Error status : 502.');
const NOT_TOLD = { callbackFault: { code: 'callback-failed' } };

const callbackFailed = (crc64: Crc64 | null): Outcome<StoredObject> => {
  const outcome = stored(crc64);
  return outcome.ok ? success({ ...outcome.value, callbackFault: UNTOLD }) : outcome;
};

/** A Put under way, or a Complete: whatever follows is the same. */
const PARTS = Array.from({ length: 17 }, (_, index) => part(index + 1));
const WAYS: readonly [
  string,
  (conflict: ConflictPolicy, sent: Outcome<StoredObject>) => Desk,
  { readonly sizeBytes: number; readonly ours: Crc64 },
][] = [
  [
    'Put',
    (conflict, sent) => {
      const desk = Desk.with(work(1, SMALL, { conflict }));
      desk.answer('put', put(sent));
      return desk;
    },
    { sizeBytes: SMALL, ours: OURS },
  ],
  [
    'Complete',
    (conflict, sent) => {
      const checkpoint = { uploadId: UPLOAD, partSizeBytes: MIB, parts: PARTS };
      const desk = Desk.with(work(1, LARGE, { conflict, checkpoint }));
      desk.answer('list-parts', success(PARTS));
      desk.answer('complete', sent);
      return desk;
    },
    { sizeBytes: LARGE, ours: joinCrc64(PARTS) },
  ],
];

describe.each(WAYS)('203 to a %s', (_, sending, { sizeBytes, ours }) => {
  it('with our CRC-64 is done, with a note', () => {
    const end = sending('overwrite', callbackFailed(ours)).end();
    expect(end).toMatchObject({ kind: 'done', crc64: ours, callbackFault: UNTOLD });
  });

  it('with another CRC-64 is not done', () => {
    const end = sending('overwrite', callbackFailed(THEIRS)).end();
    expect(end).toMatchObject({ kind: 'failed', fault: { code: 'crc-mismatch' } });
  });

  it('without one is proven by HeadObject, and sent no second time', () => {
    const desk = sending('overwrite', callbackFailed(null));
    expect(desk.asked).toEqual(['head']);
    desk.answer('head', present(ours, sizeBytes));
    expect(desk.end()).toMatchObject({ kind: 'done', crc64: ours, ...NOT_TOLD });
  });

  it.each([
    ['another CRC-64', THEIRS, 'crc-mismatch'],
    ['no CRC-64', null, 'bad-answer'],
  ] as const)('without one, where HeadObject tells %s, is not done', (_what, crc64, code) => {
    const desk = sending('overwrite', callbackFailed(null));
    desk.answer('head', present(crc64, sizeBytes));
    expect(desk.end()).toMatchObject({ kind: 'failed', fault: { code } });
  });

  it.each(['overwrite', 'never-overwrite'] as const)(
    'without one, where reading is forbidden, cannot be told under %s',
    (conflict) => {
      const desk = sending(conflict, callbackFailed(null));
      desk.answer('head', no('no-permission'));
      expect(desk.end()).toMatchObject({ kind: 'conflict', fault: { code: 'cannot-tell' } });
    },
  );

  it('without one, and the look is lost: it is looked at again', () => {
    const desk = sending('overwrite', callbackFailed(null));
    desk.answer('head', no('server-busy'));
    desk.wait(60_000);
    expect(desk.asked).toEqual(['head']);
    desk.answer('head', present(ours, sizeBytes));
    expect(desk.end()).toMatchObject({ kind: 'done', ...NOT_TOLD });
  });
});

describe('an answer that was lost', () => {
  const settled = (callsBack: boolean): Desk => {
    const desk = new Desk();
    desk.open();
    desk.credentials(1, null, callsBack);
    desk.load([work(1, SMALL, { conflict: 'never-overwrite', fromEarlierRun: true })]);
    desk.answer('put', put(no('object-exists')));
    desk.answer('head', present(OURS, SMALL));
    return desk;
  };

  it('took along whether the server was told', () => {
    expect(settled(true).end()).toMatchObject({ kind: 'done', ...NOT_TOLD });
  });

  it('took nothing along where OSS was to tell nobody', () => {
    expect(settled(false).end()).not.toHaveProperty('callbackFault');
  });
});
