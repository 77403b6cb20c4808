import { z } from 'zod';

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
