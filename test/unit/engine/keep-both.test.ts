import { describe, expect, it } from 'vitest';
import { nextName } from '../../../src/engine/keep-both';
import type { ObjectKey } from '../../../src/shared/ids';
import { Desk, no, OURS, part, partSent, present, put, stored, THEIRS, UPLOAD, work } from './reducer-driver';

const MIB = 1024 * 1024;
const key = (text: string): ObjectKey => text as ObjectKey;
const taken = put(no('object-exists'));
const file = { key: key('in/a.tar'), conflict: 'keep-both' as const };

describe('the next name', () => {
  it.each([
    ['in/a.jpg', 'in/a.jpg', 'in/a (2).jpg'],
    ['in/a.jpg', 'in/a (2).jpg', 'in/a (3).jpg'],
    ['in/a.jpg', 'in/a (9).jpg', 'in/a (10).jpg'],
    ['in/a (2).jpg', 'in/a (2).jpg', 'in/a (2) (2).jpg'],
    ['in.d/a', 'in.d/a', 'in.d/a (2)'],
    ['.hidden', '.hidden', '.hidden (2)'],
    ['日本.語/絵.jpg', '日本.語/絵.jpg', '日本.語/絵 (2).jpg'],
  ])('of %s after %s is %s', (first, current, next) => {
    expect(nextName(key(first), key(current))).toBe(next);
  });

  it('is none where it would be longer than a key may be, or a thousand are taken', () => {
    expect(nextName(key('ä'.repeat(510)), key('ä'.repeat(510)))).toBeNull();
    expect(nextName(key('a.jpg'), key('a (1000).jpg'))).toBeNull();
  });
});

describe('keep-both', () => {
  it('takes the next free name, and a name is on the disk before a byte goes there', () => {
    const desk = Desk.with(work(1, 10, file));
    desk.answer('put', taken);
    expect(desk.records.at(-1)).toMatchObject({ kind: 'renamed', key: 'in/a (2).tar' });
    expect(desk.asked).toEqual([]);
    desk.persist();
    expect(desk.request('put').step).toMatchObject({ key: 'in/a (2).tar', forbidOverwrite: true });
    desk.answer('put', taken);
    desk.persist();
    expect(desk.request('put').step).toMatchObject({ key: 'in/a (3).tar' });
    desk.answer('put', put(stored(OURS)));
    expect(desk.end()).toMatchObject({ kind: 'done' });
  });

  it('after a lost answer looks whose object it is before it takes another name', () => {
    for (const [theirs, end] of [
      [OURS, 'done'],
      [THEIRS, undefined],
    ] as const) {
      const desk = Desk.with(work(1, 10, file));
      desk.answer('put', put(no('connection-lost')), null);
      desk.wait(2_000);
      desk.answer('put', taken);
      desk.answer('head', present(theirs, 10));
      expect(desk.end()?.kind).toBe(end);
      if (end === undefined) expect(desk.request('put').step).toMatchObject({ key: 'in/a (2).tar' });
    }
  });

  it('where that cannot be told, says so and stores nothing twice', () => {
    const desk = Desk.with(work(1, 10, file));
    desk.answer('put', put(no('connection-lost')), null);
    desk.wait(2_000);
    desk.answer('put', taken);
    desk.answer('head', no('no-permission'));
    expect(desk.end()).toMatchObject({ kind: 'conflict', fault: { code: 'cannot-tell' } });
  });

  it('an upload whose name was taken meanwhile is aborted, and begun again under the next one', () => {
    const checkpoint = {
      uploadId: UPLOAD,
      partSizeBytes: MIB,
      parts: Array.from({ length: 16 }, (_, n) => part(n + 1)),
    };
    const desk = Desk.with(work(1, 17 * MIB, { ...file, checkpoint }));
    desk.answer('list-parts', { ok: true, value: checkpoint.parts.map((one) => ({ ...one })) });
    desk.answer('part', partSent(17));
    desk.persist();
    desk.answer('complete', no('object-exists'));
    desk.answer('abort', { ok: true, value: undefined });
    desk.persist();
    desk.answer('initiate', no('object-exists'));
    desk.persist();
    desk.persist();
    expect(desk.request('initiate').step).toMatchObject({ key: 'in/a (2).tar' });
  });
});
