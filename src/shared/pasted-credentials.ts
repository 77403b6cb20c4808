import type { TemporaryCredentials } from './credentials';

/** Why a text holds no temporary credentials; a message key of the window. */
export type PasteProblem =
  'empty' | 'not-json' | 'no-id' | 'no-secret' | 'no-token' | 'long-term' | 'no-time' | 'shape';

export type Pasted =
  | { readonly kind: 'credentials'; readonly credentials: TemporaryCredentials }
  | { readonly kind: 'problem'; readonly problem: PasteProblem };

/** One English sentence each, for the command and the log. No sentence quotes the text. */
export const PASTE_SENTENCES: Readonly<Record<PasteProblem, string>> = {
  empty: 'There are no credentials in it.',
  'not-json': 'It begins like JSON and is none.',
  'no-id': 'There is no AccessKey ID in it.',
  'no-secret': 'There is no AccessKey secret in it.',
  'no-token': 'There is no security token in it; temporary credentials have three parts.',
  'long-term': 'It is an AccessKey pair, which lasts; choose the way that assumes a role with it.',
  'no-time': 'Its expiration is no time.',
  shape: 'Its id, secret or token has characters that credentials do not have.',
};

type Field = 'id' | 'secret' | 'token' | 'expiration';

/** Names as STS, the SDKs, ossutil and the environment write them, without case, `_` and `-`. */
const FIELD_OF_NAME: ReadonlyMap<string, Field> = new Map([
  ['accesskeyid', 'id'],
  ['accesskeysecret', 'secret'],
  ['securitytoken', 'token'],
  ['sessiontoken', 'token'],
  ['ststoken', 'token'],
  ['expiration', 'expiration'],
  ['expire', 'expiration'],
]);

function fieldOf(name: string): Field | undefined {
  const plain = name.toLowerCase().replace(/[\s_-]/g, '');
  return FIELD_OF_NAME.get(plain.replace(/^(oss|alibabacloud|alicloud|aliyun)/, ''));
}

type Found = ReadonlyMap<Field, string>;

/** The answer of AssumeRole (`{"Credentials":{…}}`), of a token server (flat), or of an SDK (small first letters). */
function fromJson(text: string): Found | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const found = new Map<Field, string>();
  const take = (object: unknown, depth: number): void => {
    if (typeof object !== 'object' || object === null || depth > 3) return;
    for (const [name, inner] of Object.entries(object)) {
      const field = typeof inner === 'string' ? fieldOf(name) : undefined;
      if (field !== undefined && typeof inner === 'string' && !found.has(field))
        found.set(field, inner.trim());
      if (/^(credentials|body)$/i.test(name)) take(inner, depth + 1);
    }
  };
  take(value, 0);
  return found;
}

const LINE = /^\s*(?:export\s+|set\s+|\$env:)?["']?([A-Za-z][A-Za-z _-]*?)["']?\s*[=:]\s*(.*)$/i;

/** `export NAME="value"`, `set NAME=value`, `NAME: value`; else id, secret and token one after the other. */
function fromLines(text: string): Found {
  const found = new Map<Field, string>();
  // Several exports are often written in one line.
  for (const line of text.split(/\r?\n|;\s*(?=export\s)|&&|\s(?=export\s)/)) {
    const [, name = '', rest = ''] = LINE.exec(line) ?? [];
    const field = fieldOf(name);
    const value = rest.trim().replace(/[;,]$/, '').trim();
    if (field !== undefined && !found.has(field)) found.set(field, value.replace(/^(["'])(.*)\1$/, '$2'));
  }
  if (found.size > 0) return found;
  const [id, secret, token, ...more] = text.split(/\s+/);
  if (id?.startsWith('STS.') !== true || secret === undefined || token === undefined || more.length > 1)
    return found;
  const [expiration] = more;
  return new Map<Field, string>([
    ['id', id],
    ['secret', secret],
    ['token', token],
    ...(expiration === undefined ? [] : [['expiration', expiration] as const]),
  ]);
}

const problem = (what: PasteProblem): Pasted => ({ kind: 'problem', problem: what });

/**
 * Temporary credentials out of what someone pasted. Pure, so the window can say what is wrong while it is typed and
 * main finds the same. Whether they have expired is not judged: this clock may be wrong, and OSS will say.
 */
export function parsePasted(pasted: string): Pasted {
  const text = pasted.trim();
  if (text === '') return problem('empty');
  const found = text.startsWith('{') ? fromJson(text) : fromLines(text);
  if (found === null) return problem('not-json');
  const accessKeyId = found.get('id') ?? '';
  const accessKeySecret = found.get('secret') ?? '';
  const securityToken = found.get('token') ?? '';
  if (accessKeyId === '') return problem('no-id');
  if (accessKeySecret === '') return problem('no-secret');
  if (securityToken === '') return problem(accessKeyId.startsWith('STS.') ? 'no-token' : 'long-term');
  if (/[^\x21-\x7e]/.test(`${accessKeyId}${accessKeySecret}${securityToken}`)) return problem('shape');
  const expiration = found.get('expiration') ?? '';
  const expiresAtServer = expiration === '' ? null : Date.parse(expiration);
  if (Number.isNaN(expiresAtServer)) return problem('no-time');
  const credentials = { accessKeyId, accessKeySecret, securityToken, expiresAtServer };
  return { kind: 'credentials', credentials };
}
