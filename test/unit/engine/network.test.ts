import { describe, expect, it } from 'vitest';
import { success } from '../../../src/shared/faults';
import { Desk, HOME, no, OURS, put, stored, work } from './reducer-driver';

const files = Array.from({ length: 12 }, (_, index) => work(index + 1, 10));
const silent = put(no('connection-lost'));

function offline(): Desk {
  const desk = Desk.with(...files);
  for (let count = 0; count < 3; count += 1) desk.answer('put', silent, null);
  return desk;
}
const probed = (desk: Desk, good: boolean): void => {
  const outcome = good ? success(undefined) : no('connection-lost');
  desk.send({ kind: 'probed', destinationId: HOME, outcome, clockOffsetMs: good ? 0 : null });
};

describe('the network', () => {
  it('counts as gone after three requests in a row without an answer', () => {
    const desk = Desk.with(...files);
    desk.answer('put', silent, null);
    desk.answer('put', silent, null);
    desk.answer('put', put(no('server-busy')));
    desk.answer('put', silent, null);
    desk.answer('put', silent, null);
    expect(desk.home.network.kind).toBe('online');
    desk.answer('put', silent, null);
    expect(desk.home.network.kind).toBe('offline');
    expect(desk.of('request')).toEqual([]);
  });

  it('is probed, ever more seldom but at least every 16 s, and nothing is sent or given up meanwhile', () => {
    const desk = offline();
    desk.wait(500);
    for (let count = 0; count < 30; count += 1) {
      expect(desk.of('probe')).toHaveLength(1);
      probed(desk, false);
      const { network } = desk.home;
      if (network.kind !== 'offline') throw new Error('online');
      expect(network.probeAt - desk.at).toBeGreaterThanOrEqual(250);
      expect(network.probeAt - desk.at).toBeLessThanOrEqual(15_250);
      expect(desk.of('set-timer')).toContainEqual({
        kind: 'set-timer',
        timer: `destination:${HOME}`,
        at: network.probeAt,
      });
      desk.wait(network.probeAt - desk.at);
    }
    expect(desk.records).toEqual([]);
    expect(desk.state.items.size).toBe(12);
  });

  it('is doubted when the token server is silent, and a probe tells which of the two is gone', () => {
    const desk = Desk.with(...files);
    desk.send({ kind: 'credentials-changed', destinationId: HOME });
    desk.send({ kind: 'credentials', destinationId: HOME, outcome: no('token-server-silent') });
    expect(desk.of('probe')).toHaveLength(1);
    probed(desk, true);
    expect(desk.home).toMatchObject({ network: { kind: 'online' }, credentials: { kind: 'waiting' } });
    expect(desk.of('ask-credentials')).toEqual([]);

    desk.send({ kind: 'credentials-changed', destinationId: HOME });
    desk.send({ kind: 'credentials', destinationId: HOME, outcome: no('token-server-silent') });
    probed(desk, false);
    expect(desk.home.network.kind).toBe('offline');
  });

  it('asks a silent token server at once when it is back', () => {
    const desk = Desk.with(...files);
    desk.send({ kind: 'credentials-changed', destinationId: HOME });
    desk.send({ kind: 'credentials', destinationId: HOME, outcome: no('token-server-silent') });
    probed(desk, false);
    desk.send({ kind: 'nudge' });
    probed(desk, true);
    expect(desk.home).toMatchObject({ network: { kind: 'online' }, credentials: { kind: 'asking' } });
    expect(desk.of('ask-credentials')).toEqual([
      { kind: 'ask-credentials', destinationId: HOME, fresh: true },
    ]);
  });

  it('is not doubted over a token server that answers badly', () => {
    const desk = Desk.with(...files);
    desk.send({ kind: 'credentials-changed', destinationId: HOME });
    desk.send({ kind: 'credentials', destinationId: HOME, outcome: no('token-server') });
    expect(desk.of('probe')).toEqual([]);
  });

  it('is asked for at once by a nudge, and by one probe only', () => {
    const desk = offline();
    desk.send({ kind: 'nudge' });
    expect(desk.of('probe')).toHaveLength(1);
    desk.send({ kind: 'nudge' });
    expect(desk.of('probe')).toHaveLength(0);
  });

  it('that is back sends everything on, without waiting out a backoff', () => {
    const desk = offline();
    desk.wait(500);
    while (desk.asked.includes('put')) desk.answer('put', silent, null);
    probed(desk, true);
    expect(desk.home.network).toEqual({ kind: 'online', silent: 0 });
    expect(desk.of('request')).toHaveLength(8);
  });

  it('that is back ends the backoffs that it caused, not those of the server', () => {
    const desk = Desk.with(...files);
    for (let count = 0; count < 2; count += 1) desk.answer('put', silent, null);
    desk.answer('put', put(no('server-refused', { retryAfterMs: 60_000 })), null);
    desk.answer('put', silent, null);
    const blocked = (): number[] =>
      [...desk.state.items.values()].map((item) => item.blockedUntil).filter((until) => until > desk.at);
    expect(desk.home.network.kind).toBe('offline');
    expect(blocked().length).toBeGreaterThan(1);
    probed(desk, true);
    expect(blocked()).toEqual([desk.at + 60_000]);
  });

  it('keeps its probe in mind while credentials are renewed', () => {
    const desk = new Desk();
    desk.open();
    desk.load(files);
    desk.credentials(1, desk.at + 100_000);
    desk.answer('put', put(stored(OURS)), 0);
    desk.at += 59_990;
    for (let count = 0; count < 3; count += 1) desk.answer('put', silent, null);
    const { network } = desk.home;
    if (network.kind !== 'offline') throw new Error('online');
    // The renewal is due first; the one timer must be set anew for the probe.
    desk.send({ kind: 'timer', timer: `destination:${HOME}` });
    desk.at = Math.min(network.probeAt - 1, desk.at + 10);
    desk.send({ kind: 'timer', timer: `destination:${HOME}` });
    expect(desk.of('set-timer').map((timer) => timer.at)).toContain(network.probeAt);
  });

  it('teaches the clock of the server, and leaves two seconds be', () => {
    const desk = Desk.with(...files);
    desk.answer('put', put(no('clock-skew')), 3_600_000);
    expect(desk.home.clockOffsetMs).toBe(3_600_000);
    expect(desk.of('request')[0]?.clockOffsetMs).toBe(3_600_000);
    desk.answer('put', put(stored(OURS)), 3_598_500);
    expect(desk.home.clockOffsetMs).toBe(3_600_000);
  });
});
