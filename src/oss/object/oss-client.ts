import type { Answer, RequestContext } from '../../engine/ports';
import type { Grant } from '../../shared/credentials';
import { failure, fault, success, type Fault, type Outcome } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';
import { fixedPrefix } from '../../shared/prefix-template';
import type { Profile } from '../../shared/profile';
import { bucketOrigin, requestPath, type Origin } from './address';
import type { Call, Prepared } from './call';
import { foreignAnswerFault, isAnswerOfOss, refusalOf, type Asked } from './errors';
import type { WireAnswer } from '../wire/exchange';
import { createSigners, type RequestToSign } from './sign';
import { SignedUrls } from './signed-urls';
import type { AskUploadUrls } from '../../shared/upload-urls';
import type { Transport } from '../wire/transport';

export interface OssClientOptions {
  readonly transport: Transport;
  destination(id: DestinationId): Profile | null;
  credentials(id: DestinationId, generation: number): Grant | null;
  /** Asks the server that signs for destinations of `signed-url`. */
  readonly askUploadUrls: AskUploadUrls;
  now(): number;
}

/** Where calls go out and answers are first judged. */
export interface OssClient {
  /**
   * Signs, sends and gives OSS's consent (2xx) to `read`; everything else becomes a fault. Of a call that stores, 203
   * is consent too: `callbackFault` then says what became of the callback.
   */
  call<T>(context: RequestContext, call: Call, read: Read<T>): Promise<Answer<T>>;
  /** Sends HEAD without a signature, and tells whether OSS answered at all. */
  greet(context: RequestContext): Promise<Answer<void>>;
}

/** OSS does not say which right is missing: those that come into question. */
function rightsFor({ action, operation, headers = {}, isForm }: Call, { object }: Profile): string {
  const says = (name: string): boolean => Object.keys(headers).some((known) => known.toLowerCase() === name);
  const rights = [
    `oss:${action ?? operation}`,
    ...(says('x-oss-tagging') || (isForm === true && object?.tags !== undefined)
      ? ['oss:PutObjectTagging']
      : []),
    ...(says('x-oss-object-acl') || (isForm === true && object?.acl !== undefined)
      ? ['oss:PutObjectAcl']
      : []),
  ];
  return rights.join(' or ');
}

type Read<T> = (answer: WireAnswer, callbackFault: Fault | null) => Outcome<T>;

/** OSS's longest documents are pages of 1,000 entries; a hostile answer must not fill the memory. */
const ANSWER_LIMIT_BYTES = 8 * 1024 * 1024;
const USER_AGENT = 'OSS-Ferry';

export function createOssClient(options: OssClientOptions): OssClient {
  const signers = createSigners();
  const urls = new SignedUrls(options.askUploadUrls, () => options.now());

  const findDestination = (context: RequestContext): Outcome<Profile> => {
    const profile = options.destination(context.destinationId);
    if (profile !== null) return success(profile);
    return failure(fault('invalid-input', 'The destination of this item is not known any more.'));
  };

  const prepareBy = (
    grant: Grant,
    profile: Profile,
    context: RequestContext,
    call: Call,
  ): Promise<Outcome<Prepared>> | Outcome<Prepared> => {
    if (grant.kind === 'signed-url') return urls.prepare(profile, context, grant, call);
    if (grant.kind === 'post-policy') return call.isForm === true ? unsigned(profile, call) : noForm(call);
    const sign = signers.signerFor(context.destinationId, context.generation, profile, grant);
    return prepare(profile, call, (request) => sign(request, options.now() + context.clockOffsetMs));
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
        action: rightsFor(call, profile),
        keyPrefix: fixedPrefix(profile.prefix),
        // Who signs for us does so with temporary credentials, too.
        accessKeyId: 'accessKeyId' in credentials ? credentials.accessKeyId : 'STS.',
      };
      const prepared = await prepareBy(credentials, profile, context, call);
      if (!prepared.ok) return unanswered(prepared.fault);
      if (prepared.value.kind === 'answer')
        return judge(
          prepared.value.answer,
          { asked, call, origin: bucketOrigin(profile), now: options.now() },
          read,
        );
      const { origin, path, headers } = prepared.value;
      const sent = await options.transport.send({
        origin,
        path,
        headers: { ...headers, 'User-Agent': USER_AGENT },
        method: call.method,
        body: call.body ?? null,
        cancel: context.cancel,
        onSent: call.onSent ?? ignore,
        answerLimitBytes: ANSWER_LIMIT_BYTES,
        patience: call.patience ?? 1,
      });
      if (!sent.ok) return unanswered(sent.fault);
      return judge(sent.value, { asked, call, origin, now: options.now() }, read);
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

const ignore = (): void => undefined;
const unanswered = (why: Fault): Answer<never> => ({ ...failure(why), clockOffsetMs: null });

/** What a form does not carry cannot be asked for with it. */
const noForm = ({ operation }: Call): Outcome<never> =>
  failure(fault('no-permission', `A post policy does not allow ${operation}.`));

function unsigned(profile: Profile, { headers = {} }: Call): Outcome<Prepared> {
  const path = requestPath(profile, null, {});
  return success({ kind: 'request', origin: bucketOrigin(profile), path, headers });
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
    return success({ kind: 'request', origin: bucketOrigin(profile), path, headers: sign(request) });
  } catch {
    return failure(fault('internal', `${call.operation} could not be signed.`));
  }
}

interface Heard {
  readonly asked: Asked;
  readonly call: Call;
  readonly origin: Origin;
  readonly now: number;
}

function judge<T>(answer: WireAnswer, { asked, call, origin, now }: Heard, read: Read<T>): Answer<T> {
  const { status, clockOffsetMs } = answer;
  if (!isAnswerOfOss(answer.headers)) return unanswered(foreignAnswerFault(status, origin.host));
  const isUntold = status === 203 && call.stores === true;
  if (status < 200 || status >= 300 || (status === 203 && !isUntold)) {
    const refusal = refusalOf(answer, asked, now);
    const exact = refusal.serverTimeAt === null ? clockOffsetMs : refusal.serverTimeAt - now;
    return { ...failure(refusal.fault), clockOffsetMs: exact };
  }
  if (answer.isEarly)
    return {
      ...failure(fault('bad-answer', `OSS agreed to ${asked.operation} before it had the bytes.`)),
      clockOffsetMs,
    };
  return { ...read(answer, isUntold ? refusalOf(answer, asked, now).fault : null), clockOffsetMs };
}
