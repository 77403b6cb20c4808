import { describe, expect, it } from 'vitest';
import { success } from '../../../src/shared/faults';
import { Desk, HOME, no, OURS, stored, work } from './reducer-driver';

const GIB = 1024 ** 3;

function byForm(...sizes: readonly number[]): Desk {
  const desk = new Desk();
  desk.open();
  const outcome = success({ generation: 1, expiresAtServer: null, way: 'form' as const, callsBack: false });
  desk.send({ kind: 'credentials', destinationId: HOME, outcome });
  desk.load(sizes.map((size, index) => work(index + 1, size)));
  return desk;
}

describe('a destination that takes nothing but forms', () => {
  it('gets every file whole by one PostObject, however large, and no multipart upload', () => {
    const desk = byForm(10, 4 * GIB);
    expect(desk.asked).toEqual(['post']);
    desk.answer('post', { read: success(OURS), sent: stored(OURS) });
    desk.persist();
    expect(desk.asked).toEqual(['post']);
    desk.answer('post', { read: success(OURS), sent: stored(OURS) });
    desk.persist();
    expect(desk.ends.map(({ kind }) => kind)).toEqual(['done', 'done']);
    expect(desk.records.some(({ kind }) => kind === 'initiating')).toBe(false);
  });

  it('is proven by the CRC-64 like any other', () => {
    const desk = byForm(10);
    desk.answer('post', { read: success(OURS), sent: stored(null) });
    desk.persist();
    expect(desk.ends).toMatchObject([{ kind: 'failed', fault: { code: 'bad-answer' } }]);
  });

  it('refuses what a form cannot carry before a byte is sent', () => {
    const desk = byForm(5 * GIB + 1);
    desk.persist();
    expect(desk.ends).toMatchObject([{ kind: 'failed', fault: { code: 'too-large' } }]);
    expect(desk.of('request')).toEqual([]);
  });

  it('sends the form again after a lost answer, as one part that counts', () => {
    const desk = byForm(2 * 1024 * 1024);
    expect(desk.records).toMatchObject([{ kind: 'part-begun', partNumber: 0 }]);
    desk.answer('post', { read: success(OURS), sent: no('connection-lost') }, null);
    desk.wait(2_000);
    expect(desk.of('request')).toMatchObject([{ step: { kind: 'post' }, again: true }]);
  });
});
