/** How many requests at once: one more while that brings more bytes, half as many when the server asks for mercy. */
import type { DestinationId } from '../shared/ids';
import { GOODPUT_SPAN } from './limits';
import type { Transition } from './transition';

/** A small request costs as much as these bytes, so that many small files count too. */
const REQUEST_WEIGHT = 16 * 1024;

export function noteGoodput(turn: Transition, destinationId: DestinationId, bytes: number): void {
  const { goodput, connections } = turn.destination(destinationId);
  const sum = goodput.bytes + bytes + REQUEST_WEIGHT;
  if (turn.at - goodput.since < GOODPUT_SPAN) {
    turn.patchDestination(destinationId, { goodput: { ...goodput, bytes: sum } });
    return;
  }
  const rate = sum / (turn.at - goodput.since);
  const grown = goodput.full && rate >= goodput.before * 0.97;
  turn.patchDestination(destinationId, {
    goodput: { since: turn.at, bytes: 0, before: rate, full: false },
    connections: grown ? Math.min(connections + 1, turn.state.connections) : connections,
  });
}

/** Every allowed request is on its way: more might help. */
export function noteFull(turn: Transition, destinationId: DestinationId): void {
  const { goodput } = turn.destination(destinationId);
  if (!goodput.full) turn.patchDestination(destinationId, { goodput: { ...goodput, full: true } });
}

/** 5xx, a limit, a timeout. A burst of refusals counts once. */
export function halve(turn: Transition, destinationId: DestinationId): void {
  const { connections, halvedAt, goodput } = turn.destination(destinationId);
  if (turn.at - halvedAt < GOODPUT_SPAN) return;
  turn.patchDestination(destinationId, {
    connections: Math.max(1, Math.floor(connections / 2)),
    halvedAt: turn.at,
    goodput: { ...goodput, before: 0 },
  });
}
