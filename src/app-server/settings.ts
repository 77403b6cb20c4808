import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { profileSchema } from '../shared/profile';
import {
  algorithms,
  algorithmsOf,
  callbackUrl,
  endpoint,
  origins,
  prefixTemplate,
  publicKey,
  secureUrl,
  staticTokens,
  tokenHash,
  USER_PLACE,
  wholeNumber,
  type StaticToken,
} from './settings-values';

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
  /** Empty, or ends in `/`; `{user}` in it stands for the user of a JWT. */
  readonly prefix: string;
  readonly ossEndpoint: string;
  /** Origin of a domain that is bound to the bucket; null: none. */
  readonly customDomain: string | null;
  readonly stsEndpoint: Endpoint;
  readonly immProject?: string;
  readonly immEndpoint: string;
  readonly sessionActions: 'all' | 'upload';
  /** How long signed URLs and policies may live; their token can make it less. */
  readonly signedSeconds: number;
  /** Bearer tokens that may ask. Without any and without `jwt`, no token is asked for. */
  readonly staticTokens: readonly StaticToken[];
  readonly jwt: JwtSettings | null;
  readonly callback: {
    /** Where OSS is to tell of an upload; null: nowhere. */
    readonly url: string | null;
    /** Origins, besides OSS's own, from which keys of callbacks are taken. */
    readonly keyOrigins: readonly string[];
  };
  /** SHA-256 of the token that may read `/metrics`. */
  readonly metricsTokenHash: Buffer | null;
  readonly requestsPerSecond: number;
  readonly pages: boolean;
  readonly log: boolean;
}

