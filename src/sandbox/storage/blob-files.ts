import { closeSync, mkdirSync, openSync, readdirSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { randomHex } from '../random-hex';
import type { Piece } from './records';

const READ_BYTES = 256 << 10;
const PACK_BYTES = 64 << 20;

interface Pack {
  readonly blob: string;
  readonly descriptor: number;
  sizeBytes: number;
}

/**
 * The files that hold the bytes: one for each big body, and packs for small ones, because creating a file
 * costs more than all else that a small PUT does. Bytes become part of an object only by a line of the
 * journal that names them, so a half-written body is never seen; what no line names is deleted at the next
 * start. A file lives while records or readers use it; a pack goes with the last of its bodies.
 */
export class BlobFiles {
  readonly #folder: string;
  readonly #uses = new Map<string, number>();
  readonly #deletions = new Set<Promise<void>>();
  #pack: Pack | null = null;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  #path(blob: string): string {
    return join(this.#folder, blob);
  }

  /** Writes a small body at once. It is in use until it is released. */
  writeSmall(chunks: readonly Buffer[], sizeBytes: number): Piece {
    const pack = this.#packFor(sizeBytes);
    const piece = { blob: pack.blob, offset: pack.sizeBytes, sizeBytes };
    let position = piece.offset;
    for (const chunk of chunks) {
      for (let written = 0; written < chunk.length;) {
        written += writeSync(pack.descriptor, chunk, written, chunk.length - written, position + written);
      }
      position += chunk.length;
    }
    pack.sizeBytes = position;
    this.use([piece]);
    return piece;
  }

  #packFor(sizeBytes: number): Pack {
    if (this.#pack && this.#pack.sizeBytes + sizeBytes <= PACK_BYTES) return this.#pack;
    this.#closePack();
    const blob = `${randomHex(12)}.pack`;
    this.#pack = { blob, descriptor: openSync(this.#path(blob), 'wx', 0o600), sizeBytes: 0 };
    // Its own use: a pack that is still written to must not go when its only body is deleted.
    this.use([{ blob, offset: 0, sizeBytes: 0 }]);
    return this.#pack;
  }

  #closePack(): void {
    if (!this.#pack) return;
    closeSync(this.#pack.descriptor);
    this.release([{ blob: this.#pack.blob, offset: 0, sizeBytes: 0 }]);
    this.#pack = null;
  }

  /** Opens a file for a big body. It is in use until it is released. */
  async create(): Promise<{ readonly blob: string; readonly file: FileHandle }> {
    const blob = randomHex(12);
    const file = await open(this.#path(blob), 'wx', 0o600);
    this.use([{ blob, offset: 0, sizeBytes: 0 }]);
    return { blob, file };
  }

  /** Counts one more use of each piece's file. */
  use(pieces: readonly Piece[]): void {
    for (const { blob } of pieces) if (blob !== '') this.#uses.set(blob, (this.#uses.get(blob) ?? 0) + 1);
  }

  /** Counts one use less of each piece's file, and deletes those that nobody uses any more. */
  release(pieces: readonly Piece[]): void {
    for (const { blob } of pieces) {
      const uses = this.#uses.get(blob);
      // Unknown: a reset has deleted it meanwhile.
      if (uses === undefined) continue;
      if (uses > 1) this.#uses.set(blob, uses - 1);
      else this.#delete(blob);
    }
  }

  #delete(blob: string): void {
    this.#uses.delete(blob);
    // A file that is already gone is what was wanted.
    const deletion = unlink(this.#path(blob)).catch(() => undefined);
    this.#deletions.add(deletion);
    void deletion.then(() => this.#deletions.delete(deletion));
  }

  /** The bytes `from` to `to` (exclusive) of pieces laid end to end. */
  async *read(pieces: readonly Piece[], from: number, to: number): AsyncGenerator<Buffer> {
    this.use(pieces);
    try {
      let passed = 0;
      for (const piece of pieces) {
        const start = Math.max(from - passed, 0);
        const end = Math.min(to - passed, piece.sizeBytes);
        if (start < end) yield* this.#readPiece(piece, start, end);
        passed += piece.sizeBytes;
      }
    } finally {
      this.release(pieces);
    }
  }

  async *#readPiece(piece: Piece, start: number, end: number): AsyncGenerator<Buffer> {
    const file = await open(this.#path(piece.blob), 'r');
    try {
      for (let position = start; position < end;) {
        const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, end - position));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, piece.offset + position);
        if (bytesRead === 0) throw new Error(`the file ${piece.blob} is shorter than its record says`);
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  /** Deletes every file that is not in use: what a killed process left half-written. */
  sweep(): void {
    for (const blob of readdirSync(this.#folder)) if (!this.#uses.has(blob)) unlinkSync(this.#path(blob));
  }

  /** Deletes every file. */
  clear(): void {
    this.#closePack();
    this.#uses.clear();
    for (const blob of readdirSync(this.#folder)) rmSync(this.#path(blob), { force: true });
  }

  /** Resolves when every deletion that was begun is done. */
  async close(): Promise<void> {
    this.#closePack();
    await Promise.all(this.#deletions);
  }
}
