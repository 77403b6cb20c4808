import { describe, expect, it } from 'vitest';
import type { Leftover } from '../../../src/engine/queue-ports';
import { success } from '../../../src/shared/faults';
import type { UploadId } from '../../../src/shared/ids';
import { Desk, HOME, initiated, MIB, no, part, partSent, UPLOAD, work } from './reducer-driver';

const leftover = (position: number): Leftover => {
  const { itemId, destinationId, key } = work(position, 0);
  return { itemId, destinationId, key, uploadId: `old-${position}` as UploadId };
};

function desk(...leftovers: Leftover[]): Desk {
  const made = new Desk();
  made.send({ kind: 'recovered', recovered: { destinationIds: [HOME], unfinishedScans: [], leftovers } });
  made.credentials();
  return made;
}

describe('what ended items left behind', () => {
  it('is aborted and forgotten', () => {
    const made = desk(leftover(1), leftover(2), leftover(2));
    expect(made.asked).toEqual(['abort', 'abort']);
    made.answer('abort', success(undefined));
    expect(made.records).toEqual([{ kind: 'upload-closed', itemId: leftover(1).itemId }]);
    expect(made.home.leftovers).toEqual([leftover(2)]);
  });

  it('is tried again for good while the server is silent or busy', () => {
    const made = desk(leftover(1));
    for (let count = 0; count < 15; count += 1) {
      made.answer('abort', no('server-busy'));
      expect(made.of('set-timer').map((timer) => timer.timer)).toContain(`leftovers:${HOME}`);
      made.wait(60_000);
      expect(made.asked).toEqual(['abort']);
    }
    expect(made.records).toEqual([]);
  });

  it('waits for new credentials', () => {
    const made = desk(leftover(1));
    made.answer('abort', no('token-expired'));
    expect(made.of('ask-credentials')).toHaveLength(1);
    made.credentials(2);
    expect(made.asked).toEqual(['abort']);
  });

  it('that may not be aborted is told as a possible orphan', () => {
    const made = desk(leftover(1));
    made.answer('abort', no('no-permission'));
    expect(made.wrote('possible-orphan')).toBe(true);
    expect(made.home.leftovers).toEqual([]);
  });

  it('of an item that is sent again belongs to that item', () => {
    const made = new Desk();
    made.send({
      kind: 'recovered',
      recovered: { destinationIds: [HOME], unfinishedScans: [], leftovers: [leftover(1)] },
    });
    made.load([work(1, 10)]);
    expect(made.home.leftovers).toEqual([]);
  });
});

describe('a cancel leaves no orphan', () => {
  const cancel = (made: Desk): unknown =>
    made.send({ kind: 'command', id: 1, verb: 'cancel', scope: { kind: 'all' } });

  it('between parts: the upload is aborted', () => {
    const checkpoint = { uploadId: UPLOAD, partSizeBytes: MIB, parts: [part(1)] };
    const made = Desk.with(work(1, 17 * MIB, { checkpoint }));
    made.answer('list-parts', success([part(1)]));
    cancel(made);
    expect(made.of('cancel')).toHaveLength(8);
    while (made.asked.includes('part')) made.answer('part', partSent(2));
    expect(made.end()).toEqual({ kind: 'canceled' });
    expect(made.asked).toEqual(['abort']);
  });

  it('during Initiate: its answer is heard, kept and aborted', () => {
    const made = Desk.with(work(1, 17 * MIB));
    made.persist();
    cancel(made);
    expect(made.of('cancel')).toEqual([]);
    made.answer('initiate', initiated);
    expect(made.wrote('upload-created')).toBe(true);
    expect(made.end()).toEqual({ kind: 'canceled' });
    expect(made.asked).toEqual(['abort']);
  });

  it('during an Initiate whose answer is lost: it is told as a possible orphan', () => {
    const made = Desk.with(work(1, 17 * MIB));
    made.persist();
    cancel(made);
    made.answer('initiate', no('connection-lost'), null);
    expect(made.wrote('possible-orphan')).toBe(true);
    expect(made.end()).toEqual({ kind: 'canceled' });
  });
});
