/** Offline is found by failing requests and ended by a probe, never by asking the system alone. */
import type { Fault, Outcome } from '../shared/faults';
import type { DestinationId } from '../shared/ids';
import { backoff } from './random';
import { armDestination } from './destination-timer';
import { CLOCK_TOLERANCE, OFFLINE_AFTER, PROBE_CEILING } from './limits';
import type { Transition } from './transition';

/** An answer came, whatever it said. */
export function noteAnswer(
  turn: Transition,
  destinationId: DestinationId,
  clockOffsetMs: number | null,
): void {
  const { network, clockOffsetMs: known } = turn.destination(destinationId);
  if (network.kind === 'online' && network.silent > 0)
    turn.patchDestination(destinationId, { network: { ...network, silent: 0 } });
  if (clockOffsetMs === null || (known !== null && Math.abs(clockOffsetMs - known) <= CLOCK_TOLERANCE))
    return;
  turn.patchDestination(destinationId, { clockOffsetMs });
}

/** A request ended without an answer. @returns true when the destination counts as offline */
export function noteSilence(turn: Transition, destinationId: DestinationId, fault: Fault): boolean {
  const { network } = turn.destination(destinationId);
  if (network.kind === 'offline') return true;
  const silent = network.silent + 1;
  if (silent < OFFLINE_AFTER) {
    turn.patchDestination(destinationId, { network: { ...network, silent } });
    return false;
  }
  const probeAt = turn.at + backoff(0, turn.random());
  turn.patchDestination(destinationId, {
    network: { kind: 'offline', since: turn.at, fault, attempt: 0, probing: false, probeAt },
  });
  armDestination(turn, destinationId);
  return true;
}

/** Somebody else than OSS gave no answer, so that the network may be gone: a probe tells. */
export function doubtNetwork(turn: Transition, destinationId: DestinationId): void {
  const { network, clockOffsetMs } = turn.destination(destinationId);
  if (network.kind === 'offline' || network.doubted === true) return;
  turn.patchDestination(destinationId, { network: { ...network, doubted: true } });
  turn.emit({ kind: 'probe', destinationId, generation: 0, clockOffsetMs: clockOffsetMs ?? 0 });
}

export function probeDue(turn: Transition, destinationId: DestinationId): void {
  const { network, credentials, clockOffsetMs } = turn.destination(destinationId);
  if (network.kind !== 'offline' || network.probing || network.probeAt > turn.at) return;
  turn.patchDestination(destinationId, { network: { ...network, probing: true } });
  const generation = credentials.kind === 'held' ? credentials.generation : 0;
  turn.emit({ kind: 'probe', destinationId, generation, clockOffsetMs: clockOffsetMs ?? 0 });
}

/** @returns true when the network is back */
export function probed(turn: Transition, destinationId: DestinationId, outcome: Outcome<void>): boolean {
  const { network } = turn.destination(destinationId);
  if (network.kind === 'online' && network.doubted !== true) return false;
  if (outcome.ok) {
    turn.patchDestination(destinationId, { network: { kind: 'online', silent: 0 } });
    return network.kind === 'offline';
  }
  const known =
    network.kind === 'offline' ? network : { kind: 'offline' as const, since: turn.at, attempt: 0 };
  const attempt = known.attempt + 1;
  const probeAt = turn.at + 250 + backoff(attempt, turn.random(), PROBE_CEILING);
  turn.patchDestination(destinationId, {
    network: { ...known, fault: outcome.fault, attempt, probing: false, probeAt },
  });
  armDestination(turn, destinationId);
  return false;
}

/** The machine woke up, or the system says that there is a network: probe now and not in a while. */
export function retryNow(turn: Transition): void {
  for (const [destinationId, { network }] of turn.state.destinations) {
    if (network.kind !== 'offline' || network.probing) continue;
    turn.patchDestination(destinationId, { network: { ...network, attempt: 0, probeAt: turn.at } });
    probeDue(turn, destinationId);
  }
}
