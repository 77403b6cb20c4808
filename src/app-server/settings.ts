import { z } from 'zod';
import { profileSchema } from '../shared/profile';
import { isLoopbackHost } from './loopback';

/** All that the environment decides, parsed once at start. Holds the AccessKey pair: never log it. */
export interface Settings {
  /** Null: the SDK's default chain finds a pair, for instance that of the machine's role. */
  readonly accessKey: AccessKey | null;
  readonly role: {
    readonly arn: string;
    readonly sessionName: string;
    readonly externalId?: string;
    readonly tokenSeconds: number;
  };
  readonly bucket: string;
  /** Without `oss-`. */
  readonly region: string;
  /** Empty, or ends in `/`. */
  readonly prefix: string;
  readonly ossEndpoint: string;
  readonly stsEndpoint: Endpoint;
  readonly immProject?: string;
  readonly sessionActions: 'all' | 'upload';
  /** SHA-256 of each bearer token that may ask; empty: no token is asked for. */
  readonly bearerTokenHashes: readonly Buffer[];
  readonly log: boolean;
}

interface AccessKey {
  readonly id: string;
  readonly secret: string;
  readonly securityToken?: string;
}

interface Endpoint {
  /** With its port where it is not the protocol's own. */
  readonly host: string;
  readonly protocol: 'HTTP' | 'HTTPS';
}

export type Environment = Readonly<Record<string, string | undefined>>;
export type SettingsOutcome =
  { readonly ok: true; readonly settings: Settings } | { readonly ok: false; readonly sentence: string };

const given = (should: string) => z.string({ error: should }).min(1, should);
const PAIR =
  'it goes together with ALIBABA_CLOUD_ACCESS_KEY_ID; set both, or neither to use the role of the machine';
const ENDPOINT = 'it must be an https:// URL or a host name (plain http is only for this machine)';
const HASHES =
  'it must be the SHA-256 of each token as 64 hexadecimal digits, separated by commas, never the token itself';
const SECONDS =
  'it must be a whole number of seconds from 900 to 43200, no more than the maximum of the role';
const EXTERNAL_ID = 'it must have 2 to 1224 characters';
const PREFIX =
  'it must be the folder that clients may use, such as uploads/, without a leading slash (empty: the whole bucket)';

const endpoint = z.string().transform((text, context): URL => {
  const url = endpointUrl(text);
  if (url !== null) return url;
  context.addIssue({ code: 'custom', message: ENDPOINT });
  return z.NEVER;
});

const hashes = z
  .string()
  .transform((list) => list.split(',').map((hash) => hash.trim().toLowerCase()))
  .refine((list) => list.every((hash) => /^[0-9a-f]{64}$/.test(hash)), HASHES)
  .transform((list) => list.map((hash) => Buffer.from(hash, 'hex')));

const environmentSchema = z
  .object({
    ALIBABA_CLOUD_ACCESS_KEY_ID: z.string().optional(),
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: z.string().optional(),
    ALIBABA_CLOUD_SECURITY_TOKEN: z.string().optional(),
    ROLE_ARN: given('it must look like acs:ram::123456789012:role/name').regex(
      /^acs:ram::\d+:role\/[\w.-]+$/,
      'it must look like acs:ram::123456789012:role/name',
    ),
    // STS: 2 to 64 characters.
    ROLE_SESSION_NAME: given('it must have 2 to 64 letters, digits or . @ - _').regex(
      /^[\w.@-]{2,64}$/,
      'it must have 2 to 64 letters, digits or . @ - _',
    ),
    ROLE_EXTERNAL_ID: z.string().min(2, EXTERNAL_ID).max(1224, EXTERNAL_ID).optional(),
    OSS_BUCKET: given('it must be the name of the bucket').pipe(profileSchema.shape.bucket),
    OSS_REGION: given('it must look like cn-hangzhou').pipe(profileSchema.shape.region),
    OSS_PREFIX: z.string({ error: PREFIX }).pipe(profileSchema.shape.prefix.unwrap()),
    OSS_ENDPOINT: endpoint.optional(),
    STS_ENDPOINT: endpoint.optional(),
    IMM_PROJECT: z
      .string()
      .regex(/^[\w-]{1,128}$/, 'it must be the name of a project of Intelligent Media Management')
      .optional(),
    OSS_SESSION_ACTIONS: z.enum(['upload', 'all'], 'it must be upload or all').default('all'),
    TOKEN_SECONDS: z
      .string()
      .regex(/^\d{1,6}$/, SECONDS)
      .transform(Number)
      .pipe(z.int().min(900, SECONDS).max(43_200, SECONDS))
      .default(3600),
    BEARER_TOKENS_SHA256: hashes.default([]),
    LOG: z.enum(['0', '1'], 'it must be 1 to log requests to standard error, or 0').default('0'),
  })
  .superRefine((values, context) => {
    const hasId = values.ALIBABA_CLOUD_ACCESS_KEY_ID !== undefined;
    const hasSecret = values.ALIBABA_CLOUD_ACCESS_KEY_SECRET !== undefined;
    const missing = hasId ? 'ALIBABA_CLOUD_ACCESS_KEY_SECRET' : 'ALIBABA_CLOUD_ACCESS_KEY_ID';
    const message = hasId ? PAIR : PAIR.replace('_KEY_ID', '_KEY_SECRET');
    if (hasId !== hasSecret) context.addIssue({ code: 'custom', path: [missing], message });
  });
