import { createHash } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { failure, fault, success, type Outcome } from '../../shared/faults';
import type { BatchId } from '../../shared/ids';
import { endpointOf, type Profile } from '../../shared/profile';
import type { ReceiptEnd, ReceiptHeader, ReceiptLine } from '../../shared/receipt';
import { openQueueReader } from '../../store/queue-reader';
import type { EndedItem, QueueReader } from '../../store/queue-types';
import { readQueue } from '../views/queue-status';

export interface ReceiptFacts {
  readonly profile: Profile;
  /** Name and version of what writes it. */
  readonly app: string;
  readonly startedAt: number;
}

/**
 * Writes what a queue folder has brought into the bucket, all runs on it together, in the order of the drops. The file
 * takes its name only when it is whole and on the disk. Faults: disk-full in one sentence, and those of the queue.
 */
export async function writeReceipt(
  directory: string,
  file: string,
  facts: ReceiptFacts,
): Promise<Outcome<void>> {
  const status = readQueue(directory);
  if (!status.ok) return status;
  const summary = Object.fromEntries(Object.entries(status.value).filter(([name]) => name !== 'batches'));
  const reader = openQueueReader(directory);
  if (!reader.ok) return reader;
  const draft = `${file}.part`;
  try {
    const handle = await open(draft, 'w');
    const written = await fill(handle, reader.value, facts, summary).finally(() => handle.close());
    if (!written.ok) {
      await rm(draft, { force: true });
      return written;
    }
    await rename(draft, file);
    return success(undefined);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return failure(fault('disk-full', `The receipt ${file} cannot be written (${code}).`));
  } finally {
    reader.value.close();
  }
}

async function fill(
  handle: FileHandle,
  reader: QueueReader,
  { profile, app, startedAt }: ReceiptFacts,
  summary: ReceiptEnd['summary'],
): Promise<Outcome<void>> {
  const hash = createHash('sha256');
  const put = async (text: string): Promise<void> => {
    hash.update(text);
    await handle.writeFile(text);
  };
  const { region, bucket } = profile;
  const header: ReceiptHeader = {
    receipt: 1,
    app,
    region,
    bucket,
    endpoint: endpointOf(profile),
    startedAt: new Date(startedAt).toISOString(),
  };
  await put(lineOf(header));
  const newest = reader.listBatches(1);
  if (!newest.ok) return newest;
  // Ids count up; those of removed batches hold nothing.
  for (let id = 1; id <= (newest.value[0]?.batchId ?? 0); id += 1)
    for await (const page of reader.endedItems(id as BatchId)) {
      if (!page.ok) return page;
      const lines = page.value.map(receiptLine).filter((line) => line !== null);
      if (lines.length > 0) await put(lines.map(lineOf).join(''));
    }
  const end: ReceiptEnd = { summary, sha256: hash.digest('hex') };
  await handle.writeFile(lineOf(end));
  await handle.sync();
  return success(undefined);
}

const lineOf = (value: ReceiptHeader | ReceiptLine | ReceiptEnd): string => `${JSON.stringify(value)}\n`;

/** Null for what is not in the bucket. */
function receiptLine(item: EndedItem): ReceiptLine | null {
  const { key, sourcePath, sizeBytes, modifiedAt, at, end, possibleOrphan } = item;
  if (end.kind !== 'done' && end.kind !== 'skipped') return null;
  const { kind: state, crc64, etag } = end;
  return {
    key,
    path: sourcePath,
    size: sizeBytes,
    mtime: new Date(modifiedAt).toISOString(),
    crc64,
    etag,
    ...(end.kind === 'done' && end.versionId !== null ? { versionId: end.versionId } : {}),
    requestIds: end.kind === 'done' ? [...end.requestIds] : [],
    ...(possibleOrphan ? { possibleOrphan } : {}),
    state,
    at: new Date(at).toISOString(),
  };
}
