import type { BatchRow, Cause, Scope } from '../../../shared/queue-view';

function standsIn(batch: BatchRow, kind: Cause['kind']): boolean {
  switch (kind) {
    case 'failed':
      return batch.counts.failed > 0;
    case 'conflict':
      return batch.counts.conflict > 0;
    case 'source-changed':
      return batch.counts.sourceChanged > 0;
    case 'callback-failed':
      return batch.counts.done > 0;
    case 'offline':
    case 'credentials':
      return batch.held === kind;
    case 'disk':
      return batch.counts.waiting > 0;
  }
}

/**
 * What an action on a cause is aimed at. A cause names at most five files; when more stand still for it, the batches
 * of its destination that hold such files are meant.
 */
export function scopesOfCause(cause: Cause, batches: readonly BatchRow[]): readonly Scope[] {
  const named: Scope = { kind: 'items', itemIds: [...cause.itemIds] };
  if (cause.itemIds.length > 0 && cause.files <= cause.itemIds.length) return [named];
  const scopes = batches
    .filter((batch) => batch.destinationId === cause.destinationId && standsIn(batch, cause.kind))
    .map((batch): Scope => ({ kind: 'batch', batchId: batch.batchId }));
  return scopes.length === 0 && cause.itemIds.length > 0 ? [named] : scopes;
}
