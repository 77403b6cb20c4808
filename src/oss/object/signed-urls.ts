/** Requests that an application server signs for us one by one: no credentials are held here. */
import type { RequestContext } from '../../engine/ports';
import type { UrlGrant } from '../../shared/credentials';
import { failure, fault, success, type Outcome } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';
import type { Profile } from '../../shared/profile';
import type {
  AskUploadUrls,
  SignedRequest,
  UploadUrlAnswer,
  UploadUrlQuestion,
} from '../../shared/upload-urls';
import { bucketOrigin, originOf, originText, requestPath, type Origin } from './address';
import type { Call, Prepared } from './call';
import type { WireAnswer } from '../wire/exchange';

/** Part numbers are signed in blocks, so that a hundred parts cost two questions. */
const BLOCK = 50;
/** Blocks kept: those of 32 files in flight and their next ones. */
const MOST_BLOCKS = 64;
/** A URL that ends within this is not begun with. */
const LEAST_LIFE_MS = 10_000;

interface Block {
  readonly generation: number;
  readonly answer: Promise<Outcome<UploadUrlAnswer>>;
}

/** Turns calls into requests that the server has signed. One for all destinations. */
export class SignedUrls {
  readonly #ask: AskUploadUrls;
  readonly #now: () => number;
  /** The generation for which the server's cache was passed by. */
  readonly #asked = new Map<DestinationId, number>();
  readonly #blocks = new Map<string, Block>();

  constructor(ask: AskUploadUrls, now: () => number) {
    this.#ask = ask;
    this.#now = now;
  }

  /**
   * Faults: those of the server, no-permission for what it does not sign, invalid-input where it leads elsewhere.
   */
  async prepare(
    profile: Profile,
    context: RequestContext,
    grant: UrlGrant,
    call: Call,
  ): Promise<Outcome<Prepared>> {
    const question = questionOf(call);
    if (question === null)
      return failure(fault('no-permission', `The signing server does not sign ${call.operation}.`));
    const unsigned = unsignedHeader(call);
    if (unsigned !== null)
      return failure(fault('invalid-input', `The signing server does not sign the header ${unsigned}.`));
    const answer =
      question.operation === 'UploadPart'
        ? await this.#part(context, grant, question)
        : await this.#ask(context.destinationId, question, this.#isFirst(context, grant));
    if (!answer.ok)
      // Complete is sent by the server; of all else it was the signature alone that was not to be had.
      return question.operation === 'CompleteMultipartUpload'
        ? answer
        : failure({ ...answer.fault, isUnasked: true });
    if ('result' in answer.value)
      return success({ kind: 'answer', answer: wireAnswerOf(answer.value.result) });
    const signed =
      question.operation === 'UploadPart'
        ? answer.value.requests.find(({ partNumber }) => partNumber === question.partNumbers[0])
        : answer.value.requests[0];
    if (signed === undefined)
      return failure(fault('token-server', `The signing server did not sign this ${call.operation}.`));
    return requestOf(profile, call, signed);
  }

  /** Blocks that were signed before a refusal are signed anew: each refusal brings another generation. */
  async #part(
    context: RequestContext,
    grant: UrlGrant,
    question: Extract<UploadUrlQuestion, { operation: 'UploadPart' }>,
  ): Promise<Outcome<UploadUrlAnswer>> {
    const { destinationId, generation, clockOffsetMs } = context;
    const [number = 1] = question.partNumbers;
    const index = Math.floor((number - 1) / BLOCK);
    const name = `${destinationId} ${question.uploadId} ${index}`;
    const known = this.#blocks.get(name);
    if (known !== undefined && known.generation === generation) {
      const answer = await known.answer;
      const serverNow = this.#now() + clockOffsetMs;
      if (answer.ok && 'expiration' in answer.value && answer.value.expiration - LEAST_LIFE_MS > serverNow)
        return answer;
    }
    const partNumbers = Array.from({ length: BLOCK }, (_, offset) => index * BLOCK + offset + 1);
    const asked = this.#blocks.get(name);
    // Somebody else found the block old, too, and asks already.
    if (asked !== undefined && asked !== known) return asked.answer;
    const answer = this.#ask(destinationId, { ...question, partNumbers }, this.#isFirst(context, grant));
    this.#keep(name, { generation, answer });
    const outcome = await answer;
    if (!outcome.ok) this.#blocks.delete(name);
    return outcome;
  }

  /** After a refusal the first question goes past the server's cache, once. */
  #isFirst({ destinationId, generation }: RequestContext, { fresh }: UrlGrant): boolean {
    if (!fresh || this.#asked.get(destinationId) === generation) return false;
    this.#asked.set(destinationId, generation);
    return true;
  }

  #keep(name: string, block: Block): void {
    this.#blocks.delete(name);
    this.#blocks.set(name, block);
    const [oldest] = this.#blocks.keys();
    if (this.#blocks.size > MOST_BLOCKS && oldest !== undefined) this.#blocks.delete(oldest);
  }
}

