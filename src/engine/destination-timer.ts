import type { DestinationId } from '../shared/ids';
import type { Turn } from './turn';

/** Sets the destination's one timer to the next instant at which something is due: a renewal, a new try, a probe. */
export function armDestination(turn: Turn, destinationId: DestinationId): void {
  const { credentials, network } = turn.destination(destinationId);
  const due = [Infinity];
  if (credentials.kind === 'held') due.push(credentials.renewAt);
  if (credentials.kind === 'waiting' && credentials.retryAt !== null) due.push(credentials.retryAt);
  if (network.kind === 'offline' && !network.probing) due.push(network.probeAt);
  const at = Math.min(...due);
  if (Number.isFinite(at)) turn.emit({ kind: 'set-timer', timer: `destination:${destinationId}`, at });
}
