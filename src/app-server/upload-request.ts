import { z } from 'zod';
import { problem, refuse, type Answer } from './problem';

/** OSS: one request carries at most 5 GB, one upload 10,000 parts. */
const MAX_PUT_BYTES = 5 * 1024 ** 3;
const MAX_PARTS = 10_000;
const MAX_KEY_BYTES = 1023;
const MAX_HEADERS = 64;
const PARTS_A_REQUEST = 100;

/** Each header that may be signed, with what its value must be. Everything else is refused. */
const HEADERS: readonly (readonly [RegExp, RegExp, string])[] = [
  [/^content-md5$/, /^[A-Za-z0-9+/]{22}==$/, 'the MD5 of 16 bytes in Base64'],
  [/^content-type$/, /^[\x20-\x7e]{1,255}$/, 'a media type'],
  [/^x-oss-forbid-overwrite$/, /^(true|false)$/, 'true or false'],
  [
    /^x-oss-storage-class$/,
    /^(Standard|IA|Archive|ColdArchive|DeepColdArchive)$/,
    'Standard, IA, Archive, ColdArchive or DeepColdArchive',
  ],
  [/^x-oss-tagging$/, /^[\x21-\x7e]{1,4096}$/, 'key=value pairs joined by &, URL-encoded'],
  // OSS trims what surrounds a value, and signs it so.
  [/^x-oss-meta-[a-z0-9-]{1,100}$/, /^(?! )[\x20-\x7e]{0,2048}(?<! )$/, 'printable ASCII'],
];

const key = z
  .string('must be the key of an object')
  .min(1, 'must not be empty')
  .refine((text) => Buffer.byteLength(text) <= MAX_KEY_BYTES, 'must have at most 1023 bytes of UTF-8')
  .refine((text) => !/^[/\\]/.test(text), 'must not begin with / or \\')
  // Half of a surrogate pair cannot be encoded.
  .refine((text) => !/\p{Cs}/u.test(text), 'must be text that UTF-8 can hold');
const uploadId = z
  .string('must be the UploadId that OSS gave')
  .regex(/^[\w-]{1,256}$/, 'must be the UploadId that OSS gave');
const sizeBytes = (most: number) => {
  const words = `must be a whole number of bytes from 0 to ${most}`;
  return z.int(words).min(0, words).max(most, words);
};
const NUMBERS = `must be 1 to ${PARTS_A_REQUEST} different numbers from 1 to ${MAX_PARTS}`;
const partNumbers = z
  .array(z.int(NUMBERS).min(1, NUMBERS).max(MAX_PARTS, NUMBERS), NUMBERS)
  .min(1, NUMBERS)
  .max(PARTS_A_REQUEST, NUMBERS)
  .refine((numbers) => new Set(numbers).size === numbers.length, NUMBERS);

const headers = (allowed: RegExp) =>
  z
    .record(z.string(), z.string('must be a text'), 'must be an object of texts')
    .default({})
    .transform((given, context): Readonly<Record<string, string>> => {
      const wrong = wrongHeader(given, allowed);
      if (wrong !== null) context.addIssue({ code: 'custom', message: wrong });
      return Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
    });

function wrongHeader(given: Readonly<Record<string, string>>, allowed: RegExp): string | null {
  const names = Object.keys(given).map((name) => name.toLowerCase());
  if (names.length > MAX_HEADERS) return `must have at most ${MAX_HEADERS} entries`;
  if (new Set(names).size !== names.length) return 'must have each name once';
  for (const [name, value] of Object.entries(given)) {
    const rule = HEADERS.find(([pattern]) => pattern.test(name.toLowerCase()));
    if (rule === undefined || !allowed.test(name.toLowerCase()))
      return `has one that is not signed here: ${name}`;
    const [, values, words] = rule;
    if (!values.test(value)) return `has a wrong ${name.toLowerCase()}: it must be ${words}`;
  }
  return null;
}

const requestSchema = z.discriminatedUnion(
  'operation',
  [
    z.strictObject({
      operation: z.literal('PutObject'),
      key,
      sizeBytes: sizeBytes(MAX_PUT_BYTES),
      headers: headers(/^/),
    }),
    z.strictObject({
      operation: z.literal('InitiateMultipartUpload'),
      key,
      sizeBytes: sizeBytes(MAX_PARTS * MAX_PUT_BYTES),
      // Complete is where an overwriting is forbidden, but OSS takes it here, too. There is no body to have an MD5.
      headers: headers(/^(?!content-md5)/),
    }),
    z.strictObject({ operation: z.literal('UploadPart'), key, uploadId, partNumbers }),
    z.strictObject({
      operation: z.literal('ListParts'),
      key,
      uploadId,
      /** Where a list of more than 1,000 parts goes on. */
      partNumberMarker: z.int('must be a number of a part').min(0).max(MAX_PARTS).optional(),
    }),
    z.strictObject({ operation: z.literal('AbortMultipartUpload'), key, uploadId }),
    z.strictObject({
      operation: z.literal('CompleteMultipartUpload'),
      key,
      uploadId,
      headers: headers(/^x-oss-forbid-overwrite$/),
    }),
  ],
  {
    error:
      'must be PutObject, InitiateMultipartUpload, UploadPart, ListParts, AbortMultipartUpload or CompleteMultipartUpload',
  },
);

/** The body of `POST /sign_upload_url`. */
export type UploadRequest = z.output<typeof requestSchema>;

/** The request, or 400 with one sentence, or 403 KeyNotAllowed where the key is outside the caller's prefix. */
export function readUploadRequest(body: unknown, prefix: string): Answer<UploadRequest> {
  const read = requestSchema.safeParse(body);
  if (!read.success) return refuse(problem('InvalidArgument', sentenceOf(read.error)));
  const request = read.data;
  const isInside = request.key.startsWith(prefix) && request.key.length > prefix.length;
  if (isInside) return { ok: true, value: request };
  return refuse(problem('KeyNotAllowed', 'The key is not below the prefix that you may upload to.'));
}

function sentenceOf(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue?.code === 'unrecognized_keys')
    return `The request has an unknown field: ${String(issue.keys[0]).slice(0, 100)}.`;
  const field = String(issue?.path[0] ?? '');
  if (field === '') return 'The request must be a JSON object.';
  return `The field ${field} ${(issue?.message ?? 'is wrong').slice(0, 300)}.`;
}
