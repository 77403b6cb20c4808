import { invalidArgument, type Refusal } from '../wire/refusal';
import type { Exchange } from '../wire/exchange';

/** What an upload asks to be called back about. */
export interface Callback {
  /** Tried in this order until one answers well; at most five. */
  readonly urls: readonly string[];
  /** The Host header, where it is not the URL's own. */
  readonly host: string | null;
  /** As it was written, with its `${…}` still in it. */
  readonly body: string;
  readonly bodyType: 'application/x-www-form-urlencoded' | 'application/json';
  /** The values of `${x:…}`, by names that begin with `x:`. */
  readonly variables: ReadonlyMap<string, string>;
}

const MAX_URLS = 5;

/**
 * The callback that a Put or Complete asks for: by the headers x-oss-callback and x-oss-callback-var, or by
 * `callback` and `callback-var` in a signed URL. Null where it asks for none; throws InvalidArgument for one
 * that cannot be carried out, before anything is stored.
 */
export function callbackOf({ headers, query }: Exchange): Callback | null {
  const inQuery = query.get('callback') ?? query.get('x-oss-callback');
  const inHeader = headers.get('x-oss-callback') ?? null;
  if (inQuery !== null && inHeader !== null) {
    throw wrong('The callback must be in the header or in the URL, not in both.', inHeader);
  }
  const text = inQuery ?? inHeader;
  if (text === null || text === '') return null;
  const variables =
    query.get('callback-var') ?? query.get('x-oss-callback-var') ?? headers.get('x-oss-callback-var') ?? null;
  return parseCallback(text, variables === null ? new Map() : parseVariables(variables));
}

/** The callback that a form asks for; its variables are fields of the form. */
export function callbackOfForm(fields: ReadonlyMap<string, string>): Callback | null {
  const text = fields.get('callback');
  if (text === undefined || text === '') return null;
  return parseCallback(text, new Map([...fields].filter(([name]) => name.startsWith('x:'))));
}

function parseCallback(base64: string, variables: ReadonlyMap<string, string>): Callback | null {
  const fields = decode(base64, 'callback');
  const text = (name: string): string => {
    const value = fields[name] ?? '';
    if (typeof value !== 'string') throw wrong(`${name} of the callback must be a string.`, base64);
    return value;
  };
  const urls = text('callbackUrl')
    .split(';')
    .map(withScheme)
    .filter((url) => url !== '');
  // OSS: a callback without a URL is none.
  if (urls.length === 0) return null;
  if (urls.length > MAX_URLS) throw wrong('The callback has more than five URLs.', base64, '0007-00000005');
  if (!urls.every(isHttpUrl)) throw wrong('The callbackUrl is invalid.', base64);
  const body = text('callbackBody');
  if (body === '') throw wrong('The callbackBody is empty.', base64, '0007-00000011');
  const bodyType = text('callbackBodyType') || 'application/x-www-form-urlencoded';
  if (bodyType !== 'application/json' && bodyType !== 'application/x-www-form-urlencoded') {
    throw wrong('The callbackBodyType is invalid.', base64);
  }
  return { urls, host: text('callbackHost') || null, body, bodyType, variables };
}

function parseVariables(base64: string): Map<string, string> {
  const variables = new Map<string, string>();
  for (const [name, value] of Object.entries(decode(base64, 'callback-var'))) {
    // OSS: the names of custom variables begin with `x:` and are in lower case.
    if (!/^x:[^A-Z]+$/.test(name) || typeof value !== 'string') {
      throw wrong('The names of callback-var must begin with "x:", be in lower case and have texts.', base64);
    }
    variables.set(name, value);
  }
  return variables;
}

function decode(base64: string, name: string): Record<string, unknown> {
  const bytes = Buffer.from(base64, 'base64');
  try {
    if (bytes.toString('base64') !== base64) throw new Error('not Base64');
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('no object');
    return value as Record<string, unknown>;
  } catch {
    throw wrong(`The ${name} is not a JSON object in Base64.`, base64, '0007-00000002');
  }
}

function withScheme(url: string): string {
  const trimmed = url.trim();
  return trimmed === '' || trimmed.includes('://') ? trimmed : `http://${trimmed}`;
}

function isHttpUrl(url: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}

function wrong(message: string, value: string, ec?: string): Refusal {
  return invalidArgument(message, {
    ...(ec === undefined ? {} : { ec }),
    fields: { ArgumentName: 'callback', ArgumentValue: value },
  });
}
