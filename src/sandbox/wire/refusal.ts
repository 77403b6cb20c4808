/** What a refusal may carry beside its code: the `EC` of OSS's error documents and extra XML elements. */
export interface RefusalDetail {
  readonly ec?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

/**
 * A request that is answered with an error of the service's own dialect. `status` is the HTTP status,
 * `code` the service's error code; the message is for people and never carries a secret.
 */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly ec: string | null;
  readonly fields: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, detail: RefusalDetail = {}) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.ec = detail.ec ?? null;
    this.fields = detail.fields ?? {};
  }
}

/** OSS's InvalidArgument with the argument it names. */
export function invalidArgument(message: string, detail: RefusalDetail = {}): Refusal {
  return new Refusal(400, 'InvalidArgument', message, detail);
}

/** The client went away before its whole body had arrived: nothing is stored and nobody hears an answer. */
export class ClientGone extends Error {
  constructor() {
    super('the client closed the connection before its body was complete');
    this.name = 'ClientGone';
  }
}
