/** The disk, as the engine sees it: looks, and bytes with the CRC-64 of what was truly read. */
import { createHash } from 'node:crypto';
import { open, stat, type FileHandle } from 'node:fs/promises';
import type { FilesPort, RangeBody, RangeDigest, Source, WholeBody } from '../../engine/ports';
import { changeBetween } from '../../engine/source-change';
import { failure, fault, success, type Fault, type Outcome } from '../../shared/faults';
import type { Crc64 } from '../../shared/ids';
import { BUFFER_BYTES, BufferPool } from './buffer-pool';
import { startCrc64, type RunningCrc64 } from './crc64';
import { cutShort, snapshotOf, sourceFault } from './source';

/** 64 MiB for small files held whole; two buffers for each of 32 sockets that read as they send. */
const WHOLE_BUFFERS = 64;
const RANGE_BUFFERS = 64;

/** The disk, and `rest`, which lets go of buffers that are not in use. */
export function createFiles(): FilesPort & { rest(): void } {
  const wholes = new BufferPool(WHOLE_BUFFERS);
  const ranges = new BufferPool(RANGE_BUFFERS);
  return {
    look,
    readWhole: (source) => readWhole(source, wholes),
    openRange: (source, offsetBytes, sizeBytes) => openRange(source, offsetBytes, sizeBytes, ranges),
    openSealed: (source) =>
      openReading(source, { offset: 0, size: source.snapshot.sizeBytes, sealed: true }, ranges),
    digest: (source, offsetBytes, sizeBytes) => digest(source, offsetBytes, sizeBytes, ranges),
    rest: () => {
      wholes.rest();
      ranges.rest();
    },
  };
}

async function look(path: string): ReturnType<FilesPort['look']> {
  try {
    const stats = await stat(path, { bigint: true });
    if (!stats.isFile()) return failure(noFile(path));
    return success(snapshotOf(stats));
  } catch (error) {
    return failure(sourceFault(path, error));
  }
}

const noFile = (path: string): Fault => fault('source-unreadable', `${path} is not a file any more.`);

/** P5: the path still leads to the file that was found, unchanged. */
async function changed({ path, snapshot }: Source): Promise<Fault | null> {
  const now = await look(path);
  return now.ok ? changeBetween(path, snapshot, now.value) : now.fault;
}

/** Opens the file if it is still the one that was found. */
async function openUnchanged({ path, snapshot }: Source): Promise<Outcome<FileHandle>> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(path, 'r');
    const stats = await handle.stat({ bigint: true });
    const change = stats.isFile() ? changeBetween(path, snapshot, snapshotOf(stats)) : noFile(path);
    if (change === null) return success(handle);
    await handle.close();
    // Taken away or replaced in this very moment, the open file differs too: the path tells which it was.
    const now = await look(path);
    return failure(now.ok ? change : now.fault);
  } catch (error) {
    await handle?.close();
    return failure(sourceFault(path, error));
  }
}

async function readWhole(source: Source, pool: BufferPool): Promise<Outcome<WholeBody>> {
  const { sizeBytes } = source.snapshot;
  const buffers = await pool.take(Math.ceil(sizeBytes / BUFFER_BYTES));
  const read = await fill(source, buffers);
  const change = read.ok ? await changed(source) : read.fault;
  if (!read.ok || change !== null) {
    pool.giveBack(buffers);
    return failure(change ?? cutShort(source.path));
  }
  const pieces = read.value;
  const crc64 = await startCrc64();
  const md5 = createHash('md5');
  for (const piece of pieces) {
    crc64.update(piece);
    md5.update(piece);
  }
  return success({
    sizeBytes,
    crc64: crc64.finish(),
    md5: md5.digest('base64'),
    chunks: () => overPieces(pieces),
    release: () => pool.giveBack(buffers),
  });
}

async function fill(source: Source, buffers: readonly Buffer[]): Promise<Outcome<readonly Uint8Array[]>> {
  const opened = await openUnchanged(source);
  if (!opened.ok) return opened;
  try {
    const pieces: Uint8Array[] = [];
    let offset = 0;
    for (const buffer of buffers) {
      const wanted = Math.min(BUFFER_BYTES, source.snapshot.sizeBytes - offset);
      const count = await readFully(opened.value, buffer, wanted, offset);
      if (count < wanted) return failure(cutShort(source.path));
      pieces.push(buffer.subarray(0, count));
      offset += count;
    }
    return success(pieces);
  } catch (error) {
    return failure(sourceFault(source.path, error));
  } finally {
    await opened.value.close();
  }
}

async function* overPieces(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}

