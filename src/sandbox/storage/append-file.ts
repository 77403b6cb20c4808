import {
  closeSync,
  constants,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

const READ_BYTES = 1 << 20;
const NEWLINE = 0x0a;

/**
 * A file of JSON lines that is only ever appended to. A line counts once its line break is written: a
 * process that is killed while it writes leaves a torn last line, which the next opening cuts off.
 */
export class AppendFile {
  readonly #path: string;
  #descriptor: number;
  #lengthBytes: number;

  private constructor(path: string, descriptor: number, lengthBytes: number) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.#lengthBytes = lengthBytes;
  }

  /** Opens or creates the file and hands every whole line to `onLine`, in order. */
  static open(path: string, onLine: (line: string) => void): AppendFile {
    mkdirSync(dirname(path), { recursive: true });
    const descriptor = openForReadAndWrite(path);
    const lengthBytes = eachLine(descriptor, onLine);
    ftruncateSync(descriptor, lengthBytes);
    return new AppendFile(path, descriptor, lengthBytes);
  }

  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  /** Appends text that ends in a line break, in full or not at all; it is in the kernel's hands on return. */
  append(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    try {
      for (let written = 0; written < bytes.length;) {
        const left = bytes.length - written;
        written += writeSync(this.#descriptor, bytes, written, left, this.#lengthBytes + written);
      }
    } catch (error) {
      // A full disk must not leave half a line in front of the next record.
      ftruncateSync(this.#descriptor, this.#lengthBytes);
      throw error;
    }
    this.#lengthBytes += bytes.length;
  }

  /** Replaces the whole content at once, by a new file moved over the old one. */
  replace(lines: Iterable<string>): void {
    const temporaryPath = `${this.#path}.new`;
    const descriptor = openSync(temporaryPath, 'w', 0o600);
    let lengthBytes = 0;
    for (const line of lines) lengthBytes += writeSync(descriptor, line);
    closeSync(descriptor);
    // Closed first: Windows moves nothing over a file that is open.
    closeSync(this.#descriptor);
    renameSync(temporaryPath, this.#path);
    this.#descriptor = openForReadAndWrite(this.#path);
    this.#lengthBytes = lengthBytes;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

// Not for appending: Windows does not truncate a file that is open for appending alone.
function openForReadAndWrite(path: string): number {
  return openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
}

function eachLine(descriptor: number, onLine: (line: string) => void): number {
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let rest = Buffer.alloc(0);
  let offset = 0;
  let wholeBytes = 0;
  for (;;) {
    const read = readSync(descriptor, buffer, 0, READ_BYTES, offset);
    if (read === 0) return wholeBytes;
    offset += read;
    const bytes = Buffer.concat([rest, buffer.subarray(0, read)]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      onLine(bytes.toString('utf8', start, end));
      wholeBytes += end + 1 - start;
      start = end + 1;
    }
    rest = Buffer.from(bytes.subarray(start));
  }
}
