import { z } from 'zod';
import { faultSchema } from './faults';
import { batchIdSchema, destinationIdSchema, itemIdSchema } from './ids';

const bytes = z.number().nonnegative();
const count = z.int().nonnegative();
/** Milliseconds since 1970, UTC. */
const instant = z.number();

/** What a file in the queue is doing, as the window, the command and the receipt see it. */
export const itemStateSchema = z.discriminatedUnion('kind', [
  /** Found, and not yet waiting: the rule of its destination has faces looked for first. */
  z.object({ kind: z.literal('scanned') }),
  z.object({ kind: z.literal('waiting') }),
  z.object({ kind: z.literal('uploading') }),
  z.object({
    kind: z.literal('paused'),
    why: z.enum(['user', 'offline', 'credentials', 'schedule', 'faces']),
  }),
  z.object({ kind: z.literal('retrying'), at: instant, attempt: count, fault: faultSchema }),
  z.object({ kind: z.literal('verifying') }),
  z.object({ kind: z.literal('completing') }),
  /** `callbackFault`: the callback to the user's server failed, or its outcome is unknown. */
  z.object({ kind: z.literal('done'), at: instant, callbackFault: faultSchema.optional() }),
  z.object({ kind: z.literal('skipped'), why: z.enum(['identical']), at: instant }),
  z.object({ kind: z.literal('conflict'), fault: faultSchema }),
  z.object({ kind: z.literal('source-changed'), fault: faultSchema }),
  z.object({ kind: z.literal('failed'), fault: faultSchema }),
  z.object({ kind: z.literal('canceled') }),
]);
export type ItemState = z.infer<typeof itemStateSchema>;

export const itemRowSchema = z.object({
  itemId: itemIdSchema,
  batchId: batchIdSchema,
  /** Path below the batch's root, separators `/`; for a single file its name. */
  name: z.string(),
  sizeBytes: bytes,
  state: itemStateSchema,
  /** Bytes put on sockets for this object (pale) and bytes whose CRC-64 the server has confirmed (deep). */
  sentBytes: bytes,
  verifiedBytes: bytes,
  bytesPerSecond: bytes,
});
export type ItemRow = z.infer<typeof itemRowSchema>;

/** How many files of a batch stand where. `waiting` holds all that is neither ended nor paused by the user. */
export const countsSchema = z.object({
  waiting: count,
  paused: count,
  done: count,
  skipped: count,
  conflict: count,
  sourceChanged: count,
  failed: count,
  canceled: count,
});
export type Counts = z.infer<typeof countsSchema>;

export const batchRowSchema = z.object({
  batchId: batchIdSchema,
  destinationId: destinationIdSchema,
  name: z.string(),
  kind: z.enum(['folder', 'files']),
  createdAt: instant,
  /** While true every total is a lower bound ("≥"). */
  scanning: z.boolean(),
  scanFault: faultSchema.optional(),
  /** Rows of the batch, and their bytes. */
  items: count,
  totalBytes: bytes,
  counts: countsSchema,
  /** What the unfinished part of the batch waits for, when all of it does. */
  held: z.enum(['no', 'user', 'offline', 'credentials', 'schedule']),
  /** Files with bytes in flight now. */
  active: count,
  sentBytes: bytes,
  verifiedBytes: bytes,
  bytesPerSecond: bytes,
  secondsLeft: z.number().nullable(),
});
export type BatchRow = z.infer<typeof batchRowSchema>;

/** Files held up by the same cause; those of `callback-failed` are done, but their server was not notified. */
export const causeSchema = z.object({
  /** Stable while the cause lasts: destination, state and code. */
  id: z.string(),
  destinationId: destinationIdSchema,
  kind: z.enum(['failed', 'conflict', 'source-changed', 'callback-failed', 'offline', 'credentials', 'disk']),
  fault: faultSchema,
  files: count,
  /** Up to five, for the words. */
  itemIds: z.array(itemIdSchema).max(5),
  names: z.array(z.string()).max(5),
});
export type Cause = z.infer<typeof causeSchema>;

export const summarySchema = z.object({
  items: count,
  doneItems: count,
  endedItems: count,
  totalBytes: bytes,
  verifiedBytes: bytes,
  sentBytes: bytes,
  bytesPerSecond: bytes,
  secondsLeft: z.number().nullable(),
  connections: count,
  scanning: z.boolean(),
  pausedByUser: z.boolean(),
});
export type Summary = z.infer<typeof summarySchema>;

/** How the engine process stands: after a crash it is started again and the window says so. */
export const engineStatusSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('starting') }),
  z.object({ kind: z.literal('running'), restarts: count, resumedItems: count, keptBytes: bytes }),
  z.object({ kind: z.literal('restarting'), restarts: count }),
  z.object({ kind: z.literal('stopped'), fault: faultSchema }),
]);
export type EngineStatus = z.infer<typeof engineStatusSchema>;

export const queueSnapshotSchema = z.object({
  /** Grows by one with each delta; a gap means: take a snapshot again. */
  revision: count,
  batches: z.array(batchRowSchema).max(500),
  causes: z.array(causeSchema).max(100),
  summary: summarySchema,
  engine: engineStatusSchema,
});
export type QueueSnapshot = z.infer<typeof queueSnapshotSchema>;

export const queueDeltaSchema = z.object({
  revision: count,
  batches: z.array(batchRowSchema).max(500),
  removedBatchIds: z.array(batchIdSchema),
  /** Rows that changed; `itemsCut` says that more changed than fit: ask for the visible page again. */
  items: z.array(itemRowSchema).max(500),
  itemsCut: z.boolean(),
  causes: z.array(causeSchema).max(100),
  summary: summarySchema,
});
export type QueueDelta = z.infer<typeof queueDeltaSchema>;

export const itemDetailSchema = z.object({
  row: itemRowSchema,
  key: z.string(),
  /** `oss://bucket/key` */
  address: z.string(),
  destinationId: destinationIdSchema,
  sourcePath: z.string(),
  modifiedAt: instant,
  uploadId: z.string().nullable(),
  partSizeBytes: bytes,
  /** One letter a part: `w` waiting, `s` sending, `v` verified, `a` sent again. A Put has one part. */
  parts: z.string(),
  crc64: z.string().nullable(),
  etag: z.string().nullable(),
  versionId: z.string().nullable(),
  requestIds: z.array(z.string()),
  /** Parts may be left in the bucket, which the sign-in could not look for or abort. */
  possibleOrphan: z.boolean(),
});
export type ItemDetail = z.infer<typeof itemDetailSchema>;

export const scopeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('all') }),
  z.object({ kind: z.literal('batch'), batchId: batchIdSchema }),
  z.object({ kind: z.literal('items'), itemIds: z.array(itemIdSchema).min(1).max(500) }),
]);
export type Scope = z.infer<typeof scopeSchema>;
/**
 * `retry` also sends what changed or is gone through a new look at the file; `remove` takes ended rows away.
 * `overwrite`, `keep-both` and `skip` decide about items in conflict, and about no others.
 */
export const verbSchema = z.enum([
  'pause',
  'resume',
  'retry',
  'cancel',
  'remove',
  'overwrite',
  'keep-both',
  'skip',
]);
export type Verb = z.infer<typeof verbSchema>;

/** `notify` tells a server again of files that are done and of which it does not know; it changes nothing else. */
export const queueVerbSchema = z.enum([...verbSchema.options, 'notify']);
export type QueueVerb = z.infer<typeof queueVerbSchema>;
