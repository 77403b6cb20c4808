/**
 * Everything the engine knows of the world. Nothing here throws: what can go wrong comes back as a coded fault.
 * Instants are milliseconds since 1970 by the local clock unless the name says `server`.
 */
import type { Fault, Outcome } from '../shared/faults';
import type { BatchId, Crc64, DestinationId, ETag, ItemId, ObjectKey, UploadId } from '../shared/ids';
import type { ConflictPolicy } from '../shared/profile';
import type { Scope, Verb } from '../shared/queue-view';

export interface ClockPort {
  now(): number;
  /** Calls back once at or after `at`; the answer takes the timer away. */
  schedule(at: number, ring: () => void): () => void;
}

export interface RandomPort {
  /** A seed for the engine's own generator (jitter), 32 bits. */
  seed(): number;
}

/** Abort without the DOM's types. */
export interface CancelSignal {
  readonly canceled: boolean;
  onCancel(listener: () => void): void;
}

// ---- the disk ----

/** What a file looked like: two looks that differ in `fingerprint` are two different files. */
export interface Snapshot {
  readonly sizeBytes: number;
  readonly modifiedAt: number;
  /** size, mtimeNs, ctimeNs and inode as one string. */
  readonly fingerprint: string;
}

export interface Source {
  readonly path: string;
  readonly snapshot: Snapshot;
}

/** Bytes to send, in order. A buffer is valid until the next one is asked for: it is used again. */
export interface Body {
  readonly sizeBytes: number;
  chunks(): AsyncIterable<Uint8Array>;
}

/** A range of a file, read as it is sent. */
export interface RangeBody extends Body {
  /** After the last chunk: looks at the file again (P5) and tells the CRC-64 of the bytes that were read. */
  finish(): Promise<Outcome<Crc64>>;
  close(): Promise<void>;
}

/**
 * A whole file that goes in one request, read as it is sent. The last chunk is held back until a second look at the
 * file agrees with the first (P1): of a file that changed the body ends early, and a request that never ends never
 * becomes an object.
 */
export type SealedBody = RangeBody;

/** A small file held whole in buffers of the pool. */
export interface WholeBody extends Body {
  readonly crc64: Crc64;
  /** Base64, for Content-MD5. */
  readonly md5: string;
  release(): void;
}

export interface RangeDigest {
  readonly crc64: Crc64;
  /** Upper-case hex, as in the ETag of a part. */
  readonly md5: string;
}

/** Faults: source-changed (also when it grew or shrank), source-missing, source-locked, source-unreadable. */
export interface FilesPort {
  look(path: string): Promise<Outcome<Snapshot>>;
  /** Reads the whole file, compares it with its snapshot before and after; waits while the pool of 64 MiB is empty. */
  readWhole(source: Source): Promise<Outcome<WholeBody>>;
  openRange(source: Source, offsetBytes: number, sizeBytes: number): Promise<Outcome<RangeBody>>;
  openSealed(source: Source): Promise<Outcome<SealedBody>>;
  digest(source: Source, offsetBytes: number, sizeBytes: number): Promise<Outcome<RangeDigest>>;
}

// ---- OSS ----

/** The n-th set of temporary credentials of a destination. The secrets themselves never enter the engine. */
export interface CredentialsNote {
  readonly generation: number;
  /** By the server's clock; null: they do not expire. */
  readonly expiresAtServer: number | null;
  /**
   * What they allow. `requests`: PutObject and multipart uploads. `form`: each object by one PostObject, whatever its
   * size up to 5 GB; it counts as one part (P3).
   */
  readonly way: 'requests' | 'form';
}

export interface RequestContext {
  readonly destinationId: DestinationId;
  readonly generation: number;
  /** Server time minus local time: requests are signed with it (P7). */
  readonly clockOffsetMs: number;
  readonly cancel: CancelSignal;
  /** Body bytes put on the socket since the last call. */
  onSent(bytes: number): void;
}

/** An outcome, and what the answer's Date header said of the server's clock (null: no answer). */
export type Answer<T> = Outcome<T> & { readonly clockOffsetMs: number | null };

export interface StoredObject {
  /** Null when the answer carried none: then nothing is proven. */
  readonly crc64: Crc64 | null;
  readonly etag: ETag;
  readonly versionId: string | null;
  readonly requestId: string;
}

