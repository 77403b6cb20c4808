import type { z } from 'zod';
import { profileSchema, type ConflictPolicy, type Profile } from '../../../shared/profile';
import {
  AUTHORIZATION_FIELDS,
  authorizationInput,
  authorizationValuesOf,
  EMPTY_AUTHORIZATION,
  FIELDS_OF_WAY,
  PATH_OF_FIELD,
  type AuthorizationField,
  type AuthorizationValues,
} from './authorization-model';
import {
  CALLBACK_FIELDS,
  EMPTY_OBJECT,
  OBJECT_FIELDS,
  OBJECT_PATHS,
  objectInput,
  objectValues,
  type ObjectField,
  type ObjectValues,
} from './object-model';
import { EMPTY_PLACE, namesAddress, placeInput, placeValues, type PlaceValues } from './place-model';

export interface FormValues extends AuthorizationValues, PlaceValues, ObjectValues {
  readonly name: string;
  readonly bucket: string;
  readonly region: string;
  readonly prefix: string;
  readonly conflict: ConflictPolicy;
  readonly allowInsecure: boolean;
  /** Empty: IMM is not asked. */
  readonly immProject: string;
  readonly immEndpoint: string;
  /** The consent: nothing is asked before it is given. */
  readonly afterUpload: boolean;
  readonly facesPerSecond: string;
  /** Looks for faces on this device before a picture is sent. */
  readonly ingest: boolean;
  readonly ingestTag: boolean;
  readonly ingestPrefix: string;
  readonly ingestAsk: boolean;
}

export type FieldName =
  'name' | 'bucket' | 'region' | 'prefix' | 'endpoint' | FacesField | AuthorizationField | ObjectField;
/** Fields of the part about faces. */
export type FacesField = 'immProject' | 'immEndpoint' | 'facesPerSecond' | 'ingestPrefix';
/** In the order of the form: the first that is wrong gets the focus. */
export const FIELD_NAMES: readonly FieldName[] = [
  'bucket',
  'region',
  'prefix',
  'name',
  'endpoint',
  ...AUTHORIZATION_FIELDS,
  'immProject',
  'immEndpoint',
  'facesPerSecond',
  'ingestPrefix',
  ...OBJECT_FIELDS,
  ...CALLBACK_FIELDS,
];

/** What is wrong with a field; the words are `form.problems.<field>.<problem>`, or those of `ways.problems`. */
export type Problem = 'empty' | 'shape' | 'insecure' | 'slash' | 'braces' | 'way';

export const CONFLICT_POLICIES = [
  'skip-identical',
  'keep-both',
  'never-overwrite',
  'overwrite',
  'ask',
] as const;

export const EMPTY_FORM: FormValues = {
  ...EMPTY_AUTHORIZATION,
  ...EMPTY_PLACE,
  ...EMPTY_OBJECT,
  name: '',
  bucket: '',
  region: '',
  prefix: '',
  conflict: 'ask',
  allowInsecure: false,
  immProject: '',
  immEndpoint: '',
  afterUpload: false,
  facesPerSecond: '5',
  ingest: false,
  ingestTag: false,
  ingestPrefix: '',
  ingestAsk: false,
};

export function valuesOf(profile: Profile): FormValues {
  return {
    ...authorizationValuesOf(profile),
    ...placeValues(profile),
    ...objectValues(profile),
    name: profile.name,
    bucket: profile.bucket,
    region: profile.region,
    prefix: profile.prefix,
    conflict: profile.conflict ?? EMPTY_FORM.conflict,
    allowInsecure: profile.allowInsecure,
    immProject: profile.imm?.project ?? '',
    immEndpoint: profile.imm?.endpoint ?? '',
    ...facesValues(profile.faces),
  };
}

function facesValues(faces: Profile['faces']) {
  return {
    afterUpload: faces?.detect === 'after-upload',
    facesPerSecond: String(faces?.perSecond ?? EMPTY_FORM.facesPerSecond),
    ingest: faces?.ingest !== undefined,
    ingestTag: faces?.ingest?.tag ?? false,
    ingestPrefix: faces?.ingest?.prefix ?? '',
    ingestAsk: faces?.ingest?.ask ?? false,
  };
}

function immInput(values: FormValues): Record<string, unknown> {
  const project = values.immProject.trim();
  const endpoint = values.immEndpoint.trim();
  if (project === '' && endpoint === '') return {};
  return { imm: { project, ...(endpoint === '' ? {} : { endpoint }) } };
}

/** Nothing at all where everything is off: the profile then says no more than before there were faces. */
function facesInput(values: FormValues): Record<string, unknown> {
  const prefix = values.ingestPrefix.trim();
  const rate = values.facesPerSecond.trim();
  if (!values.afterUpload && !values.ingest && rate === EMPTY_FORM.facesPerSecond) return {};
  const ingest = {
    ask: values.ingestAsk,
    tag: values.ingestTag,
    ...(prefix === '' ? {} : { prefix }),
  };
  return {
    faces: {
      detect: values.afterUpload ? 'after-upload' : 'off',
      perSecond: rate === '' ? Number.NaN : Number(rate),
      ...(values.ingest ? { ingest } : {}),
    },
  };
}

