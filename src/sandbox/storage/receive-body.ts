import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Crc64, Crc64Pool } from '../crc64';
import { pumpBody } from '../wire/body';
import type { Exchange } from '../wire/exchange';
import { Refusal } from '../wire/refusal';
import type { BlobFiles } from './blob-files';
import type { Piece } from './records';

/** A body that has arrived whole and lies on disk, named by no record yet. */
export interface ReceivedBody {
  readonly piece: Piece;
  readonly sizeBytes: number;
  readonly crc64: bigint;
  readonly md5: Buffer;
}

const SMALL_BYTES = 256 << 10;
const BATCH_BYTES = 1 << 20;

/** Takes bodies in: hashes while they stream, and writes them to blobs unless told to discard. */
export class BodyReceiver {
  readonly #blobs: BlobFiles;
  readonly #crcs: Crc64Pool;
  readonly #discards: boolean;

  constructor(blobs: BlobFiles, crcs: Crc64Pool, discards: boolean) {
    this.#blobs = blobs;
    this.#crcs = crcs;
    this.#discards = discards;
  }

  /** Begins a body that comes in other than as the whole of a request; it must be finished or discarded. */
  async open(): Promise<Intake> {
    return new Intake(this.#blobs, await this.#crcs.begin(), this.#discards);
  }

  /**
   * Receives the whole body. Refuses one over `limitBytes` with EntityTooLarge, and rejects with
   * ClientGone where it ends early; in both cases nothing stays behind.
   */
  async receive(exchange: Exchange, limitBytes: number): Promise<ReceivedBody> {
    const intake = await this.open();
    try {
      await pumpBody(exchange, (chunk) => {
        if (exchange.receivedBytes > limitBytes) {
          throw new Refusal(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size.');
        }
        return intake.take(chunk);
      });
      return await intake.finish();
    } catch (error) {
      await intake.discard();
      throw error;
    }
  }
}

/**
 * One body on its way to disk. Small ones are kept in memory and written in one synchronous go, which
 * spares four trips through the thread pool; big ones are written a mebibyte at a time.
 */
export class Intake {
  readonly #blobs: BlobFiles;
  readonly #crc: Crc64;
  readonly #md5: Hash = createHash('md5');
  readonly #discards: boolean;
  #batch: Buffer[] = [];
  #batchBytes = 0;
  #sizeBytes = 0;
  #open: { readonly blob: string; readonly file: FileHandle } | null = null;
  #write: Promise<void> | undefined;
  #isReleased = false;

  constructor(blobs: BlobFiles, crc: Crc64, discards: boolean) {
    this.#blobs = blobs;
    this.#crc = crc;
    this.#discards = discards;
  }

  /** Takes a chunk; where a promise comes back, no more may be given until it settles. */
  take(chunk: Buffer): Promise<void> | undefined {
    this.#crc.update(chunk);
    this.#md5.update(chunk);
    this.#sizeBytes += chunk.length;
    if (this.#discards) return undefined;
    this.#batch.push(chunk);
    this.#batchBytes += chunk.length;
    if (this.#batchBytes < BATCH_BYTES) return undefined;
    // One write runs while the next batch fills; a second full batch makes the client wait.
    const previous = this.#write;
    this.#write = this.#flush(previous);
    this.#write.catch(() => undefined);
    return previous;
  }

  async #flush(previous: Promise<void> | undefined): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    await previous;
    this.#open ??= await this.#blobs.create();
    for (let rest = batch; rest.length > 0;) {
      const { bytesWritten } = await this.#open.file.writev(rest);
      rest = withoutFirst(rest, bytesWritten);
    }
  }

  /** Ends the body. */
  async finish(): Promise<ReceivedBody> {
    const piece = await this.#store();
    const crc64 = this.#crc.value();
    this.#release();
    return {
      piece,
      sizeBytes: this.#sizeBytes,
      crc64,
      md5: this.#md5.digest(),
    };
  }

  async #store(): Promise<Piece> {
    const sizeBytes = this.#sizeBytes;
    if (this.#discards || sizeBytes === 0) return { blob: '', offset: 0, sizeBytes };
    if (this.#write === undefined && sizeBytes <= SMALL_BYTES) {
      return this.#blobs.writeSmall(this.#batch, sizeBytes);
    }
    await this.#flush(this.#write);
    if (!this.#open) throw new Error('a flushed body has a file');
    await this.#open.file.close();
    return { blob: this.#open.blob, offset: 0, sizeBytes };
  }

  /** Forgets the body. */
  async discard(): Promise<void> {
    this.#release();
    await this.#write?.catch(() => undefined);
    if (!this.#open) return;
    await this.#open.file.close().catch(() => undefined);
    this.#blobs.release([{ blob: this.#open.blob, offset: 0, sizeBytes: 0 }]);
  }

  #release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#crc.release();
  }
}

function withoutFirst(buffers: readonly Buffer[], count: number): Buffer[] {
  let skip = count;
  const rest: Buffer[] = [];
  for (const buffer of buffers) {
    if (skip >= buffer.length) skip -= buffer.length;
    else {
      rest.push(skip === 0 ? buffer : buffer.subarray(skip));
      skip = 0;
    }
  }
  return rest;
}