/** A read may give less than was asked for before the end; only 0 is the end. */
async function readFully(
  handle: FileHandle,
  buffer: Buffer,
  wanted: number,
  offset: number,
): Promise<number> {
  let count = 0;
  while (count < wanted) {
    const { bytesRead } = await handle.read(buffer, count, wanted - count, offset + count);
    if (bytesRead === 0) break;
    count += bytesRead;
  }
  return count;
}

function openRange(
  source: Source,
  offsetBytes: number,
  sizeBytes: number,
  pool: BufferPool,
): Promise<Outcome<RangeBody>> {
  return openReading(source, { offset: offsetBytes, size: sizeBytes, sealed: false }, pool);
}

/** What is read of a file. `sealed`: the last chunk comes only after a second look at the file agrees (P1). */
interface Range {
  readonly offset: number;
  readonly size: number;
  readonly sealed: boolean;
}

async function openReading(source: Source, range: Range, pool: BufferPool): Promise<Outcome<RangeBody>> {
  const opened = await openUnchanged(source);
  if (!opened.ok) return opened;
  const buffers = await pool.take(2);
  const reading = new RangeReading(opened.value, buffers, source, range, await startCrc64());
  return success({
    sizeBytes: range.size,
    chunks: () => reading.chunks(),
    finish: () => reading.finish(),
    close: async () => {
      await reading.close();
      pool.giveBack(buffers);
    },
  });
}

/** A range read into two buffers in turn: while one is on its way to the socket the next one fills. */
class RangeReading {
  readonly #handle: FileHandle;
  readonly #buffers: readonly Buffer[];
  readonly #source: Source;
  readonly #range: Range;
  readonly #crc64: RunningCrc64;
  #done = 0;
  #trouble: Fault | null = null;
  #ahead: Promise<Uint8Array | null> = Promise.resolve(null);

  constructor(
    handle: FileHandle,
    buffers: readonly Buffer[],
    source: Source,
    range: Range,
    crc64: RunningCrc64,
  ) {
    this.#handle = handle;
    this.#buffers = buffers;
    this.#source = source;
    this.#range = range;
    this.#crc64 = crc64;
  }

  /**
   * Ends early when the file does: a request whose body ends early is never finished, so nothing mixed is stored. A
   * sealed range throws in place of its last chunk when the file changed meanwhile.
   */
  async *chunks(): AsyncGenerator<Uint8Array> {
    const { size, sealed } = this.#range;
    let turn = 0;
    this.#ahead = this.#read(turn, 0);
    if (sealed && size === 0) await this.#breakSeal();
    for (let asked = 0; asked < size;) {
      const chunk = await this.#ahead;
      if (chunk === null) return;
      asked += chunk.length;
      turn = 1 - turn;
      this.#ahead = asked < size ? this.#read(turn, asked) : Promise.resolve(null);
      this.#crc64.update(chunk);
      this.#done = asked;
      if (sealed && asked === size) await this.#breakSeal();
      yield chunk;
    }
  }

  async #breakSeal(): Promise<void> {
    this.#trouble = await changed(this.#source);
    if (this.#trouble !== null) throw new Error(this.#trouble.message);
  }

  async finish(): Promise<Outcome<Crc64>> {
    const change = this.#trouble ?? (await changed(this.#source));
    if (change !== null) return failure(change);
    if (this.#done < this.#range.size)
      return failure(fault('connection-lost', 'The body was not read to its end.'));
    return success(this.#crc64.finish());
  }

  /** A read that is on its way still writes into its buffer: wait for it before the buffer is given away. */
  async close(): Promise<void> {
    await this.#ahead;
    await this.#handle.close();
  }

  async #read(turn: number, done: number): Promise<Uint8Array | null> {
    const buffer = this.#buffers[turn];
    if (buffer === undefined) return null;
    const wanted = Math.min(BUFFER_BYTES, this.#range.size - done);
    try {
      const count = await readFully(this.#handle, buffer, wanted, this.#range.offset + done);
      if (count === wanted) return buffer.subarray(0, count);
      this.#trouble = (await changed(this.#source)) ?? cutShort(this.#source.path);
    } catch (error) {
      this.#trouble = sourceFault(this.#source.path, error);
    }
    return null;
  }
}

async function digest(
  source: Source,
  offsetBytes: number,
  sizeBytes: number,
  pool: BufferPool,
): Promise<Outcome<RangeDigest>> {
  const body = await openRange(source, offsetBytes, sizeBytes, pool);
  if (!body.ok) return body;
  try {
    const md5 = createHash('md5');
    for await (const chunk of body.value.chunks()) md5.update(chunk);
    const crc64 = await body.value.finish();
    if (!crc64.ok) return crc64;
    return success({ crc64: crc64.value, md5: md5.digest('hex').toUpperCase() });
  } finally {
    await body.value.close();
  }
}
