/**
 * What an application server is asked and answers where clients hold no credentials: `POST /sign_upload_url` and
 * `GET /get_post_policy` (docs/app-server.md). Both sides are read by these shapes alone.
 */
import { z } from 'zod';
import type { Outcome } from './faults';
import type { DestinationId } from './ids';

/** One question; the server signs these operations and no others. */
export type UploadUrlQuestion =
  | {
      readonly operation: 'PutObject' | 'InitiateMultipartUpload';
      readonly key: string;
      readonly sizeBytes: number;
      readonly headers: Readonly<Record<string, string>>;
    }
  | {
      readonly operation: 'UploadPart';
      readonly key: string;
      readonly uploadId: string;
      /** 1 to 100 of them. */
      readonly partNumbers: readonly number[];
    }
  | {
      readonly operation: 'ListParts';
      readonly key: string;
      readonly uploadId: string;
      readonly partNumberMarker?: number;
    }
  | { readonly operation: 'AbortMultipartUpload'; readonly key: string; readonly uploadId: string }
  | {
      readonly operation: 'CompleteMultipartUpload';
      readonly key: string;
      readonly uploadId: string;
      readonly headers: Readonly<Record<string, string>>;
    };

const texts = z.record(z.string(), z.string());
const instant = z.string().transform((text, context) => {
  const at = Date.parse(text);
  if (Number.isNaN(at)) context.addIssue({ code: 'custom', message: 'is no time' });
  return at;
});

/** A signed request: exactly these headers must be sent with it. */
const signedRequestSchema = z.object({
  method: z.enum(['GET', 'PUT', 'POST', 'DELETE']),
  url: z.url({ protocol: /^https?$/ }),
  headers: texts,
  partNumber: z.int().optional(),
});
export type SignedRequest = Readonly<z.infer<typeof signedRequestSchema>>;

/** Signed requests; for Complete, which the server sends itself, what OSS said to it. */
export const uploadUrlAnswerSchema = z.union([
  z.object({ expiration: instant, requests: z.array(signedRequestSchema).min(1).max(100) }),
  z.object({
    result: z.object({ operation: z.string(), status: z.int(), headers: texts, body: z.string() }),
  }),
]);
export type UploadUrlAnswer = Readonly<z.output<typeof uploadUrlAnswerSchema>>;

/** Asks the server that signs for a destination. `fresh`: what it signed before was refused. */
export type AskUploadUrls = (
  destinationId: DestinationId,
  question: UploadUrlQuestion,
  fresh: boolean,
) => Promise<Outcome<UploadUrlAnswer>>;

const named = {
  host: z.url({ protocol: /^https?$/ }),
  policy: z.string().min(1),
  signature: z.string().min(1),
  dir: z.string(),
  /** Seconds since 1970. */
  expire: z.number().positive(),
  callback: z.string().optional(),
};

/** The answer of Alibaba's "Obtain signature information from the application server", of version 1 and 4. */
export const postPolicyAnswerSchema = z.union([
  z.object({
    ...named,
    version: z.literal('OSS4-HMAC-SHA256'),
    x_oss_credential: z.string().min(1),
    x_oss_date: z.string().min(1),
    security_token: z.string().optional(),
  }),
  z.object({
    ...named,
    version: z.undefined().optional(),
    accessid: z.string().min(1),
    'x-oss-security-token': z.string().optional(),
  }),
]);
export type PostPolicyAnswer = Readonly<z.output<typeof postPolicyAnswerSchema>>;
