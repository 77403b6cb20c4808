/** What the objects of a destination are to be: said with PutObject, Initiate and forms, and kept by OSS with each. */
import { z } from 'zod';
import { webUrlSchema } from './web-url';

const MOST_RULES = 50;
/** OSS: the user metadata of an object has 8 KB at most. */
const MOST_METADATA_BYTES = 8 * 1024;
const MOST_TAGS = 10;

/** Header values go as they are: what is not printable ASCII has no one spelling on the wire. */
const headerText = (most: number) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(most, `must have at most ${most} characters`)
    .regex(
      /^(?! )[\x20-\x7e]*(?<! )$/,
      'must be printable ASCII without blanks at its ends; write other letters percent-encoded',
    );

/** A rule for files by name: the first whose pattern fits holds. `*` stands for any text, `?` for one character. */
const ruleOf = <T extends z.ZodType>(value: T) =>
  z.strictObject({
    names: z.string().max(200).regex(/^\S+$/, 'must be a pattern without blanks, for which ? can stand'),
    value,
  });

const mediaType = headerText(255).regex(/^[^\s/;]+\/[^\s/;]+(;.*)?$/, 'must look like image/heic');

/** OSS: https://www.alibabacloud.com/help/en/oss/developer-reference/putobjecttagging */
const tagText = (most: number) =>
  z
    .string()
    .max(most, `must have at most ${most} characters`)
    .regex(
      /^(?! )[A-Za-z0-9 +\-=._:/]*(?<! )$/,
      'must have letters, digits, + - = . _ : / and blanks within only',
    );

const encryption = z.discriminatedUnion('method', [
  z.strictObject({ method: z.enum(['AES256', 'SM4']) }),
  /** Without `keyId` the key is the one that OSS holds at KMS for the account. */
  z.strictObject({ method: z.literal('KMS'), keyId: headerText(100).optional() }),
]);

export const STORAGE_CLASSES = ['Standard', 'IA', 'Archive', 'ColdArchive', 'DeepColdArchive'] as const;
export const OBJECT_ACLS = ['default', 'private', 'public-read', 'public-read-write'] as const;

export const objectSettingsSchema = z.strictObject({
  storageClass: z.enum(STORAGE_CLASSES).optional(),
  /** Needs oss:PutObjectAcl. */
  acl: z.enum(OBJECT_ACLS).optional(),
  encryption: encryption.optional(),
  cacheControl: headerText(255).optional(),
  contentTypes: z.array(ruleOf(mediaType)).max(MOST_RULES).optional(),
  /** `{name}` in a value stands for the file's name, percent-encoded: `attachment; filename*=UTF-8''{name}`. */
  contentDispositions: z
    .array(ruleOf(headerText(500)))
    .max(MOST_RULES)
    .optional(),
  /** Kept as `x-oss-meta-<name>`. */
  metadata: z
    .record(
      z.string().regex(/^[a-z0-9-]{1,100}$/, 'must have small letters, digits and hyphens'),
      headerText(2048),
    )
    .refine(
      (entries) => sizeOf(Object.entries(entries)) <= MOST_METADATA_BYTES,
      'must have at most 8 KB together',
    )
    .optional(),
  /** Needs oss:PutObjectTagging. */
  tags: z
    .record(tagText(128).regex(/^[^=]+$/, 'must have a name without ='), tagText(256))
    .refine((tags) => Object.keys(tags).length <= MOST_TAGS, `must be at most ${MOST_TAGS}`)
    .optional(),
});

const sizeOf = (entries: readonly (readonly [string, string])[]): number =>
  entries.reduce((sum, [name, value]) => sum + 'x-oss-meta-'.length + name.length + value.length, 0);

/**
 * What OSS tells a server of each object: `x-oss-callback` and `x-oss-callback-var`
 * (https://www.alibabacloud.com/help/en/oss/developer-reference/callback).
 */
export const callbackSchema = z.strictObject({
  /** Where OSS calls back, with `body`; both are left out where the server that signs says it. */
  url: webUrlSchema.optional(),
  /** Left out: the host of the URL. */
  host: headerText(255).optional(),
  /** What is sent, with `${object}`, `${size}`, `${x:name}` and the like in it. */
  body: z.string().min(1, 'must not be empty').max(4096).optional(),
  bodyType: z.enum(['application/x-www-form-urlencoded', 'application/json']).optional(),
  sni: z.boolean().optional(),
  /** `${x:name}` in the body. */
  variables: z
    .record(
      z.string().regex(/^x:[a-z0-9_]{1,60}$/, 'must look like x:name'),
      z
        .string()
        .max(1024)
        .regex(/^(?!\s)[^\r\n]*(?<!\s)$/, 'must be one line without blanks at its ends'),
    )
    .optional(),
  /** Asked to look at an object of which OSS could not tell (POST, with the destination's bearer). */
  noticeUrl: webUrlSchema.optional(),
});

/** Whether a rule's pattern fits a file's name (not its path); capitals do not count. */
export function fitsName(pattern: string, name: string): boolean {
  const literal = (text: string): string => text.replace(/[\\^$.|+()[\]{}]/g, '\\$&');
  const expression = literal(pattern).replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 'isu').test(name);
}
