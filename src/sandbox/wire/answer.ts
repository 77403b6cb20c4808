/** The body of an answer: bytes at hand, or a stream of known length. */
type AnswerBody = Buffer | { readonly sizeBytes: number; readonly chunks: () => AsyncIterable<Buffer> };

/** What a service answers, before faults have touched it. Header values are text, sent as UTF-8. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Null sends no body; `Content-Length` is then the header's own (HEAD) or zero. */
  readonly body: AnswerBody | null;
}

/** An answer with a text body. */
export function textAnswer(
  status: number,
  contentType: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers: { 'Content-Type': contentType, ...headers }, body: Buffer.from(text, 'utf8') };
}
