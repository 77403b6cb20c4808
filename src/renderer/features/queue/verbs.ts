import { isImageName } from '../../../shared/faces';
import type { ItemId } from '../../../shared/ids';
import type { BatchRow, ItemRow, ItemState, Scope } from '../../../shared/queue-view';
import { keyTarget, type RowKey } from './grid/row-map';
import { isEnded, unfinishedOf } from './states';

/** What is known of the queue when a verb is planned. A row that was never fetched is unknown. */
export interface Known {
  readonly batch: (batchId: BatchRow['batchId']) => BatchRow | undefined;
  readonly row: (itemId: ItemId) => ItemRow | undefined;
}

/** The fewest commands that name the rows: each batch by itself, files together; files of a named batch not again. */
export function scopesOf(keys: Iterable<RowKey>): readonly Scope[] {
  const batches = new Map<number, Scope>();
  const items: { readonly batchId: number; readonly itemId: ItemId }[] = [];
  for (const key of keys) {
    const target = keyTarget(key);
    if (target.kind === 'batch') batches.set(target.batchId, { kind: 'batch', batchId: target.batchId });
    else items.push(target);
  }
  const itemIds = items.filter((item) => !batches.has(item.batchId)).map((item) => item.itemId);
  const scopes = [...batches.values()];
  return itemIds.length === 0 ? scopes : [...scopes, { kind: 'items', itemIds }];
}

/** Space resumes when all that can move is paused by the user, and pauses otherwise. */
export function pauseOrResume(keys: Iterable<RowKey>, known: Known): 'pause' | 'resume' {
  let movable = 0;
  for (const key of keys) {
    const target = keyTarget(key);
    if (target.kind === 'batch') {
      const batch = known.batch(target.batchId);
      if (batch === undefined || (unfinishedOf(batch) === 0 && !batch.scanning)) continue;
      if (batch.held !== 'user') return 'pause';
      movable += 1;
    } else {
      const row = known.row(target.itemId);
      if (row !== undefined && isEnded(row.state)) continue;
      if (row?.state.kind !== 'paused' || row.state.why !== 'user') return 'pause';
      movable += 1;
    }
  }
  return movable > 0 ? 'resume' : 'pause';
}

export interface DeletePlan {
  /** Ended rows leave the queue at once. */
  readonly remove: readonly Scope[];
  readonly cancel: readonly Scope[];
  /** Stored bytes that cancelling throws away: above 0 it is asked first. */
  readonly keptBytes: number;
}

/** What Delete does to rows: those that ended go, the others are cancelled. */
export function deletePlan(keys: Iterable<RowKey>, known: Known): DeletePlan {
  const ended: RowKey[] = [];
  const going: RowKey[] = [];
  let keptBytes = 0;
  for (const key of keys) {
    const target = keyTarget(key);
    const batch = known.batch(target.batchId);
    if (target.kind === 'batch') {
      const isGoing = batch !== undefined && (batch.scanning || unfinishedOf(batch) > 0);
      (isGoing ? going : ended).push(key);
      // The batch does not say which of its verified bytes lie in finished objects, so this is the most it can be.
      if (isGoing) keptBytes += batch.verifiedBytes;
    } else {
      const row = known.row(target.itemId);
      const isOver = row !== undefined && isEnded(row.state);
      (isOver ? ended : going).push(key);
      if (!isOver) keptBytes += row?.verifiedBytes ?? 0;
    }
  }
  return { remove: scopesOf(ended), cancel: scopesOf(going), keptBytes };
}

/** Which verbs can move any of the rows; a row that was never fetched may take all of them. */
export function possibleVerbs(
  keys: Iterable<RowKey>,
  known: Known,
): { readonly pause: boolean; readonly retry: boolean } {
  let pause = false;
  let retry = false;
  for (const key of keys) {
    const target = keyTarget(key);
    if (target.kind === 'batch') {
      const batch = known.batch(target.batchId);
      if (batch === undefined) continue;
      const { failed, conflict, sourceChanged, canceled } = batch.counts;
      pause ||= batch.scanning || unfinishedOf(batch) > 0;
      retry ||= failed + conflict + sourceChanged + canceled > 0;
    } else {
      const kind = known.row(target.itemId)?.state.kind;
      pause ||= kind === undefined || !ENDED.includes(kind);
      retry ||= kind === undefined || RETRIABLE.includes(kind);
    }
  }
  return { pause, retry };
}

/** Whether any of the rows waits for one; a batch does where one of its files does. */
export function conflictIn(keys: Iterable<RowKey>, known: Known): boolean {
  for (const key of keys) {
    const target = keyTarget(key);
    if (target.kind === 'batch') {
      if ((known.batch(target.batchId)?.counts.conflict ?? 0) > 0) return true;
    } else if (known.row(target.itemId)?.state.kind === 'conflict') return true;
  }
  return false;
}

/** Rows that are done and of which their server does not know; a batch does not tell. */
export function callbackFaultsIn(keys: Iterable<RowKey>, known: Known): readonly RowKey[] {
  return [...keys].filter((key) => {
    const target = keyTarget(key);
    const state = target.kind === 'item' ? known.row(target.itemId)?.state : undefined;
    return state?.kind === 'done' && state.callbackFault !== undefined;
  });
}

/** Which rows faces can be looked for in, and which wait for an answer about theirs. */
export function facesIn(
  keys: Iterable<RowKey>,
  known: Known,
): { readonly pictures: boolean; readonly asking: readonly RowKey[] } {
  let pictures = false;
  const asking: RowKey[] = [];
  for (const key of keys) {
    const target = keyTarget(key);
    if (target.kind === 'batch') {
      pictures = true;
      continue;
    }
    const row = known.row(target.itemId);
    pictures ||= row === undefined || isImageName(row.name);
    if (row?.state.kind === 'paused' && row.state.why === 'faces') asking.push(key);
  }
  return { pictures, asking };
}

const ENDED: readonly ItemState['kind'][] = [
  'done',
  'skipped',
  'conflict',
  'source-changed',
  'failed',
  'canceled',
];
const RETRIABLE: readonly ItemState['kind'][] = [
  'retrying',
  'conflict',
  'source-changed',
  'failed',
  'canceled',
];
