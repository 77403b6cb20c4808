import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, unlinkSync, writevSync } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Piece } from './records';

const READ_BYTES = 256 << 10;

/**
 * The files that hold the bytes. A file becomes part of an object only by a line of the journal that
 * names it, so a half-written one is never seen; what no line names is deleted at the next start.
 */
export class BlobFiles {
  readonly #folder: string;
  readonly #readers = new Map<string, number>();
  readonly #doomed = new Set<string>();
  readonly #deletions = new Set<Promise<void>>();

  constructor(folder: string) {
    this.#folder = folder;
    for (let index = 0; index < 256; index += 1) {
      mkdirSync(join(folder, index.toString(16).padStart(2, '0')), { recursive: true });
    }
  }

  #path(blob: string): string {
    return join(this.#folder, blob.slice(0, 2), blob);
  }

  /** Writes a small blob at once and returns its name. */
  writeSmall(chunks: readonly Buffer[]): string {
    const blob = newBlobName();
    const descriptor = openSync(this.#path(blob), 'wx', 0o600);
    try {
      if (chunks.length > 0) writevSync(descriptor, chunks);
    } finally {
      closeSync(descriptor);
    }
    return blob;
  }

  /** Opens a new blob for streaming into. */
  async create(): Promise<{ readonly blob: string; readonly file: FileHandle }> {
    const blob = newBlobName();
    return { blob, file: await open(this.#path(blob), 'wx', 0o600) };
  }

  /** The bytes `from` to `to` (exclusive) of pieces laid end to end; deletion waits until they are read. */
  async *read(pieces: readonly Piece[], from: number, to: number): AsyncGenerator<Buffer> {
    this.#hold(pieces, 1);
    try {
      let offset = 0;
      for (const piece of pieces) {
        const start = Math.max(from - offset, 0);
        const end = Math.min(to - offset, piece.sizeBytes);
        if (start < end) yield* this.#readPiece(piece, start, end);
        offset += piece.sizeBytes;
      }
    } finally {
      this.#hold(pieces, -1);
    }
  }

  async *#readPiece(piece: Piece, start: number, end: number): AsyncGenerator<Buffer> {
    const file = await open(this.#path(piece.blob), 'r');
    try {
      for (let position = start; position < end;) {
        const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, end - position));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
        if (bytesRead === 0) throw new Error(`blob ${piece.blob} is shorter than its record says`);
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  #hold(pieces: readonly Piece[], change: 1 | -1): void {
    for (const { blob } of pieces) {
      const readers = (this.#readers.get(blob) ?? 0) + change;
      if (readers > 0) this.#readers.set(blob, readers);
      else this.#readers.delete(blob);
      if (readers === 0 && this.#doomed.delete(blob)) this.delete([{ blob, sizeBytes: 0 }]);
    }
  }

  /** Deletes pieces that no record names any more, once their readers are done. */
  delete(pieces: readonly Piece[]): void {
    for (const { blob } of pieces) {
      if (blob === '') continue;
      if (this.#readers.has(blob)) {
        this.#doomed.add(blob);
        continue;
      }
      // A blob that is already gone is what was wanted.
      const deletion = unlink(this.#path(blob)).catch(() => undefined);
      this.#deletions.add(deletion);
      void deletion.then(() => this.#deletions.delete(deletion));
    }
  }

  /** Deletes every blob that `isNamed` does not know. */
  sweep(isNamed: (blob: string) => boolean): void {
    for (const shard of readdirSync(this.#folder)) {
      for (const blob of readdirSync(join(this.#folder, shard))) {
        if (!isNamed(blob)) unlinkSync(join(this.#folder, shard, blob));
      }
    }
  }

  /** Deletes every blob. */
  clear(): void {
    for (const shard of readdirSync(this.#folder)) {
      for (const blob of readdirSync(join(this.#folder, shard))) {
        rmSync(join(this.#folder, shard, blob), { force: true });
      }
    }
  }

  /** Resolves when every deletion that was begun is done. */
  async settle(): Promise<void> {
    await Promise.all(this.#deletions);
  }
}

function newBlobName(): string {
  return randomBytes(12).toString('hex');
}
