import type { DestinationId } from '../shared/ids';
import type { Turn } from './turn';

/** Sets the destination's one timer to the next instant at which something is due: a renewal, a new try, a probe. */
export function armDestination(turn: Turn, destinationId: DestinationId): void {
  const at = dueNext(turn, destinationId);
  if (Number.isFinite(at)) turn.emit({ kind: 'set-timer', timer: `destination:${destinationId}`, at });
}

/** The one timer has rung: what else is due later must not be forgotten over it. */
export function rearmDestination(turn: Turn, destinationId: DestinationId): void {
  if (dueNext(turn, destinationId) > turn.at) armDestination(turn, destinationId);
}

function dueNext(turn: Turn, destinationId: DestinationId): number {
  const { credentials, network } = turn.destination(destinationId);
  const due = [Infinity];
  if (credentials.kind === 'held') due.push(credentials.renewAt);
  if (credentials.kind === 'waiting' && credentials.retryAt !== null) due.push(credentials.retryAt);
  if (network.kind === 'offline' && !network.probing) due.push(network.probeAt);
  return Math.min(...due);
}
