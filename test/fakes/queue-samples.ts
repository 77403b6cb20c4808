/** Batches, files and facts for tests of the store. */
import type { Snapshot, UploadedPart } from '../../src/engine/ports';
import type { ItemEnd, Leftover, StoreRecord } from '../../src/engine/queue-ports';
import { fault, type FaultCode, type Outcome } from '../../src/shared/faults';
import type { Crc64, DestinationId, ETag, ItemId, ObjectKey, UploadId } from '../../src/shared/ids';
import type { FoundItem, NewBatch } from '../../src/store/queue-types';

export const DESTINATION = 'home' as DestinationId;

export function newBatch(more: Partial<NewBatch> = {}): NewBatch {
  return {
    destinationId: DESTINATION,
    name: 'photos',
    kind: 'folder',
    roots: [{ path: '/data/photos', keyPrefix: 'uploads/photos/', isFile: false }],
    prefix: 'uploads/',
    conflict: 'never-overwrite',
    createdAt: 1_000,
    normalizeNames: 'as-is',
    ...more,
  };
}

export const snapshotOf = (number: number): Snapshot => ({
  sizeBytes: number * 1_000,
  modifiedAt: 500.25 + number,
  fingerprint: `look ${number}`,
});

/** `count` files, numbered from `first`. */
export const found = (first: number, count: number): readonly FoundItem[] =>
  Array.from({ length: count }, (_, index) => {
    const number = first + index;
    const name = `2024/${number}.jpg`;
    return {
      rootIndex: 0,
      name,
      key: `uploads/photos/${name}` as ObjectKey,
      snapshot: snapshotOf(number),
    };
  });

export const part = (partNumber: number): UploadedPart => ({
  partNumber,
  sizeBytes: 1_000,
  etag: `ETAG${partNumber}` as ETag,
  crc64: String(partNumber) as Crc64,
});

export const done = (): ItemEnd => ({
  kind: 'done',
  crc64: '17704302369472222474' as Crc64,
  etag: 'ABC' as ETag,
  versionId: null,
  requestIds: ['request-2', 'request-3'],
});

export const failed = (code: FaultCode): ItemEnd => ({ kind: 'failed', fault: fault(code, 'It failed.') });

export const uploadIdOf = (itemId: ItemId): UploadId => `upload-${itemId}` as UploadId;

export const created = (itemId: ItemId): StoreRecord => ({
  kind: 'upload-created',
  itemId,
  uploadId: uploadIdOf(itemId),
  partSizeBytes: 1_000,
  requestId: 'request-1',
});

export const stored = (itemId: ItemId, partNumber: number): StoreRecord => ({
  kind: 'part-stored',
  itemId,
  part: part(partNumber),
});

export const end = (itemId: ItemId, how: ItemEnd): StoreRecord => ({
  kind: 'ended',
  itemId,
  at: 7,
  end: how,
});

/** What `created` leaves behind, for file number `file`. */
export const leftover = (itemId: ItemId, file: number): Leftover => ({
  itemId,
  destinationId: DESTINATION,
  key: `uploads/photos/2024/${file}.jpg` as ObjectKey,
  uploadId: uploadIdOf(itemId),
});

/** The value of an outcome that must be good. */
export function must<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.fault.code}: ${outcome.fault.message}`);
  return outcome.value;
}
