/** The part of the form that says what objects are to be and whom OSS tells of them. Lists are edited as lines. */
import type { Profile } from '../../../shared/profile';

export interface ObjectValues {
  /** Empty: the bucket's own, as for the next three. */
  readonly storageClass: string;
  readonly acl: string;
  readonly encryption: string;
  readonly kmsKeyId: string;
  readonly cacheControl: string;
  /** `*.heic image/heic`, a rule a line. */
  readonly contentTypes: string;
  readonly contentDispositions: string;
  /** `name=value`, one a line. */
  readonly metadata: string;
  readonly tags: string;
  /** Empty: OSS tells nobody. */
  readonly callbackUrl: string;
  readonly callbackBody: string;
  readonly callbackBodyType: string;
  readonly callbackHost: string;
  readonly callbackSni: boolean;
  readonly callbackVariables: string;
  readonly noticeUrl: string;
}
export type ObjectField = Exclude<keyof ObjectValues, 'callbackSni'>;

const FORM = 'application/x-www-form-urlencoded';
export const EMPTY_OBJECT: ObjectValues = {
  storageClass: '',
  acl: '',
  encryption: '',
  kmsKeyId: '',
  cacheControl: '',
  contentTypes: '',
  contentDispositions: '',
  metadata: '',
  tags: '',
  callbackUrl: '',
  callbackBody: 'bucket=${bucket}&object=${object}&size=${size}&etag=${etag}',
  callbackBodyType: FORM,
  callbackHost: '',
  callbackSni: false,
  callbackVariables: '',
  noticeUrl: '',
};

export const OBJECT_FIELDS = [
  'storageClass',
  'acl',
  'encryption',
  'kmsKeyId',
  'cacheControl',
  'contentTypes',
  'contentDispositions',
  'metadata',
  'tags',
] as const satisfies readonly ObjectField[];
export const CALLBACK_FIELDS = [
  'callbackUrl',
  'callbackBody',
  'callbackBodyType',
  'callbackHost',
  'callbackVariables',
  'noticeUrl',
] as const satisfies readonly ObjectField[];

/** What is typed in such a field, the same in every language. */
export const EXAMPLES = {
  cacheControl: 'max-age=3600',
  contentTypes: '*.heic image/heic',
  contentDispositions: "*.pdf attachment; filename*=UTF-8''{name}",
  metadata: 'project=harbour',
  tags: 'project=harbour',
  callbackBody: '${object}, ${size}, ${x:name}',
  callbackVariables: 'x:project=harbour',
} as const;

/** Where the schema finds a field wrong: the first two steps of its path. */
export const OBJECT_PATHS: Readonly<Record<string, ObjectField>> = {
  'object.storageClass': 'storageClass',
  'object.acl': 'acl',
  'object.encryption': 'encryption',
  'object.encryption.keyId': 'kmsKeyId',
  'object.cacheControl': 'cacheControl',
  'object.contentTypes': 'contentTypes',
  'object.contentDispositions': 'contentDispositions',
  'object.metadata': 'metadata',
  'object.tags': 'tags',
  callback: 'callbackUrl',
  'callback.url': 'callbackUrl',
  'callback.body': 'callbackBody',
  'callback.bodyType': 'callbackBodyType',
  'callback.host': 'callbackHost',
  'callback.variables': 'callbackVariables',
  'callback.noticeUrl': 'noticeUrl',
};

const isFilled = (text: string): boolean => text.trim() !== '';
const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(isFilled);

/** `name=value` a line. Of a name that comes twice one value would be lost: the schema gets a name that it refuses. */
function pairsOf(text: string): Readonly<Record<string, string>> {
  const pairs = new Map<string, string>();
  for (const line of linesOf(text)) {
    const at = line.indexOf('=');
    const name = at < 0 ? line : line.slice(0, at).trim();
    if (pairs.has(name)) return { '': '' };
    pairs.set(name, at < 0 ? '' : line.slice(at + 1).trim());
  }
  return Object.fromEntries(pairs);
}