/** Whose JSON Web Tokens are believed. */
export interface JwtSettings {
  readonly keys:
    { readonly kind: 'public-key'; readonly key: KeyObject } | { readonly kind: 'jwks'; readonly url: URL };
  readonly algorithms: readonly string[];
  readonly issuer: string;
  readonly audience: string;
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
const SECONDS =
  'it must be a whole number of seconds from 900 to 43200, no more than the maximum of the role';
const EXTERNAL_ID = 'it must have 2 to 1224 characters';
const PREFIX =
  'it must be the folder that clients may use, such as uploads/, without a leading slash (empty: the whole bucket)';

const SIGNED_SECONDS = 'it must be a whole number of seconds from 60 to 604800';
const RATE = 'it must be a whole number from 1 to 100000';
const JWT =
  'JSON Web Tokens need their keys (JWT_JWKS_URL or JWT_PUBLIC_KEY, not both), JWT_ISSUER and JWT_AUDIENCE';
const SWITCH = z.enum(['0', '1'], 'it must be 1 or 0');

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
    OSS_PREFIX: z.string({ error: PREFIX }).pipe(prefixTemplate),
    OSS_ENDPOINT: endpoint.optional(),
    OSS_CUSTOM_DOMAIN: endpoint.optional(),
    OSS_CALLBACK_URL: callbackUrl.optional(),
    OSS_CALLBACK_KEY_ORIGINS: origins.default([]),
    STS_ENDPOINT: endpoint.optional(),
    IMM_PROJECT: z
      .string()
      .regex(/^[\w-]{1,128}$/, 'it must be the name of a project of Intelligent Media Management')
      .optional(),
    IMM_ENDPOINT: endpoint.optional(),
    OSS_SESSION_ACTIONS: z.enum(['upload', 'all'], 'it must be upload or all').default('all'),
    TOKEN_SECONDS: wholeNumber(900, 43_200, SECONDS).default(3600),
    SIGNED_SECONDS: wholeNumber(60, 604_800, SIGNED_SECONDS).default(3600),
    BEARER_TOKENS_SHA256: staticTokens.default([]),
    JWT_JWKS_URL: secureUrl.optional(),
    JWT_PUBLIC_KEY: publicKey.optional(),
    JWT_ALGORITHMS: algorithms.default(['RS256', 'ES256']),
    JWT_ISSUER: z.string().optional(),
    JWT_AUDIENCE: z.string().optional(),
    METRICS_TOKEN_SHA256: tokenHash.optional(),
    REQUESTS_PER_SECOND: wholeNumber(1, 100_000, RATE).default(200),
    PAGES: SWITCH.default('1'),
    LOG: z.enum(['0', '1'], 'it must be 1 to log requests to standard error, or 0').default('0'),
  })
  .superRefine((values, context) => {
    const hasId = values.ALIBABA_CLOUD_ACCESS_KEY_ID !== undefined;
    const hasSecret = values.ALIBABA_CLOUD_ACCESS_KEY_SECRET !== undefined;
    const missing = hasId ? 'ALIBABA_CLOUD_ACCESS_KEY_SECRET' : 'ALIBABA_CLOUD_ACCESS_KEY_ID';
    const message = hasId ? PAIR : PAIR.replace('_KEY_ID', '_KEY_SECRET');
    if (hasId !== hasSecret) context.addIssue({ code: 'custom', path: [missing], message });
  })
  .superRefine((values, context) => {
    const wrong = wrongJwtVariable(values) ?? wrongTemplateVariable(values);
    if (wrong !== null) context.addIssue({ code: 'custom', path: [wrong.name], message: wrong.should });
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
    customDomain: values.OSS_CUSTOM_DOMAIN?.origin ?? null,
    stsEndpoint: { host: sts.host, protocol: sts.protocol === 'http:' ? 'HTTP' : 'HTTPS' },
    ...(values.IMM_PROJECT === undefined ? {} : { immProject: values.IMM_PROJECT }),
    immEndpoint: (values.IMM_ENDPOINT ?? new URL(`https://imm.${region}.aliyuncs.com`)).origin,
    sessionActions: values.OSS_SESSION_ACTIONS,
    signedSeconds: values.SIGNED_SECONDS,
    staticTokens: values.BEARER_TOKENS_SHA256,
    jwt: jwtOf(values),
    callback: { url: values.OSS_CALLBACK_URL ?? null, keyOrigins: values.OSS_CALLBACK_KEY_ORIGINS },
    metricsTokenHash: values.METRICS_TOKEN_SHA256 ?? null,
    requestsPerSecond: values.REQUESTS_PER_SECOND,
    pages: values.PAGES === '1',
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

interface Wrong {
  readonly name: string;
  readonly should: string;
}

interface JwtValues extends Partial<Record<'JWT_JWKS_URL' | 'JWT_ISSUER' | 'JWT_AUDIENCE', unknown>> {
  readonly JWT_PUBLIC_KEY?: KeyObject | undefined;
  readonly JWT_ALGORITHMS: readonly string[];
}

function wrongJwtVariable(values: JwtValues): Wrong | null {
  const isSet = (name: keyof JwtValues): boolean => values[name] !== undefined;
  const names = ['JWT_ISSUER', 'JWT_AUDIENCE'] as const;
  const keySources = Number(isSet('JWT_JWKS_URL')) + Number(isSet('JWT_PUBLIC_KEY'));
  if (keySources === 0 && !names.some(isSet)) return null;
  if (keySources !== 1) return { name: 'JWT_JWKS_URL', should: JWT };
  const missing = names.find((name) => !isSet(name));
  if (missing !== undefined) return { name: missing, should: JWT };
  const { JWT_PUBLIC_KEY: key, JWT_ALGORITHMS: allowed } = values;
  if (key === undefined || algorithmsOf(key).some((name) => allowed.includes(name))) return null;
  return {
    name: 'JWT_ALGORITHMS',
    should: `for this JWT_PUBLIC_KEY it must name ${algorithmsOf(key).join(' or ')}`,
  };
}

/** `{user}` stands for nobody where no JWT says who it is. */
function wrongTemplateVariable(
  values: JwtValues & { readonly OSS_PREFIX: string; readonly BEARER_TOKENS_SHA256: readonly StaticToken[] },
): Wrong | null {
  if (!values.OSS_PREFIX.includes(USER_PLACE)) return null;
  const hasJwt = values.JWT_JWKS_URL !== undefined || values.JWT_PUBLIC_KEY !== undefined;
  if (!hasJwt)
    return { name: 'OSS_PREFIX', should: `it may name ${USER_PLACE} only where users come with a JWT` };
  if (values.BEARER_TOKENS_SHA256.every(({ prefix }) => prefix !== null)) return null;
  return {
    name: 'BEARER_TOKENS_SHA256',
    should: `each hash needs =prefix behind it, because OSS_PREFIX names ${USER_PLACE}`,
  };
}

function jwtOf(values: Values): JwtSettings | null {
  const { JWT_JWKS_URL: url, JWT_PUBLIC_KEY: key, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = values;
  if (issuer === undefined || audience === undefined) return null;
  const rest = { algorithms: values.JWT_ALGORITHMS, issuer, audience };
  if (url !== undefined) return { keys: { kind: 'jwks', url }, ...rest };
  return key === undefined ? null : { keys: { kind: 'public-key', key }, ...rest };
}
