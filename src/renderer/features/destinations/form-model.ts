import { profileSchema, type ConflictPolicy, type Profile } from '../../../shared/profile';

export interface FormValues {
  readonly name: string;
  readonly bucket: string;
  readonly region: string;
  readonly prefix: string;
  /** Empty: the region's own. */
  readonly endpoint: string;
  /** Of the token server; not used where uploading is authorized in another way. */
  readonly tokenServerUrl: string;
  readonly conflict: ConflictPolicy;
  readonly allowInsecure: boolean;
}

export type FieldName = 'name' | 'bucket' | 'region' | 'prefix' | 'endpoint' | 'tokenServerUrl';
export const FIELD_NAMES: readonly FieldName[] = [
  'name',
  'bucket',
  'region',
  'prefix',
  'endpoint',
  'tokenServerUrl',
];

/** What is wrong with a field; the words are `form.problems.<field>.<problem>`. */
export type Problem = 'empty' | 'shape' | 'insecure' | 'slash';

export const CONFLICT_POLICIES = [
  'skip-identical',
  'keep-both',
  'never-overwrite',
  'overwrite',
  'ask',
] as const;

export const EMPTY_FORM: FormValues = {
  name: '',
  bucket: '',
  region: '',
  prefix: '',
  endpoint: '',
  tokenServerUrl: '',
  conflict: 'skip-identical',
  allowInsecure: false,
};

export function valuesOf(profile: Profile): FormValues {
  return {
    name: profile.name,
    bucket: profile.bucket,
    region: profile.region,
    prefix: profile.prefix,
    endpoint: profile.endpoint ?? '',
    tokenServerUrl: profile.authorization.kind === 'token-server' ? profile.authorization.url : '',
    conflict: profile.conflict ?? 'skip-identical',
    allowInsecure: profile.allowInsecure,
  };
}

/** The profile that the form describes; what the form does not show is taken over from `base`. */
export function profileInput(values: FormValues, base: Profile | null): Record<string, unknown> {
  const kept: Partial<Profile> = { ...base };
  // An endpoint that was emptied means the region's own again.
  delete kept.endpoint;
  const endpoint = values.endpoint.trim();
  return {
    ...kept,
    // A name is for the eye: without one the bucket's serves.
    name: values.name.trim() || values.bucket.trim(),
    bucket: values.bucket.trim(),
    region: values.region.trim(),
    prefix: values.prefix.trim(),
    ...(endpoint === '' ? {} : { endpoint }),
    authorization:
      base === null || base.authorization.kind === 'token-server'
        ? { kind: 'token-server', url: values.tokenServerUrl.trim() }
        : base.authorization,
    conflict: values.conflict,
    allowInsecure: values.allowInsecure,
  };
}

export type Checked =
  | { readonly kind: 'valid'; readonly profile: Profile }
  | { readonly kind: 'wrong'; readonly problems: Readonly<Partial<Record<FieldName, Problem>>> };

const FIELD_OF_PATH: Readonly<Record<string, FieldName>> = {
  name: 'name',
  bucket: 'bucket',
  region: 'region',
  prefix: 'prefix',
  endpoint: 'endpoint',
  'authorization.url': 'tokenServerUrl',
};

/** The form judged by the profile's own schema, so that main will find nothing that was not said here. */
export function check(values: FormValues, base: Profile | null): Checked {
  const parsed = profileSchema.safeParse(profileInput(values, base));
  if (parsed.success) return { kind: 'valid', profile: parsed.data };
  const problems: Partial<Record<FieldName, Problem>> = {};
  for (const issue of parsed.error.issues) {
    const field = FIELD_OF_PATH[issue.path.join('.')];
    if (field !== undefined) problems[field] ??= problemOf(field, values[field].trim());
  }
  // superRefine is not reached while another field is wrong, but plain http should be said at once.
  for (const field of ['endpoint', 'tokenServerUrl'] as const)
    if (problems[field] === undefined && isInsecure(values, base, field)) problems[field] = 'insecure';
  return { kind: 'wrong', problems };
}

function problemOf(field: FieldName, value: string): Problem {
  if (value === '') return 'empty';
  if (field === 'prefix' && /^[/\\]/.test(value)) return 'slash';
  const isUrl = field === 'endpoint' || field === 'tokenServerUrl';
  return isUrl && /^http:\/\/[^/]/.test(value) ? 'insecure' : 'shape';
}

/** Asks the schema about one address alone, in a profile that is right in all else. */
function isInsecure(values: FormValues, base: Profile | null, field: 'endpoint' | 'tokenServerUrl'): boolean {
  const value = values[field].trim();
  if (!value.startsWith('http://') || values.allowInsecure) return false;
  if (field === 'tokenServerUrl' && base !== null && base.authorization.kind !== 'token-server') return false;
  const probe = {
    name: 'probe',
    region: 'cn-hangzhou',
    bucket: 'probe',
    authorization: {
      kind: 'token-server',
      url: field === 'tokenServerUrl' ? value : 'https://probe.example',
    },
    ...(field === 'endpoint' ? { endpoint: value } : {}),
  };
  return !profileSchema.safeParse(probe).success;
}

/** A value that would be right, where one is plain to see. */
export function mended(field: FieldName, problem: Problem, value: string): string | null {
  if (field === 'prefix' && problem === 'slash') return value.trim().replace(/^[/\\]+/, '');
  if (field === 'bucket' && problem === 'shape') {
    const small = value.trim().toLowerCase();
    return small !== value.trim() && /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(small) ? small : null;
  }
  if (problem === 'shape' && (field === 'endpoint' || field === 'tokenServerUrl')) {
    const bare = value.trim();
    return /^[\w-]+(\.[\w-]+)+(:\d+)?(\/.*)?$/.test(bare) ? `https://${bare}` : null;
  }
  return null;
}
