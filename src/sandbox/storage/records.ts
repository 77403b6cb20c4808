/** A stretch of a file under `blobs/`, or bytes that `--discard` did not keep. */
export interface Piece {
  /** Empty where the bytes were not kept. */
  readonly blob: string;
  /** Where in the file the bytes begin. */
  readonly offset: number;
  readonly sizeBytes: number;
}

/** An object as readers see it. */
export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** Unsigned decimal, as in x-oss-hash-crc64ecma. */
  readonly crc64: string;
  /** Without quotes. */
  readonly etag: string;
  readonly lastModifiedAt: number;
  readonly type: 'Normal' | 'Multipart';
  /** The headers of the upload that reading gives back: Content-Type, x-oss-meta-*, and their like. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parts' files in order; an object is never copied together. */
  readonly pieces: readonly Piece[];
}

/** A part of an unfinished upload. */
export interface StoredPart {
  readonly partNumber: number;
  readonly sizeBytes: number;
  readonly crc64: string;
  readonly etag: string;
  readonly lastModifiedAt: number;
  readonly piece: Piece;
}

/** What Initiate fixed about an upload. */
export interface UploadHead {
  readonly uploadId: string;
  readonly key: string;
  readonly initiatedAt: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** An unfinished multipart upload. */
export interface MultipartUpload extends UploadHead {
  readonly parts: ReadonlyMap<number, StoredPart>;
}

/** One line of the journal: the deed that was done. */
export type JournalRecord =
  | { readonly deed: 'put'; readonly object: StoredObject }
  | { readonly deed: 'delete'; readonly key: string }
  | { readonly deed: 'initiate'; readonly upload: UploadHead }
  | { readonly deed: 'part'; readonly uploadId: string; readonly part: StoredPart }
  | { readonly deed: 'complete'; readonly uploadId: string; readonly object: StoredObject }
  | { readonly deed: 'abort'; readonly uploadId: string };
