import { fault, type FaultCode } from '../../../src/shared/faults';
import { itemIdAt, type BatchId, type DestinationId } from '../../../src/shared/ids';
import type {
  BatchRow,
  Cause,
  Counts,
  ItemRow,
  ItemState,
  QueueDelta,
  QueueSnapshot,
} from '../../../src/shared/queue-view';
import { SUMMARY } from '../../contract/ipc-samples';

export const id = (number: number): BatchId => number as BatchId;

export const NO_COUNTS: Counts = {
  waiting: 0,
  paused: 0,
  done: 0,
  skipped: 0,
  conflict: 0,
  sourceChanged: 0,
  failed: 0,
  canceled: 0,
};

export function batch(number: number, more: Partial<BatchRow> = {}): BatchRow {
  const items = more.items ?? 10;
  return {
    batchId: id(number),
    destinationId: 'd' as DestinationId,
    name: `batch ${number}`,
    kind: 'folder',
    createdAt: number,
    scanning: false,
    items,
    totalBytes: items * 100,
    counts: { ...NO_COUNTS, waiting: items },
    held: 'no',
    active: 0,
    sentBytes: 0,
    verifiedBytes: 0,
    bytesPerSecond: 0,
    secondsLeft: null,
    ...more,
  };
}

export function item(batchNumber: number, position: number, state: ItemState = { kind: 'waiting' }): ItemRow {
  return {
    itemId: itemIdAt(id(batchNumber), position),
    batchId: id(batchNumber),
    name: `file ${position}`,
    sizeBytes: 100,
    state,
    sentBytes: 0,
    verifiedBytes: 0,
    bytesPerSecond: 0,
  };
}

export const FAILED: ItemState = { kind: 'failed', fault: fault('no-permission', 'refused') };

export function snapshot(revision: number, batches: BatchRow[] = []): QueueSnapshot {
  return {
    revision,
    batches,
    causes: [],
    summary: SUMMARY,
    engine: { kind: 'running', restarts: 0, resumedItems: 0, keptBytes: 0 },
  };
}

export function delta(revision: number, more: Partial<QueueDelta> = {}): QueueDelta {
  return {
    revision,
    batches: [],
    removedBatchIds: [],
    items: [],
    itemsCut: false,
    causes: [],
    summary: SUMMARY,
    ...more,
  };
}

/** Files that stand still for one reason, one of them named. */
export const cause = (kind: Cause['kind'], code: FaultCode, files: number): Cause => ({
  id: `${kind} ${code}`,
  destinationId: 'd' as DestinationId,
  kind,
  fault: fault(code, ''),
  files,
  itemIds: [itemIdAt(id(1), 1)],
  names: ['a'],
});
