import { describe, expect, it } from 'vitest';
import type { FaultCode } from '../../../src/shared/faults';
import { Desk, HOME, no, OURS, put, stored, work } from './reducer-driver';

/** Put after Put, so that there is always something to send. */
const files = Array.from({ length: 40 }, (_, index) => work(index + 1, 10));
const MINUTE = 60_000;

function desk(lifeMs: number | null, clockOffsetMs: number | null = 0): Desk {
  const made = new Desk();
  made.open();
  made.load(files);
  made.credentials(1, lifeMs === null ? null : made.at + (clockOffsetMs ?? 0) + lifeMs);
  if (clockOffsetMs !== null) made.answer('put', put(stored(OURS)), clockOffsetMs);
  return made;
}
const asks = (made: Desk): number => made.of('ask-credentials').length;
const refuse = (made: Desk): void => made.answer('put', put(no('token-expired')));

describe('credentials', () => {
  it('are asked for once, and only when there is something to send', () => {
    const made = new Desk();
    made.open();
    expect(asks(made)).toBe(0);
    made.load(files);
    expect(made.of('ask-credentials')).toEqual([
      { kind: 'ask-credentials', destinationId: HOME, fresh: false },
    ]);
    made.send({ kind: 'nudge' });
    expect(asks(made)).toBe(0);
    expect(made.asked).toEqual([]);
  });

  it.each([
    ['60 s before their end', 15 * MINUTE, 15 * MINUTE - 2 * MINUTE],
    ['a fifth of a short life before it', 100_000, 60_000],
  ])('are renewed at twice %s, while the old ones serve', (_, lifeMs, renewAfter) => {
    const made = desk(lifeMs);
    made.wait(renewAfter - 1_000);
    expect(asks(made)).toBe(0);
    made.wait(1_000);
    expect(made.of('ask-credentials')).toHaveLength(1);
    made.answer('put', put(stored(OURS)));
    expect(made.asked.length).toBe(8);
    expect(asks(made)).toBe(0);
  });

  it.each([
    [15 * MINUTE, 14 * MINUTE],
    [100_000, 80_000],
  ])(
    'of a life of %d ms count as expired after %d ms: nothing new is signed with them',
    (lifeMs, deadAfter) => {
      const made = desk(lifeMs);
      made.wait(deadAfter - 1);
      made.answer('put', put(stored(OURS)));
      expect(made.of('request')).toHaveLength(1);
      made.wait(1);
      made.answer('put', put(stored(OURS)));
      expect(made.of('request')).toHaveLength(0);
      made.credentials(2, made.at + lifeMs);
      expect(made.of('request').map((request) => request.generation)).toContain(2);
    },
  );

  it('are measured by the clock of the server, not by ours', () => {
    const ahead = desk(100_000, 3_600_000);
    ahead.wait(59_000);
    expect(asks(ahead)).toBe(0);
    ahead.wait(1_000);
    expect(asks(ahead)).toBe(1);
  });

  it('never expire while the clock of the server is not known', () => {
    const made = desk(100_000, null);
    made.wait(24 * 60 * MINUTE);
    expect(asks(made)).toBe(0);
    expect(made.home.credentials.kind).toBe('held');
  });

  it('that come dead mean a clock that was set: they are tried all the same', () => {
    const made = desk(100_000, 3_600_000);
    made.wait(80_000);
    const expiresAtServer = made.at + 900_000;
    made.credentials(2, expiresAtServer);
    expect(made.home.clockOffsetMs).toBeNull();
    made.answer('put', put(stored(OURS)), 0);
    expect(made.of('request')[0]?.generation).toBe(2);
    expect(made.home.clockOffsetMs).toBe(0);
  });
});

describe('a refusal of credentials', () => {
  it('asks past every cache, once for all requests that were signed with them', () => {
    const made = desk(null, null);
    refuse(made);
    expect(made.of('ask-credentials')).toEqual([
      { kind: 'ask-credentials', destinationId: HOME, fresh: true },
    ]);
    for (let count = 0; count < 7; count += 1) {
      refuse(made);
      expect(asks(made)).toBe(0);
    }
    made.credentials(2);
    expect(made.of('request')).toHaveLength(8);
    expect(made.records).toEqual([]);
  });

  it('of an older generation says nothing of the new one', () => {
    const made = desk(null);
    refuse(made);
    made.credentials(2);
    refuse(made);
    expect(asks(made)).toBe(0);
    expect(made.home.credentials).toMatchObject({ kind: 'held', generation: 2 });
  });

  it('while they are renewed asks for nothing more', () => {
    const made = desk(100_000);
    made.wait(60_000);
    expect(asks(made)).toBe(1);
    refuse(made);
    expect(asks(made)).toBe(0);
    made.credentials(2);
    expect(made.of('request').length).toBeGreaterThan(0);
  });

  it('while a failed renewal waits for its time asks at once: nothing is on its way', () => {
    const made = desk(100_000);
    made.wait(60_000);
    made.send({ kind: 'credentials', destinationId: HOME, outcome: no('token-server') });
    expect(made.home.credentials).toMatchObject({ kind: 'held', renewing: true });
    refuse(made);
    expect(asks(made)).toBe(1);
  });

  it('of three new ones in a row slows down and goes on', () => {
    const made = desk(null);
    for (let generation = 1; generation <= 3; generation += 1) {
      while (made.home.credentials.kind === 'held') refuse(made);
      made.credentials(generation + 1);
    }
    while (made.home.credentials.kind === 'held') refuse(made);
    expect(made.home.credentials.kind).toBe('waiting');
    made.wait(31_000);
    expect(made.of('ask-credentials')).toEqual([
      { kind: 'ask-credentials', destinationId: HOME, fresh: true },
    ]);
  });
});

describe('credentials that cannot be had', () => {
  const waiting = (code: FaultCode): Desk => {
    const made = new Desk();
    made.open();
    made.load(files);
    made.send({ kind: 'credentials', destinationId: HOME, outcome: no(code) });
    return made;
  };

  it.each(['token-server', 'internal'] as const)('are asked for again after %s', (code) => {
    const made = waiting(code);
    expect(made.of('set-timer')).toHaveLength(1);
    made.wait(31_000);
    expect(asks(made)).toBe(1);
    expect(made.records).toEqual([]);
  });

  it.each(['token-refused', 'token-expired', 'credentials-missing', 'key-unknown'] as const)(
    'wait for a person after %s, and go on when one has acted',
    (code) => {
      const made = waiting(code);
      made.wait(24 * 60 * MINUTE);
      expect(asks(made)).toBe(0);
      made.send({ kind: 'credentials-changed', destinationId: HOME });
      expect(asks(made)).toBe(1);
    },
  );

  it('are asked for again when others were given while the old ones were being refused', () => {
    const made = waiting('token-refused');
    made.send({ kind: 'credentials-changed', destinationId: HOME });
    made.send({ kind: 'credentials-changed', destinationId: HOME });
    expect(asks(made)).toBe(0);
    made.send({ kind: 'credentials', destinationId: HOME, outcome: no('token-refused') });
    expect(asks(made)).toBe(1);
  });
});