export interface StoredPart {
  readonly etag: ETag;
  readonly crc64: Crc64 | null;
  readonly requestId: string;
}

export interface UploadedPart {
  readonly partNumber: number;
  readonly sizeBytes: number;
  readonly etag: ETag;
  readonly crc64: Crc64;
}

export interface ListedPart {
  readonly partNumber: number;
  readonly sizeBytes: number;
  readonly etag: ETag;
  readonly crc64: Crc64 | null;
}

export type HeadResult =
  | { readonly kind: 'missing' }
  | {
      readonly kind: 'present';
      readonly sizeBytes: number;
      readonly crc64: Crc64 | null;
      readonly etag: ETag;
      readonly versionId: string | null;
      readonly requestId: string;
    };

export interface WriteOptions {
  /** `x-oss-forbid-overwrite`: the server refuses to replace an object (FileAlreadyExists → `object-exists`). */
  readonly forbidOverwrite: boolean;
}

/** What an object is to be, said when it is begun (PutObject, InitiateMultipartUpload). */
export interface NewObjectOptions extends WriteOptions {
  /** `x-oss-tagging`, URL-encoded pairs (`faces=2`); null or left out: none. Needs oss:PutObjectTagging. */
  readonly tagging?: string | null;
}

/**
 * The wire. A fault `connection-lost` or `stalled` on Put or Complete means that the answer is not known: the
 * request may have been carried out. There is no retry inside; the engine alone decides to send again.
 */
export interface ObjectStorePort {
  putObject(
    context: RequestContext,
    key: ObjectKey,
    body: WholeBody,
    options: NewObjectOptions,
  ): Promise<Answer<StoredObject>>;
  /** The form of a post policy. Faults as of PutObject; `too-large` where the policy takes no body of this size. */
  postObject(
    context: RequestContext,
    key: ObjectKey,
    body: SealedBody,
    options: NewObjectOptions,
  ): Promise<Answer<StoredObject>>;
  initiateMultipartUpload(
    context: RequestContext,
    key: ObjectKey,
    options: NewObjectOptions & { readonly sizeBytes: number },
  ): Promise<Answer<{ readonly uploadId: UploadId; readonly requestId: string }>>;
  uploadPart(
    context: RequestContext,
    key: ObjectKey,
    uploadId: UploadId,
    partNumber: number,
    body: Body,
  ): Promise<Answer<StoredPart>>;
  /** All pages. `upload-gone` when OSS no longer knows the UploadId. */
  listParts(
    context: RequestContext,
    key: ObjectKey,
    uploadId: UploadId,
  ): Promise<Answer<readonly ListedPart[]>>;
  completeMultipartUpload(
    context: RequestContext,
    key: ObjectKey,
    uploadId: UploadId,
    parts: readonly UploadedPart[],
    options: WriteOptions,
  ): Promise<Answer<StoredObject>>;
  /** An upload that is gone already counts as aborted. */
  abortMultipartUpload(context: RequestContext, key: ObjectKey, uploadId: UploadId): Promise<Answer<void>>;
  headObject(context: RequestContext, key: ObjectKey): Promise<Answer<HeadResult>>;
  /** Unfinished uploads of exactly this key. */
  listUploads(
    context: RequestContext,
    key: ObjectKey,
  ): Promise<Answer<readonly { readonly uploadId: UploadId; readonly initiatedAtServer: number }[]>>;
  /** Any answer of OSS itself, even a refusal, means that the network is there. */
  probe(context: RequestContext): Promise<Answer<void>>;
}

export interface CredentialsPort {
  /**
   * Asks once; `fresh` goes past every cache (after a refusal). Faults: token-server and token-server-silent (asked again later),
   * token-refused, credentials-missing and role-refused (someone must act).
   */
  ask(destinationId: DestinationId, fresh: boolean): Promise<Outcome<CredentialsNote>>;
}

// ---- the durable queue ----

/** How an item ended, as it is kept and told. */
export type ItemEnd =
  | {
      readonly kind: 'done';
      readonly crc64: Crc64;
      readonly etag: ETag;
      readonly versionId: string | null;
      readonly requestIds: readonly string[];
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
