/** What each conflict policy makes of each answer, and what becomes of answers that were lost. */
import { describe, expect, it } from 'vitest';
import type { WorkItem } from '../../../src/engine/queue-ports';
import { success } from '../../../src/shared/faults';
import type { ConflictPolicy } from '../../../src/shared/profile';
import {
  Desk,
  initiated,
  MIB,
  no,
  OURS,
  part,
  partSent,
  present,
  put,
  stored,
  THEIRS,
  UPLOAD,
  work,
} from './reducer-driver';

const SMALL = 1_000;
const LARGE = 17 * MIB;
const lost = no('connection-lost');
const exists = no('object-exists');

function sending(conflict: ConflictPolicy, more: Partial<WorkItem> = {}): Desk {
  const desk = Desk.with(work(1, SMALL, { conflict, ...more }));
  if (desk.asked.includes('head')) desk.answer('head', success({ kind: 'missing' }));
  return desk;
}

/** All parts are stored and noted; Complete is on its way. */
function completing(conflict: ConflictPolicy, more: Partial<WorkItem> = {}): Desk {
  const parts = Array.from({ length: 17 }, (_, index) => part(index + 1));
  const checkpoint = { uploadId: UPLOAD, partSizeBytes: MIB, parts };
  const desk = Desk.with(work(1, LARGE, { conflict, checkpoint, ...more }));
  desk.answer('list-parts', success(parts));
  return desk;
}

describe('P1: done is what the CRC-64 of the server proves', () => {
  it('is done when the CRC-64 agrees', () => {
    const desk = sending('overwrite');
    desk.answer('put', put(stored(OURS)));
    expect(desk.end()).toMatchObject({ kind: 'done', crc64: OURS });
  });

  it.each([
    ['another', THEIRS, 'crc-mismatch'],
    ['no', null, 'bad-answer'],
  ] as const)('fails with %s CRC-64 after a Put, and after Complete', (_, crc64, code) => {
    const small = sending('overwrite');
    small.answer('put', put(stored(crc64)));
    expect(small.end()).toMatchObject({ kind: 'failed', fault: { code } });
    const large = completing('overwrite');
    large.answer('complete', stored(crc64));
    expect(large.end()).toMatchObject({ kind: 'failed', fault: { code } });
  });

  it('never completes over a part that differs: it is sent again, three times at most', () => {
    const parts = Array.from({ length: 16 }, (_, index) => part(index + 1));
    const checkpoint = { uploadId: UPLOAD, partSizeBytes: MIB, parts };
    const desk = Desk.with(work(1, LARGE, { checkpoint }));
    desk.answer('list-parts', success(parts));
    for (const wrong of [THEIRS, null]) {
      desk.answer('part', partSent(17, wrong));
      desk.persist();
      expect(desk.asked).toEqual(['part']);
    }
    desk.answer('part', partSent(17, THEIRS));
    expect(desk.wrote('part-stored')).toBe(false);
    expect(desk.end()).toMatchObject({ kind: 'failed', fault: { code: 'crc-mismatch' } });
  });

  it('does not hold silence against a part that differs once', () => {
    const parts = Array.from({ length: 16 }, (_, index) => part(index + 1));
    const desk = Desk.with(work(1, LARGE, { checkpoint: { uploadId: UPLOAD, partSizeBytes: MIB, parts } }));
    desk.answer('list-parts', success(parts));
    for (let count = 0; count < 2; count += 1) {
      desk.answer('part', { read: success(OURS), sent: lost }, null);
      desk.wait(60_000);
    }
    desk.answer('part', partSent(17, THEIRS));
    expect(desk.asked).toEqual(['part']);
  });
});