function questionOf(call: Call): UploadUrlQuestion | null {
  const { key, operation } = call;
  if (key === null) return null;
  const uploadId = call.subresources?.['uploadId'] ?? '';
  const headers = signable(call.headers ?? {});
  switch (operation) {
    case 'PutObject':
      return { operation, key, sizeBytes: call.body?.sizeBytes ?? 0, headers };
    case 'InitiateMultipartUpload':
      return { operation, key, sizeBytes: call.sizeBytes ?? 0, headers };
    case 'UploadPart':
      return { operation, key, uploadId, partNumbers: [Number(call.subresources?.['partNumber'])] };
    case 'ListParts': {
      const marker = call.query?.['part-number-marker'];
      return {
        operation,
        key,
        uploadId,
        ...(marker === undefined ? {} : { partNumberMarker: Number(marker) }),
      };
    }
    case 'AbortMultipartUpload':
      return { operation, key, uploadId };
    case 'CompleteMultipartUpload': {
      const forbid = headers['x-oss-forbid-overwrite'];
      return {
        operation,
        key,
        uploadId,
        headers: forbid === undefined ? {} : { 'x-oss-forbid-overwrite': forbid },
      };
    }
    default:
      return null;
  }
}

const SIGNABLE = /^(content-md5|content-type|x-oss-(forbid-overwrite|storage-class|tagging|meta-.+))$/;

/** A header of a new object that would not reach OSS. The profile is refused before (profile.ts); this is the last line. */
function unsignedHeader({ operation, headers = {} }: Call): string | null {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  // Complete is sent by the server itself, with a document and an MD5 of its own.
  if (operation === 'CompleteMultipartUpload')
    return names.find((name) => name.startsWith('x-oss-') && name !== 'x-oss-forbid-overwrite') ?? null;
  const isNew = operation === 'PutObject' || operation === 'InitiateMultipartUpload';
  return isNew ? (names.find((name) => !SIGNABLE.test(name)) ?? null) : null;
}

function signable(headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(entries.filter(([name]) => SIGNABLE.test(name)));
}

/** The request goes to the object of the profile and nowhere else, whatever the server says. */
function requestOf(profile: Profile, call: Call, signed: SignedRequest): Outcome<Prepared> {
  const url = new URL(signed.url);
  const origin = originOf(url);
  const ours = bucketOrigin(profile);
  if (origin.host !== ours.host || origin.secure !== ours.secure)
    return failure(
      fault(
        'invalid-input',
        `The signing server sends us to ${originText(origin)}, which is not the bucket's ${originText(ours)}.`,
      ),
    );
  if (signed.method !== call.method || decoded(url.pathname) !== decoded(requestPath(profile, call.key, {})))
    return failure(
      fault('invalid-input', `The signing server signed something else than this ${call.operation}.`),
    );
  const path = `${url.pathname}${url.search}`;
  return success({ kind: 'request', origin: ours satisfies Origin, path, headers: signed.headers });
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** What OSS said to the server, as if it had said it to us. */
function wireAnswerOf(result: Extract<UploadUrlAnswer, { result: unknown }>['result']): WireAnswer {
  return {
    status: result.status,
    headers: result.headers,
    body: Buffer.from(result.body, 'utf8'),
    isEarly: false,
    // The Date came by way of another machine.
    clockOffsetMs: null,
  };
}
