/** Which proxy, if any, the surroundings name for an address. Nothing is sent to one: the product goes directly. */

/** A proxy by host and port; what stands before an `@` (a user and a password) is left away. */
export interface NamedProxy {
  /** `HTTPS_PROXY`, or null where the system's own settings name it. */
  readonly variable: string | null;
  readonly proxy: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** By HTTPS_PROXY or HTTP_PROXY, else ALL_PROXY, in either case of letters, unless NO_PROXY excepts the host. */
export function proxyInEnvironment(url: URL, environment: Environment): NamedProxy | null {
  const names = [url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY', 'ALL_PROXY'];
  const variable = names
    .flatMap((name) => [name, name.toLowerCase()])
    .find((name) => isSet(environment[name]));
  if (variable === undefined || isExcepted(url, environment['NO_PROXY'] ?? environment['no_proxy'] ?? ''))
    return null;
  return { variable, proxy: placeOf(environment[variable] ?? '') };
}

/** By an answer in the form of a proxy script: `PROXY proxy.example.com:8080; DIRECT`. */
export function proxyOfSystem(answer: string): NamedProxy | null {
  const [first = ''] = answer.split(';');
  const [kind = '', place = ''] = first.trim().split(/\s+/);
  return kind === '' || kind.toUpperCase() === 'DIRECT' ? null : { variable: null, proxy: placeOf(place) };
}

const isSet = (value: string | undefined): boolean => (value ?? '').trim() !== '';

function placeOf(value: string): string {
  const place = value.trim().replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
  return place.slice(place.lastIndexOf('@') + 1).replace(/[/?#].*$/, '');
}

function isExcepted(url: URL, list: string): boolean {
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const host = url.hostname.toLowerCase();
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', of] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      const suffix = name.replace(/^\*?\./, '');
      return (of === undefined || of === port) && (host === suffix || host.endsWith(`.${suffix}`));
    });
}
