/**
 * What the engine knows of clock, disk and OSS; its queue is in queue-ports.ts. Nothing here throws: what can go wrong comes back as a coded fault.
 * Instants are milliseconds since 1970 by the local clock unless the name says `server`.
 */
import type { Fault, Outcome } from '../shared/faults';
import type { Crc64, DestinationId, ETag, ObjectKey, UploadId } from '../shared/ids';

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
  /** OSS is asked to tell a server of each object: whose answer was lost, of that it is not known whether it did. */
  readonly callsBack: boolean;
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
  /** 203 CallbackFailed: it is stored, but the server that OSS was to tell of it was not told. */
  readonly callbackFault: Fault | null;
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
