import type { DestinationId } from '../shared/ids';
import type { Transition } from './transition';

/** Sets the destination's one timer to the next instant at which something is due: a renewal, a new try, a probe. */
export function armDestination(turn: Transition, destinationId: DestinationId): void {
  arm(turn, destinationId, dues(turn, destinationId));
}

/** The one timer has rung: what is due later must not be forgotten over what is due now. */
export function rearmDestination(turn: Transition, destinationId: DestinationId): void {
  arm(
    turn,
    destinationId,
    dues(turn, destinationId).filter((at) => at > turn.at),
  );
}

function arm(turn: Transition, destinationId: DestinationId, instants: readonly number[]): void {
  const at = Math.min(...instants);
  if (Number.isFinite(at)) turn.emit({ kind: 'set-timer', timer: `destination:${destinationId}`, at });
}

function dues(turn: Transition, destinationId: DestinationId): readonly number[] {
  const { credentials, network } = turn.destination(destinationId);
  const due: number[] = [];
  if (credentials.kind === 'held') due.push(credentials.renewAt);
  if (credentials.kind === 'waiting' && credentials.retryAt !== null) due.push(credentials.retryAt);
  if (network.kind === 'offline' && !network.probing) due.push(network.probeAt);
  return due;
}
