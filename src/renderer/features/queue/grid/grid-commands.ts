import type { BatchId } from '../../../../shared/ids';
import type { FacesSource, IngestAnswer } from '../../../../shared/faces';
import type { QueueVerb } from '../../../../shared/queue-view';
import { askFaces, command, copy, decideFaces, valueOf } from '../../../actions';
import type { AppContext } from '../../../app-context';
import { keyTarget, type RowKey } from './row-map';
import { deletePlan, pauseOrResume, scopesOf, type Known } from '../verbs';

export function knownOf(ferry: AppContext): Known {
  const batches = ferry.queue.api.getState().queue?.batches ?? [];
  return {
    batch: (batchId) => batches.find((batch) => batch.batchId === batchId),
    row: (itemId) => ferry.queue.pages.row(itemId),
  };
}

export function commandRows(ferry: AppContext, verb: QueueVerb, keys: Iterable<RowKey>): void {
  void command(ferry, verb, scopesOf(keys));
}

/** Looks for faces in pictures of the rows; what is no picture is left out by the engine. */
export function askRows(ferry: AppContext, source: FacesSource, keys: Iterable<RowKey>): void {
  void askFaces(ferry, source, scopesOf(keys));
}

/** Answers the rule of a destination that asks before pictures with faces are sent. */
export function decideRows(ferry: AppContext, keys: Iterable<RowKey>, how: IngestAnswer): void {
  const itemIds = [...keys].flatMap((key) => {
    const target = keyTarget(key);
    return target.kind === 'item' ? [target.itemId] : [];
  });
  if (itemIds.length > 0) void decideFaces(ferry, itemIds, how);
}

export function togglePause(ferry: AppContext, keys: readonly RowKey[]): void {
  commandRows(ferry, pauseOrResume(keys, knownOf(ferry)), keys);
}

/** Removes what ended and cancels the rest; asks first where stored parts would be thrown away. */
export function deleteRows(ferry: AppContext, keys: readonly RowKey[]): void {
  const plan = deletePlan(keys, knownOf(ferry));
  if (plan.remove.length > 0) {
    void command(ferry, 'remove', plan.remove);
    ferry.view.setState(({ selection }) => ({ selection: { ...selection, keys: new Set() } }));
  }
  if (plan.cancel.length === 0) return;
  if (plan.keptBytes > 0)
    ferry.view.setState({ sheet: { kind: 'cancel', scopes: plan.cancel, keptBytes: plan.keptBytes } });
  else void command(ferry, 'cancel', plan.cancel);
}

/** Copies `oss://bucket/key`. */
export async function copyAddress(ferry: AppContext, key: RowKey): Promise<void> {
  const target = keyTarget(key);
  if (target.kind === 'batch') return;
  const reply = await ferry.bridge.call('queue.detail', { itemId: target.itemId });
  const detail = valueOf(ferry, reply);
  if (detail !== undefined && detail !== null) await copy(ferry, detail.address);
}

export function setExpanded(ferry: AppContext, batchId: BatchId, expanded: boolean): void {
  ferry.view.setState((state) => ({ expanded: new Map(state.expanded).set(batchId, expanded) }));
}

export function openDetail(ferry: AppContext, key: RowKey): void {
  const target = keyTarget(key);
  if (target.kind === 'item') ferry.view.setState({ detailId: target.itemId });
}

/** The rows that a verb from a row means: the whole selection if the row is in it, else the row alone. */
export function keysFor(ferry: AppContext, key: RowKey): readonly RowKey[] {
  const { keys } = ferry.view.getState().selection;
  return keys.has(key) ? [...keys] : [key];
}
