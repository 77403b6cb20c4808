/** What the host reads from and writes to the durable queue, beyond the engine's StorePort. */
import type { Snapshot, UploadedPart } from '../engine/ports';
import type { ItemEnd, Recovered, StorePort } from '../engine/queue-ports';
import type { Fault, Outcome } from '../shared/faults';
import type { BatchId, Crc64, DestinationId, ETag, ItemId, ObjectKey, UploadId } from '../shared/ids';
import type { ConflictPolicy, Profile } from '../shared/profile';
import type { BatchRow, Cause, Counts, ItemState, Scope } from '../shared/queue-view';
import type { BatchFaces, FacesStore } from './faces/faces-types';

/** A destination and what makes it the same place: region, bucket and endpoint. */
export interface KnownDestination {
  readonly destinationId: DestinationId;
  readonly region: string;
  readonly bucket: string;
  readonly endpoint: string;
}

/** A folder or a single file that was handed in. */
export interface BatchRoot {
  /** Absolute, as the operating system writes it. Of a file: the file itself. */
  readonly path: string;
  /** What stands before an item's name in its key, usually; keys made otherwise are kept whole. */
  readonly keyPrefix: string;
  readonly isFile: boolean;
}

export interface NewBatch {
  readonly destinationId: DestinationId;
  readonly name: string;
  readonly kind: BatchRow['kind'];
  readonly roots: readonly BatchRoot[];
  readonly prefix: string;
  readonly conflict: ConflictPolicy;
  readonly createdAt: number;
  readonly normalizeNames: Profile['normalizeNames'];
  /** Left out: nothing is asked of its pictures. */
  readonly faces?: BatchFaces;
}

/** What a scan needs to know of its batch. */
export interface BatchPlan extends NewBatch {
  readonly batchId: BatchId;
  readonly scanning: boolean;
}

/** A batch as the disk knows it; speeds and bytes in flight are the engine's to add. */
export type StoredBatch = Pick<
  BatchRow,
  | 'batchId'
  | 'destinationId'
  | 'name'
  | 'kind'
  | 'createdAt'
  | 'scanning'
  | 'scanFault'
  | 'items'
  | 'totalBytes'
  | 'counts'
  | 'verifiedBytes'
> & { readonly heldByUser: boolean };

/** A file that a scan found. */
export interface FoundItem {
  readonly rootIndex: number;
  /** Path below the root with `/` between its parts; of a root that is a file, the file's name. */
  readonly name: string;
  readonly key: ObjectKey;
  readonly snapshot: Snapshot;
  /** It cannot be sent (its name is not UTF-8, its key is refused): the row is there, and has failed already. */
  readonly refused?: Fault;
  /** The rule of its destination has faces looked for before it may be sent. */
  readonly looksFirst?: boolean;
}

export type StoredState = Extract<
  ItemState,
  {
    kind:
      | 'scanned'
      | 'waiting'
      | 'paused'
      | 'done'
      | 'skipped'
      | 'conflict'
      | 'source-changed'
      | 'failed'
      | 'canceled';
  }
>;

export interface StoredRow {
  readonly itemId: ItemId;
  readonly batchId: BatchId;
  readonly name: string;
  readonly sizeBytes: number;
  readonly state: StoredState;
  readonly endedAt: number | null;
  /** All of a file that is done or skipped; else the parts that the server has acknowledged. */
  readonly verifiedBytes: number;
  /** Parts may be left on the server that could not be listed. */
  readonly possibleOrphan: boolean;
}

export interface StoredDetail {
  readonly row: StoredRow;
  readonly destinationId: DestinationId;
  readonly key: ObjectKey;
  readonly sourcePath: string;
  readonly modifiedAt: number;
  /** Of the upload that is open. */
  readonly uploadId: UploadId | null;
  /** Null for a Put, and as long as no upload was created. It stays when the upload is closed. */
  readonly partSizeBytes: number | null;
  /** Acknowledged parts of the open upload, by number. */
  readonly parts: readonly UploadedPart[];
  readonly crc64: Crc64 | null;
  readonly etag: ETag | null;
  readonly versionId: string | null;
  readonly requestIds: readonly string[];
}

/** A line of a receipt. */
export interface EndedItem {
  readonly itemId: ItemId;
  readonly key: ObjectKey;
  readonly sourcePath: string;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
  readonly at: number;
  readonly end: ItemEnd;
  readonly possibleOrphan: boolean;
}

