import type { Body } from '../../engine/ports';
import type { WireAnswer } from '../wire/exchange';
import type { Origin } from './address';
import type { RequestToSign } from './sign';

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
  /** Of the object that is begun, where the call carries none of it. */
  readonly sizeBytes?: number;
  /** The grant itself is in the body: nothing is signed. */
  readonly isForm?: true;
  /** It makes an object of which OSS may be asked to tell a server: 203 says that it is stored and nobody was told. */
  readonly stores?: true;
  /** Counts body bytes; left out for documents that are no part of an object. */
  readonly onSent?: (bytes: number) => void;
  readonly patience?: number;
}

/** A request ready to be sent, or a response that the signing server obtained on our behalf. */
export type Prepared =
  | {
      readonly kind: 'request';
      readonly origin: Origin;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'answer'; readonly answer: WireAnswer };
