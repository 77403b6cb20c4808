/** Compares a receipt with the bucket again. */
import type { HeadResult } from '../../engine/ports';
import { retryPolicyOf, type Fault, type Outcome } from '../../shared/faults';
import type { ObjectKey } from '../../shared/ids';
import type { ReceiptLine } from '../../shared/receipt';

/** `unknown`: OSS gave no answer from which it could be told. */
export type Compared =
  | { readonly key: string; readonly state: 'equal' | 'missing' | 'changed' }
  | { readonly key: string; readonly state: 'unknown'; readonly fault: Fault };

export interface CompareOptions {
  readonly lines: Iterable<ReceiptLine>;
  readonly head: (key: ObjectKey) => Promise<Outcome<HeadResult>>;
  /** Questions at once. */
  readonly atOnce: number;
  readonly isCanceled: () => boolean;
  readonly onCompared: (compared: Compared) => void;
}

/**
 * Asks for each object once. Ends early, with the fault, where the next question would meet the same: without the right
 * to read, without a bucket, without credentials.
 */
export async function compare({
  lines,
  head,
  atOnce,
  isCanceled,
  onCompared,
}: CompareOptions): Promise<Fault | null> {
  const left = lines[Symbol.iterator]();
  let ending: Fault | null = null;
  const work = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) {
      const line = next.value;
      const answer = await head(line.key as ObjectKey);
      if (ending !== null || isCanceled()) return;
      if (!answer.ok && meetsAll(answer.fault)) ending = answer.fault;
      else onCompared(judged(line, answer));
      if (ending !== null) return;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return ending;
}

const meetsAll = ({ code }: Fault): boolean => {
  const remedy = retryPolicyOf(code);
  return remedy === 'never' || remedy === 'credentials';
};

function judged({ key, size, crc64, etag }: ReceiptLine, answer: Outcome<HeadResult>): Compared {
  if (!answer.ok) return { key, state: 'unknown', fault: answer.fault };
  const { value: found } = answer;
  if (found.kind === 'missing') return { key, state: 'missing' };
  // Objects that are older than OSS's CRC-64 have none: there the ETag speaks.
  const isSame = found.crc64 === null ? found.etag === etag : found.crc64 === crc64;
  return { key, state: isSame && found.sizeBytes === size ? 'equal' : 'changed' };
}
