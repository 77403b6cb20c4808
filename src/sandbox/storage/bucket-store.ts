import { join } from 'node:path';
import { AppendFile } from './append-file';
import { BlobFiles } from './blob-files';
import type { JournalRecord, MultipartUpload, StoredObject, StoredPart, UploadHead } from './records';
import { SortedKeys } from './sorted-keys';

interface OpenUpload extends UploadHead {
  readonly parts: Map<number, StoredPart>;
}

const COMPACT_ABOVE_LINES = 1_000;

/**
 * Objects and unfinished uploads of the one bucket. Every change is one line of the journal, written
 * before memory changes and before anybody is answered; both happen in one synchronous step, so two
 * requests can not both pass a check and then both change (the race of x-oss-forbid-overwrite).
 * Written lines survive a kill of the process; nothing is fsynced, so a power cut may lose the last ones.
 */
export class BucketStore {
  readonly blobs: BlobFiles;
  readonly #objects = new Map<string, StoredObject>();
  readonly #uploads = new Map<string, OpenUpload>();
  readonly #keys = new SortedKeys(this.#objects);
  readonly #journal: AppendFile;
  #epoch = 0;

  constructor(folder: string) {
    this.blobs = new BlobFiles(join(folder, 'blobs'));
    let lines = 0;
    this.#journal = AppendFile.open(join(folder, 'journal.jsonl'), (line) => {
      lines += 1;
      this.#apply(JSON.parse(line) as JournalRecord);
    });
    if (lines > COMPACT_ABOVE_LINES && lines > 2 * this.#liveLines()) this.#journal.replace(this.#snapshot());
    for (const pieces of this.#namedPieces()) this.blobs.use(pieces);
    this.blobs.sweep();
  }

  /** Changes at every reset: a body that began to arrive before one must not be recorded after it. */
  get epoch(): number {
    return this.#epoch;
  }

  object(key: string): StoredObject | null {
    return this.#objects.get(key) ?? null;
  }

  upload(uploadId: string): MultipartUpload | null {
    return this.#uploads.get(uploadId) ?? null;
  }

  uploads(): MultipartUpload[] {
    return [...this.#uploads.values()];
  }

  /** All keys in OSS's order, and where to begin after one. */
  get keys(): SortedKeys {
    return this.#keys;
  }

  put(object: StoredObject): void {
    this.#commit({ deed: 'put', object });
  }

  delete(key: string): void {
    if (this.#objects.has(key)) this.#commit({ deed: 'delete', key });
  }

  initiate(upload: UploadHead): void {
    this.#commit({ deed: 'initiate', upload });
  }

  addPart(uploadId: string, part: StoredPart): void {
    this.#commit({ deed: 'part', uploadId, part });
  }

  complete(uploadId: string, object: StoredObject): void {
    this.#commit({ deed: 'complete', uploadId, object });
  }

  abort(uploadId: string): void {
    this.#commit({ deed: 'abort', uploadId });
  }

  /** Forgets every object and upload, on disk too. */
  reset(): void {
    this.#epoch += 1;
    this.#journal.replace([]);
    this.#objects.clear();
    this.#uploads.clear();
    this.#keys.changed();
    this.blobs.clear();
  }

  async close(): Promise<void> {
    await this.blobs.close();
    this.#journal.close();
  }

  #commit(record: JournalRecord): void {
    this.#journal.append(`${JSON.stringify(record)}\n`);
    const before = this.#piecesTouchedBy(record);
    this.#apply(record);
    const kept = new Set(this.#piecesTouchedBy(record));
    this.blobs.release(before.filter((piece) => !kept.has(piece)));
  }

  /** The pieces that the places a record touches refer to at this moment. */
  #piecesTouchedBy(record: JournalRecord): StoredObject['pieces'] {
    switch (record.deed) {
      case 'put':
        return this.#objects.get(record.object.key)?.pieces ?? [];
      case 'delete':
        return this.#objects.get(record.key)?.pieces ?? [];
      case 'initiate':
        return [];
      case 'part': {
        const part = this.#uploads.get(record.uploadId)?.parts.get(record.part.partNumber);
        return part ? [part.piece] : [];
      }
      case 'complete':
        return [
          ...(this.#objects.get(record.object.key)?.pieces ?? []),
          ...partPieces(this.#uploads.get(record.uploadId)),
        ];
      case 'abort':
        return partPieces(this.#uploads.get(record.uploadId));
    }
  }

  #apply(record: JournalRecord): void {
    switch (record.deed) {
      case 'put':
        this.#setObject(record.object);
        return;
      case 'delete':
        this.#objects.delete(record.key);
        this.#keys.changed();
        return;
      case 'initiate':
        this.#uploads.set(record.upload.uploadId, { ...record.upload, parts: new Map() });
        return;
      case 'part':
        this.#uploads.get(record.uploadId)?.parts.set(record.part.partNumber, record.part);
        return;
      case 'complete':
        this.#uploads.delete(record.uploadId);
        this.#setObject(record.object);
        return;
      case 'abort':
        this.#uploads.delete(record.uploadId);
        return;
    }
  }

  #setObject(object: StoredObject): void {
    if (!this.#objects.has(object.key)) this.#keys.changed();
    this.#objects.set(object.key, object);
  }

  #liveLines(): number {
    let lines = this.#objects.size + this.#uploads.size;
    for (const upload of this.#uploads.values()) lines += upload.parts.size;
    return lines;
  }

  *#snapshot(): Generator<string> {
    for (const object of this.#objects.values()) yield line({ deed: 'put', object });
    for (const { parts, ...upload } of this.#uploads.values()) {
      yield line({ deed: 'initiate', upload });
      for (const part of parts.values()) yield line({ deed: 'part', uploadId: upload.uploadId, part });
    }
  }

  *#namedPieces(): Generator<StoredObject['pieces']> {
    for (const object of this.#objects.values()) yield object.pieces;
    for (const upload of this.#uploads.values()) yield partPieces(upload);
  }
}

function line(record: JournalRecord): string {
  return `${JSON.stringify(record)}\n`;
}

function partPieces(upload: OpenUpload | undefined): StoredObject['pieces'] {
  return upload ? [...upload.parts.values()].map((part) => part.piece) : [];
}
