import { LARGEST_PART, MOST_PARTS, SMALLEST_PART } from './limits';

export interface PartRange {
  readonly partNumber: number;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** Next power of two of size / 1000, between 1 MiB and 512 MiB; at most 9,500 parts come of it. */
export function choosePartSize(sizeBytes: number): number {
  const wanted = Math.max(sizeBytes / 1000, sizeBytes / MOST_PARTS, SMALLEST_PART);
  return Math.min(2 ** Math.ceil(Math.log2(wanted)), LARGEST_PART);
}

/** Parts of a file; an empty file has none (it goes by PutObject). */
export function countParts(sizeBytes: number, partSizeBytes: number): number {
  return Math.ceil(sizeBytes / partSizeBytes);
}

/** Where part `partNumber` (from 1) lies in its file. */
export function rangeOfPart(sizeBytes: number, partSizeBytes: number, partNumber: number): PartRange {
  const offsetBytes = (partNumber - 1) * partSizeBytes;
  return { partNumber, offsetBytes, sizeBytes: Math.min(partSizeBytes, sizeBytes - offsetBytes) };
}
