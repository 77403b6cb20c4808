import { z } from 'zod';
import { callbackSchema, objectSettingsSchema } from './object-settings';
import { isPrefixTemplate } from './prefix-template';
import { hostOf, hostUrlSchema, isLoopback, webUrlSchema as url } from './web-url';

/** What happens when the key is taken. Enforced by the server, never by a look before. */
export const conflictPolicySchema = z.enum([
  'overwrite',
  'never-overwrite',
  'skip-identical',
  'keep-both',
  'ask',
]);
export type ConflictPolicy = z.infer<typeof conflictPolicySchema>;

const region = z
  .string()
  .regex(/^(oss-)?[a-z]{2,}(-[a-z0-9]+)+$/, 'must look like cn-hangzhou')
  .transform((value) => value.replace(/^oss-/, ''));
const bucket = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
    'must have 3 to 63 small letters, digits or hyphens, and no hyphen at its ends',
  );
/**
 * OSS: a key has 1 to 1023 bytes of UTF-8 and begins with neither `/` nor `\`. A step `..` would be resolved on its way
 * by whoever thinks of folders, and lead to another key than was shown.
 */
export const keyPrefixSchema = z
  .string()
  .max(1000, 'must have at most 1,000 characters')
  .refine((value) => !/^[/\\]/.test(value), 'must not begin with / or \\')
  .refine((value) => !/(^|\/)\.\.?(\/|$)/.test(value), 'must have no steps . or ..')
  .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value), 'must have no control characters')
  .transform((value) => (value === '' || value.endsWith('/') ? value : `${value}/`));
/** With places for what is known only when files are handed in. */
export const prefixTemplateSchema = keyPrefixSchema.refine(
  isPrefixTemplate,
  'knows {user}, {date} and {batch} in braces, and no others',
);

const authorizationSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('token-server'), url }),
  z.strictObject({
    kind: z.literal('assume-role'),
    roleArn: z.string().regex(/^acs:ram::\d+:role\/.+$/, 'must look like acs:ram::123456789012:role/name'),
    roleSessionName: z.string().regex(/^[\w.@-]{2,64}$/, 'must have 2 to 64 letters, digits or . @ - _'),
    durationSeconds: z.int().min(900).max(43_200),
    externalId: z.string().min(2).max(1224).optional(),
    stsEndpoint: url.optional(),
    /** By explicit choice: the AccessKey pair of this profile of the aliyun CLI, in place of one that is handed in. */
    aliyunProfile: z.string().min(1).max(100).optional(),
  }),
  z.strictObject({ kind: z.literal('temporary') }),
  z.strictObject({ kind: z.literal('signed-url'), url }),
  z.strictObject({ kind: z.literal('post-policy'), url }),
]);

/** Faces in pictures. Nothing is looked at and nothing is asked before the user turns it on for a destination. */
const facesSchema = z.strictObject({
  /** `after-upload`: IMM reads each picture once it is verified in the bucket. */
  detect: z.enum(['off', 'after-upload']).default('off'),
  /** Questions to IMM a second. */
  perSecond: z.number().min(0.1).max(50).default(5),
  /** Looks for faces on this device before a picture is sent. */
  ingest: z
    .strictObject({
      /** Pictures with faces wait for an answer; else the rule holds at once. */
      ask: z.boolean().default(false),
      /** Tags the object `faces=N` (needs oss:PutObjectTagging). */
      tag: z.boolean().default(false),
      /** Pictures with faces go below this prefix in place of the destination's. */
      prefix: keyPrefixSchema.optional(),
    })
    .optional(),
});

/**
 * This side holds credentials of its own. With signed URLs and post policies only the server that signs does: it says
 * the callback where it likes, and neither IMM nor the bucket can be asked from here.
 */
export const holdsCredentials = ({
  authorization: { kind },
}: {
  readonly authorization: { readonly kind: string };
}) => kind !== 'signed-url' && kind !== 'post-policy';

interface Problem {
  readonly path: readonly string[];
  readonly message: string;
  /** Set where the field is right by itself, and cannot be had by this way of authorization. */
  readonly way?: string;
}

interface Ways {
  readonly authorization: { readonly kind: string };
  readonly object?: z.output<typeof objectSettingsSchema> | undefined;
  readonly callback?: z.output<typeof callbackSchema> | undefined;
}

/** A signed URL carries what the server has signed and no more (docs/app-server.md): nothing is dropped in silence. */
function unsignedSettings({ authorization, object }: Ways): readonly Problem[] {
  if (authorization.kind !== 'signed-url') return [];
  const fields = ['acl', 'encryption', 'cacheControl', 'contentDispositions'] as const;
  const message = 'cannot be said with signed URLs, whose server does not sign it; leave it out';
  return fields
    .filter((field) => object?.[field] !== undefined)
    .map((field) => ({ path: ['object', field], message, way: authorization.kind }));
}