/** A file that is done, and what its server is to be told of it. */
export interface CallbackFaultItem {
  readonly itemId: ItemId;
  readonly batchId: BatchId;
  readonly destinationId: DestinationId;
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  readonly crc64: Crc64;
  readonly etag: ETag;
}

export interface QueueTotals {
  readonly items: number;
  readonly totalBytes: number;
  readonly counts: Counts;
  readonly verifiedBytes: number;
  readonly scanning: boolean;
  /** There is unended work, and the user has paused all of it. */
  readonly pausedByUser: boolean;
}

export interface RecoveredQueue extends Recovered {
  /** Unended items with acknowledged parts, and the bytes of these parts. */
  readonly resumedItems: number;
  readonly keptBytes: number;
}

/** Looks at what is on the disk; facts that wait for their group are not in it yet. */
export interface QueueReader {
  destinations(): Outcome<readonly KnownDestination[]>;
  /** Newest first, at most 500. */
  listBatches(limit: number): Outcome<readonly StoredBatch[]>;
  batch(batchId: BatchId): Outcome<StoredBatch | null>;
  batchPlan(batchId: BatchId): Outcome<BatchPlan | null>;
  /** `offset` counts the rows of the batch from 0; at most 500 rows. */
  rows(batchId: BatchId, offset: number, limit: number): Outcome<readonly StoredRow[]>;
  row(itemId: ItemId): Outcome<StoredRow | null>;
  detail(itemId: ItemId): Outcome<StoredDetail | null>;
  /** Failed, conflicting, changed items and failed callbacks by destination, state and code; at most 100. */
  causes(): Outcome<readonly Cause[]>;
  totals(): Outcome<QueueTotals>;
  /** How many files are done and their server was not told of them. */
  callbackFaultCount(): Outcome<number>;
  /** How many files may have left parts at the server that nobody here may list or abort. */
  possibleOrphanCount(): Outcome<number>;
  /** Those of a scope after an id (0: from the start), in the order of their ids; at most 500. */
  callbackFaults(scope: Scope, after: number): Outcome<readonly CallbackFaultItem[]>;
  /** What has ended of a batch in the order of its rows, in pages of 500. It ends after a page that failed. */
  endedItems(batchId: BatchId): AsyncIterable<Outcome<readonly EndedItem[]>>;
  close(): Outcome<void>;
}

export interface QueueStore extends StorePort, QueueReader {
  /** Counts how often this queue was opened, from 1. */
  readonly run: number;
  /** Says that a damaged queue file was set aside, and where. */
  readonly setAside: Fault | null;

  recover(): Promise<Outcome<RecoveredQueue>>;
  /**
   * Remembers where a destination is. Fault `invalid-input` when the id is known already and stands for another
   * region, bucket or endpoint; nothing is changed then.
   */
  registerDestination(destination: KnownDestination): Outcome<void>;
  /** The batch is being scanned until `markScanned` or `markScanFault`. */
  createBatch(batch: NewBatch): Outcome<BatchId>;
  /**
   * The newest batch with unended items or an unfinished scan that was made of exactly these paths (in any order),
   * under a prefix that the template gives.
   */
  findUnfinishedBatch(
    destinationId: DestinationId,
    rootPaths: readonly string[],
    template: string,
  ): Outcome<BatchId | null>;
  /** Takes up an unfinished batch again: it is scanned once more, under this policy. */
  joinBatch(batchId: BatchId, conflict: ConflictPolicy, faces?: BatchFaces): Outcome<void>;
  readonly faces: FacesStore;
  /** Records how a callback replay ended: accepted, or refused again (`why`). False: the item is not among `callbackFaults`. */
  noteCallback(itemId: ItemId, why: Fault | null): Outcome<boolean>;
  /**
   * Adds at most 2,000 items in one transaction. A path that is there already is left alone; if it has not ended
   * and no upload of it was begun, it gets the new snapshot. `added` counts the new rows. Fault `canceled` when the
   * batch is not being scanned (its scan was canceled): nothing is added then.
   */
  addItems(batchId: BatchId, items: readonly FoundItem[]): Outcome<{ readonly added: number }>;
  markScanned(batchId: BatchId): Outcome<void>;
  /** The scan ended early. */
  markScanFault(batchId: BatchId, fault: Fault): Outcome<void>;
}
