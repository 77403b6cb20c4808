/** Pause, resume, retry and cancel: for what is live here and now, for all else by one effect on the store. */
import { batchOf, type ItemId } from '../shared/ids';
import type { Outcome } from '../shared/faults';
import type { Scope, Verb } from '../shared/queue-view';
import { rewind } from './admission';
import { credentialsChanged } from './credentials';
import { close, leaveIfPaused } from './item-end';
import { requeue } from './item-faults';
import { addLeftovers } from './leftovers';
import { retryNow } from './network';
import type { CommandResult } from './queue-ports';
import type { LiveItem } from './state';
import type { Transition } from './transition';

export function command(turn: Transition, id: number, verb: Verb, scope: Scope): void {
  for (const item of [...turn.state.items.values()]) {
    if (item.ended === null && item.closing === null && covers(scope, item.work.itemId))
      applyToLive(turn, item, verb, scope);
  }
  if (verb === 'resume' || verb === 'retry') retryItemsNow(turn);
  const live = [...turn.state.items.values()].map((item) => item.work.itemId);
  for (const { destinationId, loading } of turn.state.destinations.values())
    if (loading === 'yes' || loading === 'moved') turn.patchDestination(destinationId, { loading: 'stale' });
  turn.patch({ commands: turn.state.commands + 1 });
  turn.emit({ kind: 'store-command', id, verb, scope, live });
}

/** Who says "go on" may have mended what was waited for: it is asked now, not in a while. */
function retryItemsNow(turn: Transition): void {
  retryNow(turn);
  for (const { destinationId, credentials } of turn.state.destinations.values())
    if (credentials.kind === 'waiting') credentialsChanged(turn, destinationId);
}

function covers(scope: Scope, itemId: ItemId): boolean {
  if (scope.kind === 'all') return true;
  return scope.kind === 'batch' ? batchOf(itemId) === scope.batchId : scope.itemIds.includes(itemId);
}

function applyToLive(turn: Transition, item: LiveItem, verb: Verb, scope: Scope): void {
  const { itemId } = item.work;
  switch (verb) {
    case 'pause': {
      if (scope.kind === 'items') turn.write({ kind: 'held', itemId, held: true });
      leaveIfPaused(turn, turn.keepItem({ ...item, intent: 'pause' }));
      return;
    }
    case 'resume':
      // Its own mark may be older than a pause of its batch; the store leaves the marks of live items to us.
      if (scope.kind === 'items' || item.intent === 'pause')
        turn.write({ kind: 'held', itemId, held: false });
      if (item.intent === 'pause') unpause(turn, item);
      return;
    case 'retry':
      if (item.intent === 'go' && item.blockedUntil > turn.at) unpause(turn, item);
      return;
    case 'cancel':
      close(turn, item, { kind: 'canceled' });
      return;
    // Conflicts have ended: nothing that is live is one.
    case 'remove':
    case 'overwrite':
    case 'keep-both':
    case 'skip':
      return;
  }
}

function unpause(turn: Transition, item: LiveItem): void {
  const going: LiveItem = { ...item, intent: 'go', blockedUntil: 0 };
  if (going.awaitsSeq === null) requeue(turn, going);
  else turn.keepItem(going);
}

export function commandApplied(turn: Transition, id: number, result: Outcome<CommandResult>): void {
  turn.patch({ commands: turn.state.commands - 1 });
  if (result.ok) {
    addLeftovers(turn, result.value.leftovers);
    turn.emit({
      kind: 'command-done',
      id,
      outcome: { ok: true, value: { affected: result.value.affected } },
    });
  } else turn.emit({ kind: 'command-done', id, outcome: result });
  rewind(turn);
}