/** The profile that the form describes; what the form does not show is taken over from `base`. */
export function profileInput(values: FormValues, base: Profile | null): Record<string, unknown> {
  // What was emptied or switched off in the form must not come back from there.
  const kept = Object.entries(base ?? {}).filter(([name]) => !FORMED.includes(name));
  return {
    ...Object.fromEntries(kept),
    // A name is for the eye: without one the bucket's serves.
    name: values.name.trim() || values.bucket.trim(),
    bucket: values.bucket.trim(),
    region: values.region.trim(),
    prefix: values.prefix.trim(),
    ...placeInput(values, values.region),
    authorization: authorizationInput(values),
    conflict: values.conflict,
    allowInsecure: values.allowInsecure,
    ...immInput(values),
    ...facesInput(values),
    ...objectInput(values),
  };
}

const FORMED: readonly string[] = ['endpoint', 'addressing', 'imm', 'faces', 'object', 'callback'];

export type Checked =
  | { readonly kind: 'valid'; readonly profile: Profile }
  | { readonly kind: 'wrong'; readonly problems: Readonly<Partial<Record<FieldName, Problem>>> };

const FIELD_OF_PATH: Readonly<Record<string, FieldName>> = {
  name: 'name',
  bucket: 'bucket',
  region: 'region',
  prefix: 'prefix',
  endpoint: 'endpoint',
  addressing: 'endpoint',
  ...PATH_OF_FIELD,
  ...OBJECT_PATHS,
  'imm.project': 'immProject',
  'imm.endpoint': 'immEndpoint',
  // To ask after the upload is wrong only where there is nobody to ask.
  'faces.detect': 'immProject',
  'faces.perSecond': 'facesPerSecond',
  'faces.ingest.prefix': 'ingestPrefix',
};

/** The form judged by the profile's own schema, so that main will find nothing that was not said here. */
export function check(values: FormValues, base: Profile | null): Checked {
  const parsed = profileSchema.safeParse(profileInput(values, base));
  if (parsed.success) return { kind: 'valid', profile: parsed.data };
  const problems: Partial<Record<FieldName, Problem>> = {};
  for (const issue of parsed.error.issues) {
    const field = fieldAt(issue.path);
    if (field !== undefined) problems[field] ??= problemOf(field, values[field].trim(), issue);
  }
  // Without a name the bucket's serves, so it is the bucket that is missing.
  if (problems.name === 'empty') delete problems.name;
  // superRefine is not reached while another field is wrong, but these should be said at once.
  if (values.afterUpload && values.immProject.trim() === '') problems.immProject ??= 'empty';
  for (const field of URLS)
    if (problems[field] === undefined && isInsecure(values, field)) problems[field] = 'insecure';
  return { kind: 'wrong', problems };
}

/** Lists and records are one field each, wherever in them the schema finds something wrong. */
const fieldAt = (path: readonly PropertyKey[]): FieldName | undefined =>
  FIELD_OF_PATH[path.join('.')] ?? FIELD_OF_PATH[path.slice(0, 2).join('.')];

const URLS = ['endpoint', 'serverUrl', 'stsEndpoint', 'immEndpoint', 'noticeUrl'] as const;
const isUrl = (field: FieldName): boolean => URLS.some((url) => url === field);

function problemOf(field: FieldName, value: string, issue: z.core.$ZodIssue): Problem {
  // The field is right by itself, and what it asks for cannot be had by the way that was chosen.
  if (issue.code === 'custom' && issue.params?.['way'] !== undefined) return 'way';
  if (value === '') return field === 'facesPerSecond' ? 'shape' : 'empty';
  if (field === 'prefix' && /[{}]/.test(value)) return 'braces';
  if ((field === 'prefix' || field === 'ingestPrefix') && /^[/\\]/.test(value)) return 'slash';
  return isUrl(field) && /^http:\/\/[^/]/.test(value) ? 'insecure' : 'shape';
}

/** Asks the schema about one address alone, in a profile that is right in all else. */
function isInsecure(values: FormValues, field: (typeof URLS)[number]): boolean {
  const value = values[field].trim();
  if (!value.startsWith('http://') || values.allowInsecure) return false;
  // A field of a way that was not chosen is not shown.
  if (field === 'endpoint' && !namesAddress(values.reach)) return false;
  const isOfWay = field === 'serverUrl' || field === 'stsEndpoint';
  if (isOfWay && !FIELDS_OF_WAY[values.way].includes(field)) return false;
  const probe = {
    name: 'probe',
    region: 'cn-hangzhou',
    bucket: 'probe',
    authorization: { kind: 'token-server', url: isOfWay ? value : 'https://probe.example' },
    ...(field === 'endpoint' ? { endpoint: value } : {}),
    ...(field === 'immEndpoint' ? { imm: { project: 'probe', endpoint: value } } : {}),
    ...(field === 'noticeUrl'
      ? { callback: { url: 'https://probe.example', body: 'x', noticeUrl: value } }
      : {}),
  };
  return !profileSchema.safeParse(probe).success;
}

/** A value that would be right, where one is plain to see. */
export function mended(field: FieldName, problem: Problem, value: string): string | null {
  if ((field === 'prefix' || field === 'ingestPrefix') && problem === 'slash')
    return value.trim().replace(/^[/\\]+/, '');
  if (field === 'bucket' && problem === 'shape') {
    const small = value.trim().toLowerCase();
    return small !== value.trim() && /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(small) ? small : null;
  }
  if (problem === 'shape' && isUrl(field)) {
    const bare = value.trim();
    return /^[\w-]+(\.[\w-]+)+(:\d+)?(\/.*)?$/.test(bare) ? `https://${bare}` : null;
  }
  return null;
}