/** Who says where OSS calls back: the profile, or for signed URLs the server that signs. */
function callbackProblems({ authorization, callback }: Ways): readonly Problem[] {
  if (callback === undefined) return [];
  const { url, host, body, bodyType, sni, variables, noticeUrl } = callback;
  const said = Object.entries({ url, host, body, bodyType, sni, variables }).filter(
    ([, value]) => value !== undefined,
  );
  const at = (field: string, message: string): readonly Problem[] => [{ path: ['callback', field], message }];
  if (authorization.kind === 'signed-url' && said[0] !== undefined)
    return [
      {
        path: ['callback', said[0][0]],
        message: 'is for the server to say that signs the URLs; leave it out (noticeUrl may stay)',
        way: authorization.kind,
      },
    ];
  const needs = said.length > 0 || noticeUrl === undefined || holdsCredentials({ authorization });
  if (authorization.kind !== 'signed-url' && needs && url === undefined)
    return at('url', 'is missing: the address that OSS calls back');
  if (url !== undefined && body === undefined) return at('body', 'is missing: what OSS sends to the address');
  return [];
}

/** Where objects go and how uploading is authorized. It holds no secret. */
export const profileSchema = z
  .strictObject({
    /** Shown in titles and terminals: no control characters, and none that turn the direction of what follows. */
    name: z
      .string()
      .min(1)
      .max(100)
      .regex(/^[^\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]*$/u, 'must be one line of plain text'),
    region,
    bucket,
    prefix: prefixTemplateSchema.default(''),
    endpoint: hostUrlSchema.optional(),
    addressing: z.enum(['virtual-host', 'cname', 'path']).optional(),
    authorization: authorizationSchema,
    conflict: conflictPolicySchema.optional(),
    signature: z.enum(['v4', 'v1']).default('v4'),
    allowInsecure: z.boolean().default(false),
    normalizeNames: z.enum(['as-is', 'nfc']).default('as-is'),
    imm: z.strictObject({ project: z.string().min(1), endpoint: url.optional() }).optional(),
    faces: facesSchema.optional(),
    object: objectSettingsSchema.optional(),
    callback: callbackSchema.optional(),
  })
  .superRefine((profile, context) => {
    for (const { path, message, way } of [...unsignedSettings(profile), ...callbackProblems(profile)])
      context.addIssue({
        code: 'custom',
        path: [...path],
        message,
        params: way === undefined ? {} : { way },
      });
    if (profile.faces?.detect === 'after-upload' && profile.imm === undefined)
      context.addIssue({
        code: 'custom',
        path: ['faces', 'detect'],
        message: 'needs an IMM project; name it as imm.project',
      });
    const tags = Object.keys(profile.object?.tags ?? {});
    if (profile.faces?.ingest?.tag === true && (tags.includes('faces') || tags.length > 9))
      context.addIssue({
        code: 'custom',
        path: ['object', 'tags'],
        message: 'must leave room for the tag "faces", which the rule for faces sets',
      });
    if (profile.authorization.kind === 'post-policy' && profile.addressing === 'cname')
      context.addIssue({
        code: 'custom',
        path: ['addressing'],
        params: { way: 'post-policy' },
        message: 'cannot be cname with a post policy: forms go to the domain of the bucket itself',
      });
    const places: [readonly string[], string | undefined][] = [
      [['endpoint'], profile.endpoint],
      [['authorization', 'url'], 'url' in profile.authorization ? profile.authorization.url : undefined],
      [
        ['authorization', 'stsEndpoint'],
        'stsEndpoint' in profile.authorization ? profile.authorization.stsEndpoint : undefined,
      ],
      [['imm', 'endpoint'], profile.imm?.endpoint],
      [['callback', 'noticeUrl'], profile.callback?.noticeUrl],
    ];
    for (const [path, value] of places) {
      if (value?.startsWith('http://') !== true || profile.allowInsecure || isLoopback(hostOf(value)))
        continue;
      const message = 'uses plain http; use https, or set "allowInsecure": true if the network is yours';
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  });
export type ProfileInput = z.input<typeof profileSchema>;
export type Profile = z.output<typeof profileSchema>;

/** `https://oss-<region>.aliyuncs.com` unless the profile names another. */
export function endpointOf(profile: Profile): string {
  return profile.endpoint ?? `https://oss-${profile.region}.aliyuncs.com`;
}

/** Virtual-host unless said otherwise; an endpoint that is an IP address can only be addressed by path. */
export function addressingOf(profile: Profile): 'virtual-host' | 'cname' | 'path' {
  if (profile.addressing !== undefined) return profile.addressing;
  const host = hostOf(endpointOf(profile));
  return /^\d+(\.\d+){3}$/.test(host) || host.startsWith('[') ? 'path' : 'virtual-host';
}

/** One sentence that says where a profile is wrong and what it should be. */
export function profileProblem(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'The profile is not valid.';
  if (issue.code === 'unrecognized_keys')
    return `The profile has an unknown field "${fieldName([...issue.path, issue.keys[0] ?? ''])}"; remove it or mend its spelling.`;
  const where = fieldName(issue.path);
  return where === ''
    ? `The profile ${issue.message}.`
    : `The profile field "${where}" is wrong: ${issue.message}.`;
}

/** Names of fields may come from anywhere, and go to a terminal. */
const fieldName = (path: readonly PropertyKey[]): string =>
  path
    .join('.')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '?')
    .slice(0, 120);

/** Whether the destination names a server that accepts callback replays (`noticeUrl`). */
export const acceptsCallbackReplays = (profile: Profile | undefined): boolean =>
  profile?.callback?.noticeUrl !== undefined;
