/** The bucket of a destination and the one probe in it: each call is made once, and again only for what mends itself. */
import type { LookupFunction } from 'node:net';
import type {
  Answer,
  Body,
  CancelSignal,
  HeadResult,
  ListedPart,
  NewObjectOptions,
  RequestContext,
  StoredObject,
  StoredPart,
  UploadedPart,
} from '../../engine/ports';
import { createObjectStore, type ObjectStoreOptions } from '../../oss/object/object-store';
import { createProbeStore } from '../../oss/object/probe-store';
import type { AskUploadUrls } from '../../shared/upload-urls';
import type { Grant } from '../../shared/credentials';
import { failure, fault, type Outcome } from '../../shared/faults';
import type { DestinationId, ObjectKey, UploadId } from '../../shared/ids';
import type { Profile } from '../../shared/profile';
import { rest, RENEWAL_PAUSE_MS } from '../time/rest';
import { sealedBody, wholeBody } from './probe-bodies';

export interface CloudOptions {
  readonly profile: Profile;
  readonly key: ObjectKey;
  /** Asks for what uploading needs, past every cache where `fresh`. */
  readonly ask: (fresh: boolean) => Promise<Outcome<Grant>>;
  readonly askUploadUrls?: AskUploadUrls;
  readonly cancel: CancelSignal;
  readonly lookup?: LookupFunction;
  /** PEM, in place of the system's list of certificate authorities. */
  readonly certificateAuthorities?: string;
}

const DESTINATION = 'doctor' as DestinationId;
const BUSY_PAUSE_MS = 1_000;
const MOST_ATTEMPTS = 4;
const MOST_RENEWALS = 2;
const NEVER: CancelSignal = { canceled: false, onCancel: () => undefined };

export class ProbeCloud {
  readonly #options: CloudOptions;
  readonly #objects: ReturnType<typeof createObjectStore>;
  readonly #extras: ReturnType<typeof createProbeStore>;
  #grants: Grant[] = [];
  #clockOffsetMs = 0;
  #renewals = 0;
  #isTidying = false;

  constructor(options: CloudOptions) {
    this.#options = options;
    // Settings of objects and the callback are checks of their own: what they need must not fail the others.
    const bare = { ...options.profile };
    delete bare.object;
    delete bare.callback;
    const { lookup, certificateAuthorities } = options;
    const store: ObjectStoreOptions & { askUploadUrls: AskUploadUrls } = {
      destination: () => bare,
      credentials: (_id, generation) => this.#grants[generation - 1] ?? null,
      askUploadUrls: options.askUploadUrls ?? nobodySigns,
      now: () => Date.now(),
      connections: 1,
      ...(lookup === undefined ? {} : { lookup }),
      ...(certificateAuthorities === undefined ? {} : { certificateAuthorities }),
    };
    this.#objects = createObjectStore(store);
    this.#extras = createProbeStore(store);
  }

  /** By the Date of OSS's answers. */
  serverNow(): number {
    return Date.now() + this.#clockOffsetMs;
  }

  /** The newest grant; null: none was obtained. */
  get grant(): Grant | null {
    return this.#grants.at(-1) ?? null;
  }

  async obtain(fresh: boolean): Promise<Outcome<Grant>> {
    const outcome = await this.#options.ask(fresh);
    if (outcome.ok) this.#grants.push(outcome.value);
    return outcome;
  }

