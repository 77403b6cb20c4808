import { z } from 'zod';
import type { Branded } from './brand';

/** Row of one batch: one drop, one command line. Counts from 1, below 2^21. */
export type BatchId = Branded<number, 'BatchId'>;
/**
 * Row of one file in the queue: `batchId × 2^32 + position in the batch (from 1)`. So the rows of a batch are a
 * range of ids, and the n-th row is found without counting.
 */
export type ItemId = Branded<number, 'ItemId'>;
export type DestinationId = Branded<string, 'DestinationId'>;
/** A key as OSS stores it: 1 to 1023 bytes of UTF-8, separators `/`. */
export type ObjectKey = Branded<string, 'ObjectKey'>;
export type UploadId = Branded<string, 'UploadId'>;
/** Without quotes, as OSS wrote it (MD5 in upper-case hex for a Put or a part; opaque for a multipart object). */
export type ETag = Branded<string, 'ETag'>;
/** CRC-64/XZ as OSS writes it in `x-oss-hash-crc64ecma`: unsigned, decimal. */
export type Crc64 = Branded<string, 'Crc64'>;

const POSITIONS = 2 ** 32;

/** The id of the file at `position` (from 1) of a batch. */
export function itemIdAt(batchId: BatchId, position: number): ItemId {
  return (batchId * POSITIONS + position) as ItemId;
}

export function batchOf(itemId: ItemId): BatchId {
  return Math.floor(itemId / POSITIONS) as BatchId;
}

/** Position (from 1) of a file in its batch. */
export function positionOf(itemId: ItemId): number {
  return itemId % POSITIONS;
}

const integer = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
export const batchIdSchema = integer.transform((value) => value as BatchId);
export const itemIdSchema = integer.transform((value) => value as ItemId);
export const destinationIdSchema = z
  .string()
  .min(1)
  .max(64)
  .transform((value) => value as DestinationId);