describe('P2: the server is told to refuse, by policy', () => {
  it.each([
    ['overwrite', false],
    ['never-overwrite', true],
    ['skip-identical', true],
    ['keep-both', true],
    ['ask', true],
  ] as const)('%s: forbidOverwrite %s, on Put and on Complete', (conflict, forbidOverwrite) => {
    expect(sending(conflict).request('put').step).toMatchObject({ forbidOverwrite });
    expect(completing(conflict).request('complete').step).toMatchObject({ forbidOverwrite });
  });

  it('skip-identical replaces only what HeadObject has shown to differ', () => {
    const desk = Desk.with(work(1, SMALL, { conflict: 'skip-identical' }));
    desk.answer('head', present(THEIRS, SMALL + 1));
    expect(desk.request('put').step).toMatchObject({ forbidOverwrite: false });
  });

  it('skip-identical and ask skip what is equal by size and CRC-64 of the bytes on the disk', () => {
    for (const conflict of ['skip-identical', 'ask'] as const) {
      const desk = Desk.with(work(1, SMALL, { conflict }));
      desk.answer('head', present(OURS, SMALL));
      desk.answer('compare', success(OURS), null);
      expect(desk.end()).toMatchObject({ kind: 'skipped', why: 'identical', crc64: OURS });
    }
  });

  it('ask waits for the user where the bytes differ, also when the object came in between', () => {
    const before = Desk.with(work(1, SMALL, { conflict: 'ask' }));
    before.answer('head', present(OURS, SMALL));
    before.answer('compare', success(THEIRS), null);
    expect(before.end()).toMatchObject({ kind: 'conflict', fault: { code: 'object-exists' } });
    const between = sending('ask');
    between.answer('put', put(exists));
    between.answer('head', present(THEIRS, SMALL));
    expect(between.end()).toMatchObject({ kind: 'conflict' });
  });

  it('never-overwrite fails on a taken key without looking', () => {
    const desk = sending('never-overwrite');
    desk.answer('put', put(exists));
    expect(desk.end()).toMatchObject({ kind: 'failed', fault: { code: 'object-exists' } });
  });

  it.each([
    ['skip-identical', 'failed'],
    ['ask', 'conflict'],
  ] as const)('%s without the right to read acts as never-overwrite and says so', (conflict, kind) => {
    const desk = Desk.with(work(1, SMALL, { conflict }));
    desk.answer('head', no('no-permission'));
    expect(desk.request('put').step).toMatchObject({ forbidOverwrite: true });
    desk.answer('put', put(exists));
    const end = desk.end();
    expect(end?.kind).toBe(kind);
    expect(JSON.stringify(end)).toContain('may not read it');
  });

  it('an Initiate that finds the key taken ends by policy', () => {
    for (const [conflict, kind] of [
      ['never-overwrite', 'failed'],
      ['skip-identical', 'head'],
    ] as const) {
      const desk = Desk.with(work(1, LARGE, { conflict }));
      if (conflict === 'skip-identical') desk.answer('head', success({ kind: 'missing' }));
      desk.persist();
      desk.answer('initiate', exists);
      if (kind === 'failed') expect(desk.end()).toMatchObject({ kind });
      else expect(desk.asked).toEqual(['head']);
    }
  });
});

