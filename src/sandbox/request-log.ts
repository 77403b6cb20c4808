import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { AppendFile } from './storage/append-file';

/** A line of `GET /requests`. */
export interface RequestLogLine {
  /** Real time of arrival, ISO, untouched by clock-offset. */
  readonly at: string;
  readonly operation: string;
  readonly key: string | null;
  readonly partNumber: number | null;
  readonly uploadId: string | null;
  /** Null where no answer left. */
  readonly status: number | null;
  /** Body bytes received. */
  readonly bytes: number;
  readonly accessKeyId: string | null;
}

const FLUSH_AFTER_MS = 50;

/**
 * Every request of OSS, STS and IMM, in the order in which they ended. Lines are written together at most
 * 50 ms late, which is what a kill of the sandbox can cost; a reader of the log sees all of them.
 */
export class RequestLog {
  readonly #path: string;
  readonly #file: AppendFile;
  #waiting: string[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(folder: string) {
    this.#path = join(folder, 'requests.jsonl');
    this.#file = AppendFile.open(this.#path, () => undefined);
  }

  add(line: RequestLogLine): void {
    this.#waiting.push(`${JSON.stringify(line)}\n`);
    this.#timer ??= setTimeout(() => this.#flushLater(), FLUSH_AFTER_MS);
  }

  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#waiting.length === 0) return;
    this.#file.append(this.#waiting.join(''));
    this.#waiting = [];
  }

  // A full disk must not end the sandbox: the lines wait, and the next request tries again.
  #flushLater(): void {
    try {
      this.flush();
    } catch {
      this.#timer = null;
    }
  }

  /** All lines up to this moment, as a stream of known length. */
  read(): { readonly sizeBytes: number; readonly chunks: () => AsyncIterable<Buffer> } {
    this.flush();
    const sizeBytes = this.#file.lengthBytes;
    async function* nothing(): AsyncGenerator<Buffer> {}
    return {
      sizeBytes,
      chunks: () => (sizeBytes === 0 ? nothing() : createReadStream(this.#path, { end: sizeBytes - 1 })),
    };
  }

  reset(): void {
    this.#waiting = [];
    this.#file.replace([]);
  }

  close(): void {
    this.flush();
    this.#file.close();
  }
}
