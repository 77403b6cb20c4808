/** Aborts what ended items left at the server (P4). It costs nobody a place in the queue and never gives up. */
import type { Outcome } from '../shared/faults';
import { retryPolicyOf } from '../shared/faults';
import { backoff } from './random';
import { credentialsRefused } from './credentials';
import { noteSilence } from './network';
import type { Leftover } from './queue-ports';
import type { RequestNote } from './state';
import type { Transition } from './transition';

export function addLeftovers(turn: Transition, leftovers: readonly Leftover[]): void {
  for (const leftover of leftovers) {
    const known = turn.destination(leftover.destinationId).leftovers;
    if (known.some((other) => other.uploadId === leftover.uploadId)) continue;
    turn.patchDestination(leftover.destinationId, { leftovers: [...known, leftover] });
  }
}

export function afterLeftover(
  turn: Transition,
  note: RequestNote,
  leftover: Leftover,
  result: Outcome<void>,
): void {
  const { destinationId } = leftover;
  const { leftovers, leftoverFailures } = turn.destination(destinationId);
  const final = result.ok || ['never', 'item'].includes(retryPolicyOf(result.fault.code));
  if (final) {
    if (!result.ok) turn.write({ kind: 'possible-orphan', itemId: leftover.itemId });
    // An item that was sent again holds its own upload by now; one that is about to leave does not.
    const live = turn.item(leftover.itemId);
    if (live === undefined || live.ended !== null)
      turn.write({ kind: 'upload-closed', itemId: leftover.itemId });
    const rest = leftovers.filter((other) => other.uploadId !== leftover.uploadId);
    turn.patchDestination(destinationId, { leftovers: rest, leftoverFailures: 0 });
    return;
  }
  if (retryPolicyOf(result.fault.code) === 'credentials') {
    credentialsRefused(turn, destinationId, note.generation, result.fault);
    return;
  }
  if (retryPolicyOf(result.fault.code) === 'network') noteSilence(turn, destinationId, result.fault);
  const leftoversBlockedUntil = turn.at + backoff(leftoverFailures + 1, turn.random());
  turn.patchDestination(destinationId, { leftoversBlockedUntil, leftoverFailures: leftoverFailures + 1 });
  turn.emit({ kind: 'set-timer', timer: `leftovers:${destinationId}`, at: leftoversBlockedUntil });
}
