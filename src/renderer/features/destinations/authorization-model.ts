/** The part of the form that says how uploads are authorized: its values, what is wrong with them, its secret. */
import { parsePasted, type PasteProblem } from '../../../shared/pasted-credentials';
import type { Profile } from '../../../shared/profile';
import { accessKeySchema, bearerSchema, WAYS, type Secret, type WayKind } from '../../../shared/secrets';

export interface AuthorizationValues {
  readonly way: WayKind;
  /** Of the server that is asked, by the three ways that have one. */
  readonly serverUrl: string;
  readonly roleArn: string;
  readonly roleSessionName: string;
  readonly durationSeconds: string;
  readonly externalId: string;
  /** Empty: the region's own. */
  readonly stsEndpoint: string;
  /** Empty: the AccessKey pair is entered here. */
  readonly aliyunProfile: string;
}
export type AuthorizationField = Exclude<keyof AuthorizationValues, 'way'>;

export const EMPTY_AUTHORIZATION: AuthorizationValues = {
  way: 'token-server',
  serverUrl: '',
  roleArn: '',
  roleSessionName: 'oss-ferry',
  durationSeconds: '3600',
  externalId: '',
  stsEndpoint: '',
  aliyunProfile: '',
};

const SERVER: readonly AuthorizationField[] = ['serverUrl'];
/** What each way asks for, in the order of the form. A way that is added here is in the form. */
export const FIELDS_OF_WAY: Readonly<Record<WayKind, readonly AuthorizationField[]>> = {
  'token-server': SERVER,
  'assume-role': [
    'roleArn',
    'roleSessionName',
    'durationSeconds',
    'externalId',
    'stsEndpoint',
    'aliyunProfile',
  ],
  temporary: [],
  'signed-url': SERVER,
  'post-policy': SERVER,
};
export const AUTHORIZATION_FIELDS: readonly AuthorizationField[] = [
  ...SERVER,
  ...FIELDS_OF_WAY['assume-role'],
];

/** Where the schema finds a field wrong. */
export const PATH_OF_FIELD: Readonly<Record<string, AuthorizationField>> = {
  'authorization.url': 'serverUrl',
  'authorization.roleArn': 'roleArn',
  'authorization.roleSessionName': 'roleSessionName',
  'authorization.durationSeconds': 'durationSeconds',
  'authorization.externalId': 'externalId',
  'authorization.stsEndpoint': 'stsEndpoint',
  'authorization.aliyunProfile': 'aliyunProfile',
};

export function authorizationValuesOf({ authorization }: Profile): AuthorizationValues {
  const values = { ...EMPTY_AUTHORIZATION, way: authorization.kind };
  if ('url' in authorization) return { ...values, serverUrl: authorization.url };
  if (authorization.kind !== 'assume-role') return values;
  return {
    ...values,
    roleArn: authorization.roleArn,
    roleSessionName: authorization.roleSessionName,
    durationSeconds: String(authorization.durationSeconds),
    externalId: authorization.externalId ?? '',
    stsEndpoint: authorization.stsEndpoint ?? '',
    aliyunProfile: authorization.aliyunProfile ?? '',
  };
}

/** The authorization of a profile, for the schema to judge. */
export function authorizationInput(values: AuthorizationValues): Readonly<Record<string, unknown>> {
  const kind = values.way;
  if (kind === 'temporary') return { kind };
  if (kind !== 'assume-role') return { kind, url: values.serverUrl.trim() };
  const seconds = values.durationSeconds.trim();
  const given = (name: 'externalId' | 'stsEndpoint' | 'aliyunProfile'): object =>
    values[name].trim() === '' ? {} : { [name]: values[name].trim() };
  return {
    kind,
    roleArn: values.roleArn.trim(),
    roleSessionName: values.roleSessionName.trim(),
    durationSeconds: /^\d{1,6}$/.test(seconds) ? Number(seconds) : seconds,
    ...given('externalId'),
    ...given('stsEndpoint'),
    ...given('aliyunProfile'),
  };
}

/** What was typed of a secret and not handed in yet. It is dropped with the form. */
export interface SecretDraft {
  readonly bearer: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly pasted: string;
}
export type SecretField = keyof SecretDraft;

export const EMPTY_DRAFT: SecretDraft = { bearer: '', accessKeyId: '', accessKeySecret: '', pasted: '' };

export type SecretProblem = 'empty' | 'shape' | 'temporary' | PasteProblem;

export type CheckedSecret =
  /** Nothing was typed, and nothing need be. */
  | { readonly kind: 'none' }
  | { readonly kind: 'secret'; readonly secret: Secret }
  | { readonly kind: 'wrong'; readonly problems: Readonly<Partial<Record<SecretField, SecretProblem>>> };

/** Judges a draft by the schemas that main will use. `isKept`: an empty one leaves what was handed in before. */
export function checkSecret(values: AuthorizationValues, draft: SecretDraft, isKept: boolean): CheckedSecret {
  switch (WAYS[values.way].secret) {
    case 'bearer':
      return checkBearer(draft.bearer.trim());
    case 'access-key':
      return values.aliyunProfile.trim() === '' ? checkPair(draft, isKept) : { kind: 'none' };
    case 'temporary':
      return checkPasted(draft.pasted, isKept);
  }
}

function checkBearer(text: string): CheckedSecret {
  if (text === '') return { kind: 'none' };
  const parsed = bearerSchema.safeParse({ kind: 'bearer', bearer: text });
  return parsed.success
    ? { kind: 'secret', secret: parsed.data }
    : { kind: 'wrong', problems: { bearer: 'shape' } };
}

function checkPair(draft: SecretDraft, isKept: boolean): CheckedSecret {
  const accessKeyId = draft.accessKeyId.trim();
  const accessKeySecret = draft.accessKeySecret.trim();
  if (accessKeyId === '' && accessKeySecret === '' && isKept) return { kind: 'none' };
  const parsed = accessKeySchema.safeParse({ kind: 'access-key', accessKeyId, accessKeySecret });
  if (parsed.success && !accessKeyId.startsWith('STS.')) return { kind: 'secret', secret: parsed.data };
  const problems: Partial<Record<SecretField, SecretProblem>> = {};
  for (const [field, value] of Object.entries({ accessKeyId, accessKeySecret })) {
    const name = field as 'accessKeyId' | 'accessKeySecret';
    if (value === '') problems[name] = 'empty';
    else if (!accessKeySchema.shape[name].safeParse(value).success) problems[name] = 'shape';
  }
  if (accessKeyId.startsWith('STS.')) problems.accessKeyId = 'temporary';
  return { kind: 'wrong', problems };
}

function checkPasted(text: string, isKept: boolean): CheckedSecret {
  if (text.trim() === '' && isKept) return { kind: 'none' };
  const parsed = parsePasted(text);
  return parsed.kind === 'problem'
    ? { kind: 'wrong', problems: { pasted: parsed.problem } }
    : { kind: 'secret', secret: { kind: 'temporary', text } };
}

/** Whether what is kept still serves after the form is saved: the same kind of secret, for the same server. */
export function staysKept(values: AuthorizationValues, profile: Profile): boolean {
  const before = authorizationValuesOf(profile);
  if (WAYS[before.way].secret !== WAYS[values.way].secret) return false;
  return originOf(before.serverUrl) === originOf(values.serverUrl);
}

function originOf(url: string): string {
  try {
    return new URL(url.trim()).origin;
  } catch {
    return '';
  }
}
