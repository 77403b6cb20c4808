/** What is asked of the world for one item, and what comes back. All of it is data. */
import type { Outcome } from '../shared/faults';
import type { Crc64, ObjectKey, UploadId } from '../shared/ids';
import type {
  HeadResult,
  ListedPart,
  RangeDigest,
  Snapshot,
  Source,
  StoredObject,
  StoredPart,
  UploadedPart,
} from './ports';
import type { PartRange } from './part-planner';

/** One request (or one look at the disk) for an item. */
export type Step =
  | { readonly kind: 'look'; readonly path: string }
  | { readonly kind: 'head'; readonly key: ObjectKey }
  | { readonly kind: 'compare'; readonly source: Source }
  | {
      readonly kind: 'put';
      readonly key: ObjectKey;
      readonly source: Source;
      readonly forbidOverwrite: boolean;
      readonly tagging: string | null;
    }
  | {
      readonly kind: 'initiate';
      readonly key: ObjectKey;
      readonly sizeBytes: number;
      readonly forbidOverwrite: boolean;
      readonly tagging: string | null;
    }
  /** The whole file as a form, streamed. */
  | {
      readonly kind: 'post';
      readonly key: ObjectKey;
      readonly source: Source;
      readonly forbidOverwrite: boolean;
      readonly tagging: string | null;
    }
  | {
      readonly kind: 'part';
      readonly key: ObjectKey;
      readonly uploadId: UploadId;
      readonly source: Source;
      readonly range: PartRange;
    }
  | { readonly kind: 'list-parts'; readonly key: ObjectKey; readonly uploadId: UploadId }
  | { readonly kind: 'adopt'; readonly source: Source; readonly range: PartRange }
  | {
      readonly kind: 'complete';
      readonly key: ObjectKey;
      readonly uploadId: UploadId;
      readonly source: Source;
      readonly parts: readonly UploadedPart[];
      readonly forbidOverwrite: boolean;
    }
  | { readonly kind: 'abort'; readonly key: ObjectKey; readonly uploadId: UploadId }
  | { readonly kind: 'find-orphans'; readonly key: ObjectKey; readonly sinceServer: number };

export interface StepResults {
  readonly look: Outcome<Snapshot>;
  readonly head: Outcome<HeadResult>;
  readonly compare: Outcome<Crc64>;
  /** `read` is what we made of the bytes on the disk, whatever became of the request. */
  readonly put: { readonly read: Outcome<Crc64>; readonly sent: Outcome<StoredObject> };
  readonly post: StepResults['put'];
  readonly initiate: Outcome<{ readonly uploadId: UploadId; readonly requestId: string }>;
  readonly part: { readonly read: Outcome<Crc64>; readonly sent: Outcome<StoredPart> };
  readonly 'list-parts': Outcome<readonly ListedPart[]>;
  readonly adopt: Outcome<RangeDigest>;
  readonly complete: Outcome<StoredObject>;
  readonly abort: Outcome<void>;
  readonly 'find-orphans': Outcome<void>;
}

export type StepKind = Step['kind'];
export type StepOutcome = {
  [K in StepKind]: { readonly step: K; readonly result: StepResults[K] };
}[StepKind];

/** What the server said, where a step has read the disk too. */
export function outcomeOf(done: StepOutcome): Outcome<unknown> {
  return done.step === 'put' || done.step === 'post' || done.step === 'part' ? done.result.sent : done.result;
}

/** Steps that read the disk alone: they need neither network nor credentials. */
export function isLocal(kind: StepKind): boolean {
  return kind === 'look' || kind === 'compare' || kind === 'adopt';
}
