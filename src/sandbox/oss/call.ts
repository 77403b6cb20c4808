import type { CallbackSigner } from '../callback/call-back';
import type { BodyReceiver } from '../storage/receive-body';
import type { BucketStore } from '../storage/bucket-store';
import type { Exchange } from '../wire/exchange';
import type { Answer } from '../wire/answer';
import { textAnswer } from '../wire/answer';
import { xmlDocument, type XmlElement } from '../wire/xml';

/** What the operations work on. */
export interface Bucket {
  readonly name: string;
  /** The account that the objects belong to. */
  readonly ownerId: string;
  readonly store: BucketStore;
  readonly receiver: BodyReceiver;
  readonly signer: CallbackSigner;
  /** True where `--discard` keeps no bytes. */
  readonly discards: boolean;
}

/** A request that has proven who it is and may do what it asks. */
export interface OssCall {
  readonly exchange: Exchange;
  readonly bucket: Bucket;
  readonly key: string;
}

/** Does one operation. Throws a Refusal for whatever OSS refuses. */
export type OssOperation = (call: OssCall) => Answer | Promise<Answer>;

/** An answer without a body. */
export function emptyAnswer(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, body: null };
}

/** An answer with an XML document. */
export function xmlAnswer(
  root: string,
  children: readonly XmlElement[],
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return textAnswer(200, 'application/xml', xmlDocument(root, children), headers);
}
