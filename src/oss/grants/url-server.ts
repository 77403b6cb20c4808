import type { Grant } from '../../shared/credentials';
import { failure, success, type Fault, type Outcome } from '../../shared/faults';
import {
  uploadUrlAnswerSchema,
  type UploadUrlAnswer,
  type UploadUrlQuestion,
} from '../../shared/upload-urls';
import { askApplicationServer } from './application-server';
import { transportFor } from './server-call';
import type { Transport } from '../wire/transport';

export interface UrlServerOptions {
  readonly url: string;
  /** The bearer token of this moment; null: none. A fault: it cannot be had now. */
  bearer(): Promise<Outcome<string | null>>;
  now(): number;
  readonly allowInsecure?: boolean;
}

/** Questions at once: a question is small, and up to 32 uploads wait for theirs. */
const CONNECTIONS = 8;

/**
 * The server that signs for one destination. There is nothing to fetch in advance, so a grant is given at once; but
 * after a refusal the next grant is refused, too, once and for the same bearer token alone: who waits then goes on when
 * someone has acted, by another token or by saying "try now" (the rights may have been given at the server).
 */
export class UrlServer {
  readonly #options: UrlServerOptions;
  /** Every small file is a question: connections are kept, and leave by themselves when they are idle. */
  readonly #transport: Transport;
  #refusal: { readonly fault: Fault; readonly bearer: string | null } | null = null;
  /** How often a grant was asked for: a question from before tells nothing of now. */
  #grants = 0;

  constructor(options: UrlServerOptions) {
    this.#options = options;
    this.#transport = transportFor(options, CONNECTIONS);
  }

  async grant(fresh: boolean): Promise<Outcome<Grant>> {
    const bearer = await this.#options.bearer();
    if (!bearer.ok) return bearer;
    this.#grants += 1;
    const refusal = this.#refusal;
    this.#refusal = null;
    if (refusal !== null && refusal.bearer === bearer.value) return failure(refusal.fault);
    return success({ kind: 'signed-url', fresh, expiresAtServer: null });
  }

  /** Faults as of `askApplicationServer`. */
  async ask(question: UploadUrlQuestion, fresh: boolean): Promise<Outcome<UploadUrlAnswer>> {
    const { url, allowInsecure } = this.#options;
    const bearer = await this.#options.bearer();
    if (!bearer.ok) return bearer;
    const grants = this.#grants;
    const answer = await askApplicationServer(
      {
        url,
        bearer: bearer.value,
        question,
        fresh,
        transport: this.#transport,
        now: () => this.#options.now(),
        ...(allowInsecure === undefined ? {} : { allowInsecure }),
      },
      uploadUrlAnswerSchema,
    );
    if (!answer.ok && answer.fault.code === 'token-refused' && grants === this.#grants)
      this.#refusal = { fault: answer.fault, bearer: bearer.value };
    return answer;
  }
}