type Values = z.output<typeof environmentSchema>;

/** Prefix alone may be empty with a meaning; elsewhere container files write "not set" as an empty value. */
const MAY_BE_EMPTY: readonly string[] = ['OSS_PREFIX'];

/** The settings, or one sentence that names the first variable that is missing or wrong and what it should be. */
export function readSettings(environment: Environment): SettingsOutcome {
  const present = Object.entries(environment).filter(
    ([name, value]) => value !== undefined && (value !== '' || MAY_BE_EMPTY.includes(name)),
  );
  const values = environmentSchema.safeParse(Object.fromEntries(present));
  if (values.success) return { ok: true, settings: settingsOf(values.data) };
  const [issue] = values.error.issues;
  const name = String(issue?.path[0]);
  const isMissing = !present.some(([presentName]) => presentName === name);
  const should = (issue?.message ?? '').replace(/^must/, 'it must');
  return { ok: false, sentence: `The variable ${name} is ${isMissing ? 'missing' : 'wrong'}: ${should}.` };
}

function settingsOf(values: Values): Settings {
  const region = values.OSS_REGION;
  const sts = values.STS_ENDPOINT ?? new URL(`https://sts.${region}.aliyuncs.com`);
  return {
    accessKey: accessKeyOf(values),
    role: {
      arn: values.ROLE_ARN,
      sessionName: values.ROLE_SESSION_NAME,
      ...(values.ROLE_EXTERNAL_ID === undefined ? {} : { externalId: values.ROLE_EXTERNAL_ID }),
      tokenSeconds: values.TOKEN_SECONDS,
    },
    bucket: values.OSS_BUCKET,
    region,
    prefix: values.OSS_PREFIX,
    ossEndpoint: (values.OSS_ENDPOINT ?? new URL(`https://oss-${region}.aliyuncs.com`)).origin,
    stsEndpoint: { host: sts.host, protocol: sts.protocol === 'http:' ? 'HTTP' : 'HTTPS' },
    ...(values.IMM_PROJECT === undefined ? {} : { immProject: values.IMM_PROJECT }),
    sessionActions: values.OSS_SESSION_ACTIONS,
    bearerTokenHashes: values.BEARER_TOKENS_SHA256,
    log: values.LOG === '1',
  };
}

function accessKeyOf(values: Values): AccessKey | null {
  const id = values.ALIBABA_CLOUD_ACCESS_KEY_ID;
  const secret = values.ALIBABA_CLOUD_ACCESS_KEY_SECRET;
  if (id === undefined || secret === undefined) return null;
  const securityToken = values.ALIBABA_CLOUD_SECURITY_TOKEN;
  return securityToken === undefined ? { id, secret } : { id, secret, securityToken };
}

/** Credentials come back over it in the clear: plain http is for this machine alone. */
function endpointUrl(text: string): URL | null {
  try {
    const url = new URL(text.includes('://') ? text : `https://${text}`);
    const isBare = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
    const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
    return isBare && isSafe && url.host !== '' ? url : null;
  } catch {
    return null;
  }
}
