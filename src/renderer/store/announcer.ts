import type { BatchRow } from '../../shared/queue-view';

/** At most one message in ten seconds: a screen reader is not a log. */
export const QUIET_MS = 10_000;

export type Milestone =
  | { readonly kind: 'begins' | 'done'; readonly batch: BatchRow }
  | { readonly kind: 'share'; readonly batch: BatchRow; readonly percent: 25 | 50 | 75 }
  | { readonly kind: 'needs'; readonly causes: number };

const QUARTERS = [75, 50, 25] as const;

function quarterOf(batch: BatchRow): 0 | 25 | 50 | 75 {
  if (batch.scanning || batch.totalBytes === 0) return 0;
  const percent = (batch.verifiedBytes / batch.totalBytes) * 100;
  return QUARTERS.find((quarter) => percent >= quarter) ?? 0;
}

const isDone = (batch: BatchRow): boolean =>
  !batch.scanning && batch.items > 0 && batch.counts.done + batch.counts.skipped === batch.items;

/** What became worth saying between two views of the queue, the most important last. */
export function milestones(
  before: { readonly batches: readonly BatchRow[]; readonly causeIds: ReadonlySet<string> },
  after: { readonly batches: readonly BatchRow[]; readonly causeIds: ReadonlySet<string> },
): readonly Milestone[] {
  const old = new Map(before.batches.map((batch) => [batch.batchId, batch]));
  const said: Milestone[] = [];
  for (const batch of after.batches) {
    const was = old.get(batch.batchId);
    if (was === batch) continue;
    const quarter = quarterOf(batch);
    if (was === undefined) said.push({ kind: 'begins', batch });
    else if (isDone(batch)) {
      if (!isDone(was)) said.push({ kind: 'done', batch });
    } else if (quarter > quarterOf(was) && quarter !== 0)
      said.push({ kind: 'share', batch, percent: quarter });
  }
  const fresh = [...after.causeIds].filter((id) => !before.causeIds.has(id));
  if (fresh.length > 0) said.push({ kind: 'needs', causes: after.causeIds.size });
  return said;
}
