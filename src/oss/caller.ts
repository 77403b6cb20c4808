import type { Answer, Body, CancelSignal, RequestContext } from '../engine/ports';
import type { TemporaryCredentials } from '../shared/credentials';
import { failure, fault, success, type Fault, type Outcome } from '../shared/faults';
import type { DestinationId } from '../shared/ids';
import type { Profile } from '../shared/profile';
import { bucketOrigin, requestPath, type Origin } from './address';
import { foreignAnswerFault, isAnswerOfOss, refusalOf, type Asked } from './errors';
import type { WireAnswer } from './exchange';
import { createSigners, type RequestToSign } from './sign';
import type { Transport } from './transport';

export interface CallerOptions {
  readonly transport: Transport;
  destination(id: DestinationId): Profile | null;
  credentials(id: DestinationId, generation: number): TemporaryCredentials | null;
  now(): number;
}

/** One call of OSS's interface, before it is signed. */
export interface Call {
  /** OSS's name of it: PutObject. */
  readonly operation: string;
  /** The right it needs, where its name is another. */
  readonly action?: string;
  readonly method: RequestToSign['method'];
  readonly key: string | null;
  readonly subresources?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: Body;
  /** Counts body bytes; left out for documents that are no part of an object. */
  readonly onSent?: (bytes: number) => void;
  readonly patience?: number;
}

/** Where calls go out and answers are first judged. */
export interface Caller {
  /** Signs, sends and gives OSS's consent (2xx) to `read`; everything else becomes a fault. */
  call<T>(context: RequestContext, call: Call, read: (answer: WireAnswer) => Outcome<T>): Promise<Answer<T>>;
  /** Sends HEAD without a signature, and tells whether OSS answered at all. */
  greet(context: RequestContext): Promise<Answer<void>>;
}

/** OSS's longest documents are pages of 1,000 entries; a hostile answer must not fill the memory. */
const ANSWER_LIMIT_BYTES = 8 * 1024 * 1024;
const USER_AGENT = 'OSS-Ferry';

export function createCaller(options: CallerOptions): Caller {
  const signers = createSigners();

  const findDestination = (context: RequestContext): Outcome<Profile> => {
    const profile = options.destination(context.destinationId);
    if (profile !== null) return success(profile);
    return failure(fault('invalid-input', 'The destination of this item is not known any more.'));
  };

  return {
    async call(context, call, read) {
      const found = findDestination(context);
      if (!found.ok) return unanswered(found.fault);
      const profile = found.value;
      const credentials = options.credentials(context.destinationId, context.generation);
      if (credentials === null)
        return unanswered(fault('credentials-missing', 'There are no credentials for this destination.'));
      const asked: Asked = {
        operation: call.operation,
        action: `oss:${call.action ?? call.operation}`,
        keyPrefix: profile.prefix,
        accessKeyId: credentials.accessKeyId,
      };
      const sign = signers.signerFor(context.destinationId, context.generation, profile, credentials);
      const prepared = prepare(profile, call, (request) =>
        sign(request, options.now() + context.clockOffsetMs),
      );
      if (!prepared.ok) return unanswered(prepared.fault);
      const sent = await options.transport.send({
        ...prepared.value,
        method: call.method,
        body: call.body ?? null,
        cancel: context.cancel,
        onSent: call.onSent ?? ignore,
        answerLimitBytes: ANSWER_LIMIT_BYTES,
        patience: call.patience ?? 1,
      });
      if (!sent.ok) return unanswered(sent.fault);
      return judge(sent.value, asked, prepared.value.origin, options.now(), read);
    },

    async greet(context) {
      const found = findDestination(context);
      if (!found.ok) return unanswered(found.fault);
      const origin = bucketOrigin(found.value);
      const sent = await options.transport.send({
        method: 'HEAD',
        origin,
        path: requestPath(found.value, null, {}),
        headers: { 'User-Agent': USER_AGENT },
        body: null,
        cancel: context.cancel,
        onSent: ignore,
        answerLimitBytes: ANSWER_LIMIT_BYTES,
        patience: 1,
      });
      if (!sent.ok) return unanswered(sent.fault);
      const { headers, status, clockOffsetMs } = sent.value;
      // The clock of a portal is not OSS's clock.
      if (!isAnswerOfOss(headers)) return unanswered(foreignAnswerFault(status, origin.host));
      return { ...success(undefined), clockOffsetMs };
    },
  };
}

/** A document to send, whole in memory. */
export function bodyOf(bytes: Uint8Array): Body {
  return {
    sizeBytes: bytes.length,
    chunks: async function* () {
      yield await Promise.resolve(bytes);
    },
  };
}

export const neverCanceled: CancelSignal = { canceled: false, onCancel: () => undefined };

const ignore = (): void => undefined;
const unanswered = (why: Fault): Answer<never> => ({ ...failure(why), clockOffsetMs: null });

interface Prepared {
  readonly origin: Origin;
  readonly path: string;
  readonly headers: Record<string, string>;
}

function prepare(
  profile: Profile,
  call: Call,
  sign: (request: RequestToSign) => Record<string, string>,
): Outcome<Prepared> {
  const subresources = call.subresources ?? {};
  const query = call.query ?? {};
  let path: string;
  try {
    path = requestPath(profile, call.key, { ...subresources, ...query });
  } catch {
    return failure(fault('name-refused', 'The name holds half a character, which no key can hold.'));
  }
  try {
    const headers = { ...call.headers, 'User-Agent': USER_AGENT };
    const request = {
      method: call.method,
      bucket: profile.bucket,
      key: call.key,
      subresources,
      query,
      headers,
    };
    return success({ origin: bucketOrigin(profile), path, headers: sign(request) });
  } catch {
    return failure(fault('internal', `${call.operation} could not be signed.`));
  }
}

function judge<T>(
  answer: WireAnswer,
  asked: Asked,
  origin: Origin,
  now: number,
  read: (answer: WireAnswer) => Outcome<T>,
): Answer<T> {
  const { status, clockOffsetMs } = answer;
  if (!isAnswerOfOss(answer.headers)) return unanswered(foreignAnswerFault(status, origin.host));
  // 203 is OSS's way to say: stored, but the callback failed.
  if (status < 200 || status >= 300 || status === 203) {
    const refusal = refusalOf(answer, asked, now);
    const exact = refusal.serverTimeAt === null ? clockOffsetMs : refusal.serverTimeAt - now;
    return { ...failure(refusal.fault), clockOffsetMs: exact };
  }
  if (answer.isEarly)
    return {
      ...failure(fault('bad-answer', `OSS agreed to ${asked.operation} before it had the bytes.`)),
      clockOffsetMs,
    };
  return { ...read(answer), clockOffsetMs };
}
