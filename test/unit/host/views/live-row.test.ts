import { describe, expect, it } from 'vitest';
import { admit } from '../../../../src/engine/item';
import { newDestination, type LiveItem } from '../../../../src/engine/state';
import { endedState, holdOf, liveState, partLetters, provenBytes } from '../../../../src/host/views/live-row';
import { fault } from '../../../../src/shared/faults';
import { done } from '../../../fakes/queue-samples';
import { HOME, MIB, part, UPLOAD, work } from '../../engine/reducer-driver';

const why = fault('connection-lost', 'Silence.');
const checkpoint = { uploadId: UPLOAD, partSizeBytes: MIB, parts: [part(1), part(3)] };
const large = (more: Partial<LiveItem> = {}): LiveItem => ({
  ...admit(work(1, 3 * MIB + 5, { checkpoint })),
  ...more,
});
const small = (more: Partial<LiveItem> = {}): LiveItem => ({ ...admit(work(1, 10)), ...more });

describe('the row of a live item', () => {
  it('says what it does', () => {
    const inFlight = new Map([[1, 2]]);
    expect(liveState(small(), 'no', 0)).toEqual({ kind: 'waiting' });
    expect(liveState(large(), 'no', 0)).toEqual({ kind: 'uploading' });
    expect(liveState(large({ inFlight, todo: { kind: 'parts' } }), 'offline', 0)).toEqual({
      kind: 'uploading',
    });
    expect(liveState(large({ inFlight, todo: { kind: 'list-parts' } }), 'no', 0)).toEqual({
      kind: 'verifying',
    });
    expect(liveState(large({ inFlight, todo: { kind: 'complete' } }), 'no', 0)).toEqual({
      kind: 'completing',
    });
    expect(liveState(small({ ended: { at: 1, end: done() } }), 'no', 0)).toEqual({ kind: 'completing' });
  });

  it('says why it waits: offline and credentials are pauses, a backoff is a retry', () => {
    const blocked = { blockedUntil: 50, trouble: { fault: why, attempt: 3 } };
    expect(liveState(small(blocked), 'no', 10)).toEqual({ kind: 'retrying', at: 50, attempt: 3, fault: why });
    expect(liveState(small(blocked), 'no', 60)).toEqual({ kind: 'waiting' });
    expect(liveState(small(blocked), 'offline', 10)).toEqual({ kind: 'paused', why: 'offline' });
    const destination = newDestination(HOME, 0);
    expect(holdOf(undefined)).toBe('no');
    expect(holdOf(destination)).toBe('no');
    const waiting = { kind: 'waiting' as const, fault: why, retryAt: null };
    expect(holdOf({ ...destination, credentials: waiting })).toBe('credentials');
    const offline = {
      kind: 'offline' as const,
      since: 0,
      fault: why,
      attempt: 0,
      probing: false,
      probeAt: 0,
    };
    expect(holdOf({ ...destination, network: offline, credentials: waiting })).toBe('offline');
  });

  it('counts only what the server has confirmed', () => {
    expect(provenBytes(large())).toBe(2 * MIB);
    expect(provenBytes(small())).toBe(0);
    expect(provenBytes(small({ ended: { at: 1, end: done() } }))).toBe(10);
    const failed = { kind: 'failed' as const, fault: why };
    expect(provenBytes(small({ ended: { at: 1, end: failed } }))).toBe(0);
  });

  it('has a letter for each part', () => {
    expect(partLetters(large())).toBe('vwvw');
    expect(partLetters(large({ inFlight: new Map([[9, 2]]) }))).toBe('vsvw');
    const again = { inFlight: new Map([[9, 2]]), failures: new Map([[2, 1]]) };
    expect(partLetters(large(again))).toBe('vavw');
    expect(partLetters(small())).toBe('w');
    expect(partLetters(small({ inFlight: new Map([[1, 0]]) }))).toBe('s');
  });

  it('says how it ended', () => {
    expect(endedState(done(), 7)).toEqual({ kind: 'done', at: 7 });
    expect(endedState({ kind: 'canceled' }, 7)).toEqual({ kind: 'canceled' });
    expect(endedState({ kind: 'failed', fault: why }, 7)).toEqual({ kind: 'failed', fault: why });
  });
});
