import type { FacesCounts, FacesDetail, FacesFilter, FacesSource, IngestAnswer } from '../../shared/faces';
import type { Fault, Outcome } from '../../shared/faults';
import type { BatchId, Crc64, DestinationId, ETag, ItemId, ObjectKey } from '../../shared/ids';
import type { Profile } from '../../shared/profile';
import type { Scope } from '../../shared/queue-view';

/** What a destination does with pictures before they are sent. */
export type IngestRule = NonNullable<NonNullable<Profile['faces']>['ingest']>;

/** What the destination said of faces when the files were handed in. */
export interface BatchFaces {
  /** IMM is asked about each picture once it is verified. */
  readonly detect: boolean;
  readonly ingest: IngestRule | null;
}

/** A question that has not been answered yet. */
export interface FaceQuestion {
  readonly itemId: ItemId;
  readonly source: FacesSource;
  readonly destinationId: DestinationId;
  /** Nobody asked for it by hand: it is dropped where the destination does not want it any more. */
  readonly automatic: boolean;
  /** Refusals so far. */
  readonly attempts: number;
  /** As it is, or would be, in the bucket. */
  readonly key: ObjectKey;
  readonly sourcePath: string;
  /** Of the object, as it was verified. */
  readonly etag: ETag | null;
  readonly crc64: Crc64 | null;
  /** It is in the bucket, verified. */
  readonly uploaded: boolean;
  /** The upload waits for the answer, and for what this rule makes of it. */
  readonly ingest: {
    readonly rule: IngestRule;
    readonly batchPrefix: string;
    readonly normalizeNames: Profile['normalizeNames'];
  } | null;
}

/** What the rule makes of an answer. */
export type IngestVerdict =
  /** `faces` null: nobody could look; the picture goes as usual. */
  | {
      readonly kind: 'go' | 'ask';
      readonly faces: number | null;
      readonly tag: string | null;
      readonly key: ObjectKey | null;
    }
  /** It must not be sent at all. */
  | { readonly kind: 'refuse'; readonly fault: Fault };

/** What came of a question. */
export interface FacesNote {
  readonly itemId: ItemId;
  readonly source: FacesSource;
  readonly at: number;
  /** IMM: what was asked, and the object it is about. */
  readonly project: string | null;
  readonly etag: string | null;
  readonly key: string | null;
  readonly answer:
    | {
        readonly kind: 'found';
        readonly faces: number;
        readonly raw: string;
        readonly image: { readonly width: number; readonly height: number } | null;
        readonly milliseconds: number | null;
      }
    | { readonly kind: 'failed'; readonly fault: Fault };
  /** Of a question that an upload waits for. */
  readonly verdict: IngestVerdict | null;
}

/** A picture whose rule asks. */
export interface AskingItem {
  readonly itemId: ItemId;
  readonly key: ObjectKey;
  readonly sourcePath: string;
  readonly sizeBytes: number;
  readonly faces: number;
}

export interface StoredFacesBatch {
  readonly batchId: BatchId;
  readonly name: string;
  readonly counts: FacesCounts;
}

export interface StoredFacesRow {
  readonly itemId: ItemId;
  readonly batchId: BatchId;
  readonly name: string;
  readonly source: FacesSource;
  readonly state: 'waiting' | 'found' | 'failed';
  readonly faces: number;
  readonly asks: boolean;
  /** The first face that has a place. */
  readonly firstFace: { readonly source: FacesSource; readonly faceIndex: number } | null;
}

export interface StoredFaceTile {
  readonly itemId: ItemId;
  readonly name: string;
  readonly source: FacesSource;
  readonly faceIndex: number;
}

export type StoredFacesDetail = Pick<FacesDetail, 'imm' | 'local' | 'decision'>;

interface Page<Row> {
  readonly total: number;
  readonly rows: readonly Row[];
}

/** Faces in the durable queue. Facts that wait for their group are not in it yet, but for `ask` and `clear`. */
export interface FacesStore {
  /**
   * Asks (again) about pictures of a scope, in pieces of 1,000. `refused`: no pictures, not uploaded (IMM), or of a
   * destination that `allowed` does not name.
   */
  ask(
    source: FacesSource,
    scope: Scope,
    allowed: (destinationId: DestinationId) => boolean,
  ): Promise<Outcome<{ readonly queued: number; readonly refused: number }>>;
  /** What has to be asked by `now`, in order, at most 200. */
  due(
    source: FacesSource,
    destinationId: DestinationId,
    now: number,
    limit: number,
  ): Outcome<readonly FaceQuestion[]>;
  /** When the next question has to be asked; null: there is none. */
  nextDueAt(source: FacesSource, destinationId: DestinationId): Outcome<number | null>;
  postpone(itemId: ItemId, source: FacesSource, attempts: number, dueAt: number): Outcome<void>;
  /** As if it had never been asked. */
  drop(itemId: ItemId, source: FacesSource): Outcome<void>;
  /** Answer and decision in one transaction. False: the question is gone meanwhile, nothing is kept. */
  note(note: FacesNote): Outcome<boolean>;
  /** Lets pictures go whose decision is made, at most 1,000; to be called once it was told. */
  release(): Outcome<readonly ItemId[]>;
  /** The user's answer; `affected` counts those that a rule had asked about. */
  decide(itemIds: readonly ItemId[], how: IngestAnswer): Outcome<{ readonly affected: number }>;
  /** Pictures that are not runnable yet, and those that ask the user. */
  held(): Outcome<{ readonly looking: number; readonly asking: number }>;
  /** Pictures that ask the user, at most `limit`. */
  asking(limit: number): Outcome<readonly AskingItem[]>;
  /** Nobody can be asked: it ends as failed. The decision stays open, a retry asks again. */
  refuse(itemId: ItemId, at: number, fault: Fault): Outcome<void>;
  /** Takes answers and questions away; not what an upload waits for. */
  clear(scope: Scope): Promise<Outcome<{ readonly cleared: number }>>;

  counts(): Outcome<FacesCounts>;
  /** Newest first, at most 500. */
  batches(): Outcome<readonly StoredFacesBatch[]>;
  /** In the order of the queue; at most 200 rows. */
  page(
    batchId: BatchId | null,
    filter: FacesFilter,
    offset: number,
    limit: number,
  ): Outcome<Page<StoredFacesRow>>;
  sheet(batchId: BatchId | null, offset: number, limit: number): Outcome<Page<StoredFaceTile>>;
  detail(itemId: ItemId): Outcome<StoredFacesDetail>;

  /** Pictures that changed since this was last called; `cut`: there were more. */
  takeTouched(): { readonly itemIds: readonly ItemId[]; readonly cut: boolean };
  /** Told in a microtask after pictures have changed. */
  onTouched(listener: () => void): void;
}