  /**
   * Asks past every cache, the second time only after the while in which a server repeats its last answer. Null: it was
   * asked often enough, or the run was stopped meanwhile.
   */
  async renew(): Promise<Outcome<Grant> | null> {
    this.#renewals += 1;
    if (this.#renewals > MOST_RENEWALS) return null;
    if (this.#renewals > 1 && !(await rest(RENEWAL_PAUSE_MS, this.#context().cancel))) return null;
    return this.obtain(true);
  }

  /** Asks the server of `signed-url` to sign a Put of the probe. */
  signsPut(): Promise<Outcome<unknown>> {
    const question = { operation: 'PutObject', key: this.#options.key, sizeBytes: 1, headers: {} } as const;
    return (this.#options.askUploadUrls ?? nobodySigns)(DESTINATION, question, false);
  }

  /** HEAD without a signature: whether OSS answers at all, and what its clock says. */
  async greet(): Promise<Answer<void>> {
    const answer = await this.#objects.probe(this.#context());
    this.#note(answer);
    return answer;
  }

  /** The probe, by PutObject or by form, as the way of the destination has it. */
  async put(bytes: Uint8Array, write: NewObjectOptions): Promise<Answer<StoredObject>> {
    const { key } = this.#options;
    if (this.grant?.kind === 'post-policy')
      return this.#ask((context) => this.#objects.postObject(context, key, sealedBody(bytes), write));
    const body = await wholeBody(bytes);
    return this.#ask((context) => this.#objects.putObject(context, key, body, write));
  }

  /** The probe in place of itself, with headers that need another right. */
  async putWith(
    bytes: Uint8Array,
    extra: { readonly action: string; readonly headers: Readonly<Record<string, string>> },
  ): Promise<Answer<StoredObject>> {
    const body = await wholeBody(bytes);
    return this.#ask((context) => this.#extras.put(context, this.#options.key, body, extra));
  }

  head(): Promise<Answer<HeadResult>> {
    return this.#ask((context) => this.#objects.headObject(context, this.#options.key));
  }

  initiate(sizeBytes: number): Promise<Answer<{ readonly uploadId: UploadId }>> {
    const options = { forbidOverwrite: false, sizeBytes };
    return this.#ask((context) => this.#objects.initiateMultipartUpload(context, this.#options.key, options));
  }

  uploadPart(uploadId: UploadId, partNumber: number, body: Body): Promise<Answer<StoredPart>> {
    return this.#ask((context) =>
      this.#objects.uploadPart(context, this.#options.key, uploadId, partNumber, body),
    );
  }

  listParts(uploadId: UploadId): Promise<Answer<readonly ListedPart[]>> {
    return this.#ask((context) => this.#objects.listParts(context, this.#options.key, uploadId));
  }

  abort(uploadId: UploadId): Promise<Answer<void>> {
    return this.#ask((context) => this.#objects.abortMultipartUpload(context, this.#options.key, uploadId));
  }

  listUploads(): Promise<Answer<readonly { readonly uploadId: UploadId }[]>> {
    return this.#ask((context) => this.#objects.listUploads(context, this.#options.key));
  }

  complete(uploadId: UploadId, parts: readonly UploadedPart[]): Promise<Answer<StoredObject>> {
    return this.#ask((context) =>
      this.#objects.completeMultipartUpload(context, this.#options.key, uploadId, parts, {
        forbidOverwrite: false,
      }),
    );
  }

  delete(): Promise<Answer<void>> {
    return this.#ask((context) => this.#extras.deleteObject(context, this.#options.key));
  }

  /** From now on nothing is cut off: what was made has to be taken away again. */
  beginTidying(): void {
    this.#isTidying = true;
  }

  close(): void {
    this.#objects.close();
    this.#extras.close();
  }

  async #ask<T>(send: (context: RequestContext) => Promise<Answer<T>>): Promise<Answer<T>> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await send(this.#context());
      this.#note(answer);
      if (answer.ok || attempt === MOST_ATTEMPTS || !(await this.#mends(answer))) return answer;
    }
  }

  /** As the engine does: a clock that was learned, credentials that were renewed, a server that had no time. */
  async #mends(answer: Answer<unknown> & { readonly ok: false }): Promise<boolean> {
    const { code, retryAfterMs } = answer.fault;
    switch (code) {
      case 'clock-skew':
        return answer.clockOffsetMs !== null;
      case 'token-expired':
        return (await this.renew())?.ok === true;
      case 'server-busy':
      case 'throttled':
        return rest(Math.min(retryAfterMs ?? BUSY_PAUSE_MS, 5 * BUSY_PAUSE_MS), this.#context().cancel);
      default:
        return false;
    }
  }

  #note({ clockOffsetMs }: Answer<unknown>): void {
    if (clockOffsetMs !== null) this.#clockOffsetMs = clockOffsetMs;
  }

  #context(): RequestContext {
    return {
      destinationId: DESTINATION,
      generation: this.#grants.length,
      clockOffsetMs: this.#clockOffsetMs,
      cancel: this.#isTidying ? NEVER : this.#options.cancel,
      onSent: () => undefined,
    };
  }
}

const nobodySigns: AskUploadUrls = () =>
  Promise.resolve(failure(fault('internal', 'Nobody was named who signs for this destination.')));