describe('after a lost answer nothing is guessed', () => {
  const loseAnd = (desk: Desk, step: 'put' | 'complete'): Desk => {
    if (step === 'put') desk.answer('put', put(lost), null);
    else desk.answer('complete', lost, null);
    desk.wait(60_000);
    return desk;
  };

  it('a Put under overwrite is sent again', () => {
    const desk = loseAnd(sending('overwrite'), 'put');
    desk.answer('put', put(stored(OURS)));
    expect(desk.end()).toMatchObject({ kind: 'done' });
  });

  it.each(['never-overwrite', 'skip-identical', 'ask'] as const)(
    '%s: FileAlreadyExists is decided by size and CRC-64',
    (conflict) => {
      const ours = loseAnd(sending(conflict), 'put');
      ours.answer('put', put(exists));
      ours.answer('head', present(OURS, SMALL));
      expect(ours.end()).toMatchObject({ kind: 'done', crc64: OURS });
      const theirs = loseAnd(sending(conflict), 'put');
      theirs.answer('put', put(exists));
      theirs.answer('head', present(THEIRS, SMALL));
      if (conflict === 'skip-identical')
        expect(theirs.request('put').step).toMatchObject({ forbidOverwrite: false });
      else expect(theirs.end()?.kind).toBe(conflict === 'ask' ? 'conflict' : 'failed');
    },
  );

  it('equal CRC-64 and another size is not ours', () => {
    const desk = loseAnd(sending('never-overwrite'), 'put');
    desk.answer('put', put(exists));
    desk.answer('head', present(OURS, SMALL + 1));
    expect(desk.end()?.kind).toBe('failed');
  });

  it('where reading is forbidden a taken key becomes conflict(cannot-tell)', () => {
    const desk = loseAnd(sending('never-overwrite'), 'put');
    desk.answer('put', put(exists));
    desk.answer('head', no('no-permission'));
    expect(desk.end()).toMatchObject({ kind: 'conflict', fault: { code: 'cannot-tell' } });
  });

  it('NoSuchUpload of Complete is decided by HeadObject', () => {
    const ours = loseAnd(completing('overwrite'), 'complete');
    ours.answer('complete', no('upload-gone'));
    const { step } = ours.request('head');
    expect(step.kind).toBe('head');
    const item = ours.state.items.get(work(1, 0).itemId);
    const crc64 = item?.todo.kind === 'settle' ? item.todo.ours : null;
    ours.answer('head', present(crc64, LARGE));
    expect(ours.end()).toMatchObject({ kind: 'done', crc64 });
    const gone = loseAnd(completing('overwrite'), 'complete');
    gone.answer('complete', no('upload-gone'));
    gone.answer('head', success({ kind: 'missing' }));
    gone.persist();
    expect(gone.asked).toEqual(['initiate']);
  });

  it('NoSuchUpload without the right to read: overwrite sends afresh, all else cannot tell', () => {
    const overwrite = loseAnd(completing('overwrite'), 'complete');
    overwrite.answer('complete', no('upload-gone'));
    overwrite.answer('head', no('no-permission'));
    overwrite.persist();
    expect(overwrite.asked).toEqual(['initiate']);
    const other = loseAnd(completing('never-overwrite'), 'complete');
    other.answer('complete', no('upload-gone'));
    other.answer('head', no('no-permission'));
    expect(other.end()).toMatchObject({ kind: 'conflict', fault: { code: 'cannot-tell' } });
  });

  it('an item of an earlier run may have lost its answer with that run', () => {
    const desk = sending('never-overwrite', { fromEarlierRun: true });
    desk.answer('put', put(exists));
    desk.answer('head', present(OURS, SMALL));
    expect(desk.end()).toMatchObject({ kind: 'done' });
  });

  it('a pause does not forget it', () => {
    const desk = sending('never-overwrite');
    desk.answer('put', put(lost), null);
    desk.send({ kind: 'command', id: 1, verb: 'pause', scope: { kind: 'all' } });
    expect(desk.state.items.size).toBe(0);
    expect(desk.records).toContainEqual({ kind: 'part-begun', itemId: work(1, 0).itemId, partNumber: 0 });
    const again = sending('never-overwrite', { begun: [0] });
    again.answer('put', put(exists));
    again.answer('head', present(OURS, SMALL));
    expect(again.end()).toMatchObject({ kind: 'done' });
  });

  it('an Initiate is looked for on the server before another one is sent (P4)', () => {
    const desk = Desk.with(work(1, LARGE));
    desk.persist();
    desk.answer('initiate', lost, null);
    desk.wait(60_000);
    expect(desk.asked).toEqual(['find-orphans']);
    desk.answer('find-orphans', no('no-permission'));
    expect(desk.wrote('possible-orphan')).toBe(true);
    desk.persist();
    desk.answer('initiate', initiated);
    desk.persist();
    expect(desk.asked).toContain('part');
  });

  it.each(['connection-lost', 'throttled'] as const)(
    'where OSS was not even asked (%s of the server that signs) nothing was lost',
    (code) => {
      const unasked = no(code, { isUnasked: true, retryAfterMs: 100 });
      const large = Desk.with(work(1, LARGE));
      large.persist();
      large.answer('initiate', unasked, null);
      large.wait(60_000);
      large.persist();
      expect(large.asked).toEqual(['initiate']);
      expect(large.wrote('possible-orphan')).toBe(false);
      const small = sending('never-overwrite');
      small.answer('put', put(unasked), null);
      small.wait(60_000);
      small.answer('put', put(exists));
      expect(small.end()).toMatchObject({ kind: 'failed', fault: { code: 'object-exists' } });
    },
  );

  it('parts that are gone start afresh where the list is forbidden', () => {
    const parts = [part(1)];
    const desk = Desk.with(work(1, LARGE, { checkpoint: { uploadId: UPLOAD, partSizeBytes: MIB, parts } }));
    desk.answer('list-parts', no('no-permission'));
    while (desk.asked.includes('part')) desk.answer('part', { read: success(OURS), sent: no('upload-gone') });
    desk.answer('list-parts', no('no-permission'));
    desk.persist();
    expect(desk.asked).toEqual(['initiate']);
  });
});

describe('what the server may refuse', () => {
  it('an item gives up after eight refusals, however often the network was silent before', () => {
    const desk = sending('overwrite');
    for (let count = 0; count < 20; count += 1) {
      desk.answer('put', put(no('server-busy')));
      desk.wait(120_000);
    }
    for (let count = 0; count < 8; count += 1) {
      desk.persist();
      expect(desk.ends).toEqual([]);
      desk.answer('put', put(no('server-refused')));
      desk.wait(120_000);
    }
    expect(desk.end()).toMatchObject({ kind: 'failed', fault: { code: 'server-refused' } });
  });

  it('P5: a changed source aborts what was stored of it', () => {
    const desk = completing('overwrite');
    desk.answer('complete', no('source-changed'), null);
    expect(desk.end()).toMatchObject({ kind: 'source-changed' });
    expect(desk.asked).toEqual(['abort']);
  });

  it('P5: the new look of a file and the end of its old parts are kept together', () => {
    const checkpoint = { uploadId: UPLOAD, partSizeBytes: MIB, parts: [part(1)] };
    const desk = Desk.with(work(1, LARGE, { checkpoint, lookAgain: true }));
    desk.answer('look', success({ sizeBytes: LARGE, modifiedAt: 2, fingerprint: 'other' }), null);
    expect(desk.wrote('snapshot')).toBe(false);
    desk.answer('abort', success(undefined));
    const kinds = desk.records.map((record) => record.kind);
    expect(kinds.indexOf('snapshot')).toBe(kinds.indexOf('upload-closed') + 1);
  });
});
