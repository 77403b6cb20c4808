import { z } from 'zod';
import { failure, fault, success, type Outcome } from './faults';

/**
 * Temporary credentials as AssumeRole gives them. Secret: they live in the memory of main and of the engine process
 * alone and are never written, logged or sent to the window.
 */
export const temporaryCredentialsSchema = z.object({
  accessKeyId: z.string().min(1),
  accessKeySecret: z.string().min(1),
  /** Null for an AccessKey pair that the environment gives without a token. */
  securityToken: z.string().min(1).nullable(),
  /** Milliseconds since 1970 by the server's clock; null: not known. */
  expiresAtServer: z.number().nullable(),
});
export type TemporaryCredentials = Readonly<z.infer<typeof temporaryCredentialsSchema>>;

/** `signed-url`: somebody else signs each request, so there is nothing to hold. */
export interface UrlGrant {
  readonly kind: 'signed-url';
  /** Asked for after a refusal: what the server has in its cache is dead. */
  readonly fresh: boolean;
  readonly expiresAtServer: null;
}

/** `post-policy`: what a form needs to be taken by OSS. Secret like a token: it uploads until it expires. */
export interface FormGrant {
  readonly kind: 'post-policy';
  /** Where the form is posted to, as the server says: it must be the bucket's own domain. */
  readonly host: string;
  /** Keys begin with it. */
  readonly directory: string;
  /** Fields of the form in their order, without `key` and `file`. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly expiresAtServer: number;
}

/** What a destination's way of authorization gives for uploading. Only temporary credentials have no `kind`. */
export type Grant = (TemporaryCredentials & { readonly kind?: never }) | UrlGrant | FormGrant;

/** The credentials of a grant. IMM is asked with them; ways that hold none offer the detector on this device alone. */
export function keysOf(grant: Outcome<Grant>): Outcome<TemporaryCredentials> {
  if (!grant.ok) return grant;
  if ('accessKeyId' in grant.value) return success(grant.value);
  return failure(
    fault('credentials-missing', 'This way of authorization holds no credentials to ask IMM with.'),
  );
}