/** A pattern without blanks, then what holds for the names that it fits. */
function rulesOf(text: string): readonly { readonly names: string; readonly value: string }[] {
  return linesOf(text).map((line) => {
    const [names = ''] = line.split(/\s/);
    return { names, value: line.slice(names.length).trim() };
  });
}

const pairLines = (pairs: Readonly<Record<string, string>> = {}): string =>
  Object.entries(pairs)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
const ruleLines = (rules: readonly { readonly names: string; readonly value: string }[] = []): string =>
  rules.map(({ names, value }) => `${names} ${value}`).join('\n');

export function objectValues({ object = {}, callback }: Profile): ObjectValues {
  const { encryption } = object;
  return {
    storageClass: object.storageClass ?? '',
    acl: object.acl ?? '',
    encryption: encryption?.method ?? '',
    kmsKeyId: encryption?.method === 'KMS' ? (encryption.keyId ?? '') : '',
    cacheControl: object.cacheControl ?? '',
    contentTypes: ruleLines(object.contentTypes),
    contentDispositions: ruleLines(object.contentDispositions),
    metadata: pairLines(object.metadata),
    tags: pairLines(object.tags),
    callbackUrl: callback?.url ?? '',
    callbackBody: callback?.body ?? EMPTY_OBJECT.callbackBody,
    callbackBodyType: callback?.bodyType ?? FORM,
    callbackHost: callback?.host ?? '',
    callbackSni: callback?.sni ?? false,
    callbackVariables: pairLines(callback?.variables),
    noticeUrl: callback?.noticeUrl ?? '',
  };
}

/** What the profile says of it, for the schema to judge; nothing at all where nothing was asked for. */
export function objectInput(values: ObjectValues): Readonly<Record<string, unknown>> {
  const object = settingsInput(values);
  const callback = callbackInput(values);
  return {
    ...(Object.keys(object).length === 0 ? {} : { object }),
    ...(callback === null ? {} : { callback }),
  };
}

function settingsInput(values: ObjectValues): Readonly<Record<string, unknown>> {
  const { storageClass, acl, encryption, kmsKeyId, contentTypes, contentDispositions } = values;
  const keyId = encryption === 'KMS' && isFilled(kmsKeyId) ? { keyId: kmsKeyId.trim() } : {};
  return {
    ...(storageClass === '' ? {} : { storageClass }),
    ...(acl === '' ? {} : { acl }),
    ...(encryption === '' ? {} : { encryption: { method: encryption, ...keyId } }),
    ...(isFilled(values.cacheControl) ? { cacheControl: values.cacheControl.trim() } : {}),
    ...(isFilled(contentTypes) ? { contentTypes: rulesOf(contentTypes) } : {}),
    ...(isFilled(contentDispositions) ? { contentDispositions: rulesOf(contentDispositions) } : {}),
    ...(isFilled(values.metadata) ? { metadata: pairsOf(values.metadata) } : {}),
    ...(isFilled(values.tags) ? { tags: pairsOf(values.tags) } : {}),
  };
}

function callbackInput(values: ObjectValues): Readonly<Record<string, unknown>> | null {
  const { callbackUrl, callbackHost, callbackBodyType, callbackVariables, noticeUrl } = values;
  const notice = isFilled(noticeUrl) ? { noticeUrl: noticeUrl.trim() } : {};
  // Where the server that signs names the callback, only the way to tell again is ours to say.
  if (!isFilled(callbackUrl)) return isFilled(noticeUrl) ? notice : null;
  return {
    url: callbackUrl.trim(),
    body: values.callbackBody.trim(),
    ...(callbackBodyType === FORM ? {} : { bodyType: callbackBodyType }),
    ...(isFilled(callbackHost) ? { host: callbackHost.trim() } : {}),
    ...(values.callbackSni ? { sni: true } : {}),
    ...(isFilled(callbackVariables) ? { variables: pairsOf(callbackVariables) } : {}),
    ...notice,
  };
}

/** Whether the form has something to show under a heading that is folded otherwise. */
export const hasObjectSettings = (values: ObjectValues): boolean =>
  Object.keys(settingsInput(values)).length > 0;
