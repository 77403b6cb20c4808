import type { Answer } from '../problem';

/** The authenticated sender of a request. */
export interface Principal {
  /** A name that is safe to log. */
  readonly name: string;
  /** Where this sender may put objects. */
  readonly prefix: string;
}

/** Reads the principal from a JSON Web Token; or 401, 403, or 503 where its issuer's keys cannot be had. */
export type JwtVerifier = (token: string) => Promise<Answer<Principal>>;
