import type { Snapshot, UploadedPart } from '../../src/engine/ports';
import type { Checkpoint, ItemEnd, Leftover, StoreRecord, WorkItem } from '../../src/engine/queue-ports';
import { positionOf, type BatchId, type ItemId, type UploadId } from '../../src/shared/ids';
import type { ConflictPolicy } from '../../src/shared/profile';
import type { MemoryDecision } from './memory-faces';
import type { FoundItem, NewBatch } from '../../src/store/queue-types';

export interface Row {
  readonly itemId: ItemId;
  readonly found: FoundItem;
  key: FoundItem['key'];
  renamedFrom: FoundItem['key'] | null;
  /** The user's own word on this item. */
  conflict: ConflictPolicy | null;
  /** What a rule of the destination makes of it; null: no rule holds it. */
  decision: MemoryDecision | null;
  snapshot: Snapshot;
  held: boolean;
  /** Goes on although its batch is held. */
  exempt: boolean;
  lookAgain: boolean;
  end: { readonly at: number; readonly end: ItemEnd } | null;
  upload: { readonly uploadId: UploadId; readonly partSizeBytes: number } | null;
  parts: Map<number, UploadedPart>;
  /** Parts (0: the one Put) that were begun and never acknowledged. */
  begun: Set<number>;
  initiatingAtServer: number | null;
  possibleOrphan: boolean;
}

export interface Batch {
  readonly batchId: BatchId;
  readonly plan: NewBatch;
  conflict: ConflictPolicy;
  scanning: boolean;
  held: boolean;
  lastPosition: number;
  positionAtOpen: number;
}

/** The disk: shared by a store and by the one that is opened after its crash. */
export class MemoryDisk {
  readonly rows = new Map<ItemId, Row>();
  readonly batches = new Map<BatchId, Batch>();
  /** Open uploads of rows that were removed. */
  readonly leftovers = new Map<ItemId, Leftover>();
  nextBatchId = 1;
  full = false;
}

export const keptBytes = (row: Row): number =>
  row.upload === null ? 0 : [...row.parts.values()].reduce((sum, part) => sum + part.sizeBytes, 0);

export function checkpointOf(row: Row): Checkpoint | null {
  if (row.upload === null) return null;
  return { ...row.upload, parts: [...row.parts.values()].sort((a, b) => a.partNumber - b.partNumber) };
}

export function newRow(itemId: ItemId, found: FoundItem, now: number): Row {
  const { refused } = found;
  return {
    itemId,
    found,
    key: found.key,
    renamedFrom: null,
    conflict: null,
    decision:
      found.looksFirst === true && refused === undefined
        ? { state: 'to-be-made', tag: null, key: null }
        : null,
    snapshot: found.snapshot,
    held: false,
    exempt: false,
    lookAgain: false,
    end: refused === undefined ? null : { at: now, end: { kind: 'failed', fault: refused } },
    upload: null,
    parts: new Map(),
    begun: new Set(),
    initiatingAtServer: null,
    possibleOrphan: false,
  };
}

export function workItemOf(row: Row, batch: Batch): WorkItem {
  const root = batch.plan.roots[row.found.rootIndex];
  const path = root?.isFile === true ? root.path : `${root?.path ?? ''}/${row.found.name}`;
  return {
    itemId: row.itemId,
    batchId: batch.batchId,
    destinationId: batch.plan.destinationId,
    key: row.key,
    renamedFrom: row.renamedFrom,
    name: row.found.name,
    source: { path, snapshot: row.snapshot },
    conflict: row.conflict ?? batch.conflict,
    tagging: row.decision?.tag ?? null,
    checkpoint: checkpointOf(row),
    initiatingAtServer: row.initiatingAtServer,
    begun: [...row.begun].sort((a, b) => a - b),
    fromEarlierRun: positionOf(row.itemId) <= batch.positionAtOpen,
    lookAgain: row.lookAgain,
  };
}

/** What a record makes of its row. */
export function applyRecord(row: Row, record: StoreRecord, batchHeld: boolean): void {
  switch (record.kind) {
    case 'initiating':
      row.initiatingAtServer = record.atServer;
      return;
    case 'upload-created':
      row.upload = { uploadId: record.uploadId, partSizeBytes: record.partSizeBytes };
      row.parts = new Map();
      row.initiatingAtServer = null;
      return;
    case 'part-begun':
      row.begun.add(record.partNumber);
      return;
    case 'part-stored':
      if (row.upload === null) return;
      row.begun.delete(record.part.partNumber);
      row.parts.set(record.part.partNumber, record.part);
      return;
    case 'parts-dropped':
      for (const partNumber of record.partNumbers) row.parts.delete(partNumber);
      return;
    case 'upload-closed':
      Object.assign(row, { upload: null, parts: new Map(), begun: new Set(), initiatingAtServer: null });
      return;
    case 'possible-orphan':
      row.possibleOrphan = true;
      return;
    case 'held':
      if (row.end === null) Object.assign(row, { held: record.held, exempt: !record.held && batchHeld });
      return;
    case 'snapshot':
      Object.assign(row, { snapshot: record.snapshot, lookAgain: false });
      return;
    case 'renamed':
      Object.assign(row, { key: record.key, renamedFrom: row.renamedFrom ?? row.key });
      return;
    case 'ended':
      Object.assign(row, { end: { at: record.at, end: record.end }, begun: new Set(), lookAgain: false });
  }
}
