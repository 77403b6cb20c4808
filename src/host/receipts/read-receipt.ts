import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { z } from 'zod';
import { failure, fault, success, type Outcome } from '../../shared/faults';
import {
  receiptEndSchema,
  receiptHeaderSchema,
  receiptLineSchema,
  type ReceiptHeader,
  type ReceiptLine,
} from '../../shared/receipt';

export interface Receipt {
  readonly header: ReceiptHeader;
  /** By key, the latest word on each: a file that was sent again has a line for each time. */
  readonly lines: ReadonlyMap<string, ReceiptLine>;
}

/** Longer lines are no lines of a receipt: a key has 1,023 bytes, and paths have their limits. */
const MOST_LINE_BYTES = 1 << 20;

/** Faults: invalid-input in one sentence: not to be read, no receipt, cut off, or changed since it was written. */
export async function readReceipt(file: string): Promise<Outcome<Receipt>> {
  const reading = new Reading(file);
  try {
    for await (const chunk of createReadStream(file)) {
      const problem = reading.take(chunk as Buffer);
      if (problem !== null) return wrong(problem);
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    return wrong(`The receipt ${file} ${why}.`);
  }
  return reading.end();
}

const wrong = (sentence: string): Outcome<never> => failure(fault('invalid-input', sentence));

class Reading {
  readonly #file: string;
  readonly #hash = createHash('sha256');
  readonly #lines = new Map<string, ReceiptLine>();
  #header: ReceiptHeader | null = null;
  #rest: Buffer = Buffer.alloc(0);
  /** The line before this one is not the last: only now is it known to be one that is counted. */
  #held: Buffer | null = null;
  #number = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** @returns what is wrong, or null */
  take(chunk: Buffer): string | null {
    let from = 0;
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, from)) {
      const problem = this.#release();
      if (problem !== null) return problem;
      this.#held = bytes.subarray(from, at + 1);
      from = at + 1;
    }
    this.#rest = bytes.subarray(from);
    return this.#rest.length > MOST_LINE_BYTES ? this.#noReceipt() : null;
  }

  end(): Outcome<Receipt> {
    if (this.#header === null) return wrong(this.#noReceipt());
    const end = this.#held === null ? null : parsed(this.#held, receiptEndSchema);
    if (end === null || this.#rest.length > 0)
      return wrong(`The receipt ${this.#file} is cut off: its last line is missing.`);
    if (this.#hash.digest('hex') !== end.sha256)
      return wrong(`The receipt ${this.#file} was changed after it was written: its SHA-256 is another one.`);
    return success({ header: this.#header, lines: this.#lines });
  }

  /** Takes in the line that was held back. */
  #release(): string | null {
    if (this.#held === null) return null;
    this.#number += 1;
    this.#hash.update(this.#held);
    if (this.#number === 1) {
      this.#header = parsed(this.#held, receiptHeaderSchema);
      return this.#header === null ? this.#noReceipt() : null;
    }
    const line = parsed(this.#held, receiptLineSchema);
    if (line === null) return `Line ${this.#number} of the receipt ${this.#file} is damaged.`;
    const known = this.#lines.get(line.key);
    if (known === undefined || known.at <= line.at) this.#lines.set(line.key, line);
    return null;
  }

  #noReceipt(): string {
    return `${this.#file} is no receipt of OSS Ferry.`;
  }
}

/** Null where the line is none of that kind. */
function parsed<T>(line: Buffer, schema: z.ZodType<T>): T | null {
  try {
    const found = schema.safeParse(JSON.parse(line.toString('utf8')));
    return found.success ? found.data : null;
  } catch {
    return null;
  }
}
