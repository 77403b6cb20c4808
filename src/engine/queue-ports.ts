/** The durable queue, what fills it and who watches it; errors and instants are as in ports.ts. */
import type { Fault, Outcome } from '../shared/faults';
import type { BatchId, Crc64, DestinationId, ETag, ItemId, ObjectKey, UploadId } from '../shared/ids';
import type { ConflictPolicy } from '../shared/profile';
import type { Scope, Verb } from '../shared/queue-view';
import type {
  CancelSignal,
  ClockPort,
  CredentialsPort,
  FilesPort,
  ObjectStorePort,
  RandomPort,
  Snapshot,
  Source,
  UploadedPart,
} from './ports';

/** How an item ended, as it is kept and told. */
export type ItemEnd =
  | {
      readonly kind: 'done';
      readonly crc64: Crc64;
      readonly etag: ETag;
      readonly versionId: string | null;
      readonly requestIds: readonly string[];
      /** The server that OSS was to tell of the object was not told, or nobody knows (`callback-failed`). */
      readonly callbackFault?: Fault;
    }
  | { readonly kind: 'skipped'; readonly why: 'identical'; readonly crc64: Crc64; readonly etag: ETag }
  | { readonly kind: 'conflict'; readonly fault: Fault }
  | { readonly kind: 'source-changed'; readonly fault: Fault }
  | { readonly kind: 'failed'; readonly fault: Fault }
  | { readonly kind: 'canceled' };

/** Facts to be kept. They are applied in the order of their seq, each group in one transaction. */
export type StoreRecord =
  | { readonly kind: 'initiating'; readonly itemId: ItemId; readonly atServer: number }
  | {
      readonly kind: 'upload-created';
      readonly itemId: ItemId;
      readonly uploadId: UploadId;
      readonly partSizeBytes: number;
      readonly requestId: string;
    }
  | { readonly kind: 'part-stored'; readonly itemId: ItemId; readonly part: UploadedPart }
  /** Parts that the server does not have after all. */
  | { readonly kind: 'parts-dropped'; readonly itemId: ItemId; readonly partNumbers: readonly number[] }
  /** Bytes of this part (0: of the one Put) were begun: if they are begun again they count as sent twice. */
  | { readonly kind: 'part-begun'; readonly itemId: ItemId; readonly partNumber: number }
  /** The UploadId is completed, aborted or gone: forget it and its parts. Also clears `initiating`. */
  | { readonly kind: 'upload-closed'; readonly itemId: ItemId }
  /** Server-side parts may be left that could not be listed (P4). */
  | { readonly kind: 'possible-orphan'; readonly itemId: ItemId }
  /** The user paused this one item, or let it go on. */
  | { readonly kind: 'held'; readonly itemId: ItemId; readonly held: boolean }
  /** A new look at the source of an item that is tried afresh. */
  | { readonly kind: 'snapshot'; readonly itemId: ItemId; readonly snapshot: Snapshot }
  /** Its key is taken: from now on it goes by this one. */
  | { readonly kind: 'renamed'; readonly itemId: ItemId; readonly key: ObjectKey }
  | { readonly kind: 'ended'; readonly itemId: ItemId; readonly at: number; readonly end: ItemEnd };

/** The checkpoint of a multipart upload. */
export interface Checkpoint {
  readonly uploadId: UploadId;
  readonly partSizeBytes: number;
  readonly parts: readonly UploadedPart[];
}

export interface WorkItem {
  readonly itemId: ItemId;
  readonly batchId: BatchId;
  readonly destinationId: DestinationId;
  readonly key: ObjectKey;
  /** `keep-both` has given it another key; this was the first one. */
  readonly renamedFrom: ObjectKey | null;
  /** Path below what was handed in, for words alone. */
  readonly name: string;
  readonly source: Source;
  /** Of its batch, unless the user has decided otherwise for this item. */
  readonly conflict: ConflictPolicy;
  /** The tags of the object, as `x-oss-tagging` has them. */
  readonly tagging: string | null;
  readonly checkpoint: Checkpoint | null;
  /** Server time at which an Initiate was about to be sent whose answer was never kept. */
  readonly initiatingAtServer: number | null;
  /** Parts (0: the one Put) that were begun and never acknowledged. */
  readonly begun: readonly number[];
  /** It was in the queue before this run: an answer may have been lost. */
  readonly fromEarlierRun: boolean;
  /** The user sent it again: the source is looked at afresh, the old snapshot does not bind. */
  readonly lookAgain: boolean;
}

/** An unfinished upload of an item that has ended (canceled, changed source) and must still be aborted. */
export interface Leftover {
  readonly itemId: ItemId;
  readonly destinationId: DestinationId;
  readonly key: ObjectKey;
  readonly uploadId: UploadId;
}

export interface ScanJob {
  readonly batchId: BatchId;
  readonly destinationId: DestinationId;
}

/** What the engine finds when it opens the store. */
export interface Recovered {
  readonly destinationIds: readonly DestinationId[];
  readonly unfinishedScans: readonly ScanJob[];
  readonly leftovers: readonly Leftover[];
}

export interface CommandResult {
  readonly affected: number;
  readonly leftovers: readonly Leftover[];
}

export interface StorePort {
  recover(): Promise<Outcome<Recovered>>;
  /** Takes a fact; it is committed within 50 ms or 256 records. `seq` grows by one with each record. */
  write(seq: number, record: StoreRecord): void;
  /** Every record up to `seq` is on the disk. */
  onPersisted(listener: (seq: number) => void): void;
  /** The disk is full or failing (`fault`), or well again (null). Records are kept and tried again. */
  onTrouble(listener: (fault: Fault | null) => void): void;
  /** Runnable items of a destination (not ended, neither they nor their batch nor a rule holds them) in the order of their ids, after `after` (0: from the start). */
  loadWork(destinationId: DestinationId, after: number, limit: number): Promise<Outcome<readonly WorkItem[]>>;
  /**
   * A command over many items, in chunks of 1,000. Rows of items in `live` are left alone: the engine holds them
   * and writes their facts itself. Pausing `all` or a batch marks the batches, pausing items marks the items; resume
   * takes both marks away. Retry makes failed, conflicting, changed and canceled items runnable again, with a new
   * look at their files. Overwrite and keep-both do so with conflicting items, under that policy; skip ends these as
   * canceled. Cancel ends every unended item; what its unfinished upload leaves behind comes back as
   * leftovers, to be aborted. Remove deletes ended items, and batches that have none left.
   */
  command(verb: Verb, scope: Scope, live: readonly ItemId[]): Promise<Outcome<CommandResult>>;
}

export interface ScanPort {
  /**
   * Walks the roots of a batch and writes its items to the store, at most 2,000 at once, the first ones soon.
   * `onFound` comes after each group is on the disk. A scan that is run again adds only what is new.
   */
  scan(job: ScanJob, onFound: (items: number) => void, cancel: CancelSignal): Promise<Outcome<void>>;
}

/** Told as it happens, for views and for the command's output. It changes nothing in the engine. */
export interface ObserverPort {
  onEnded(item: WorkItem, at: number, end: ItemEnd): void;
}

/** The whole world of the engine. */
export interface Ports {
  readonly clock: ClockPort;
  readonly random: RandomPort;
  readonly files: FilesPort;
  readonly objects: ObjectStorePort;
  readonly credentials: CredentialsPort;
  readonly store: StorePort;
  readonly scanner: ScanPort;
  readonly observer: ObserverPort;
}
