import { addressingOf, endpointOf, type Profile } from '../../shared/profile';

/** Where a connection goes. */
export interface Origin {
  readonly secure: boolean;
  /** For the resolver: an IPv6 address without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** The value of the Host header. */
  readonly host: string;
}

/** The origin of a URL, `host` without the default port. */
export function originOf(url: URL): Origin {
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  return { secure, hostname: url.hostname.replace(/^\[|\]$/g, ''), port, host: url.host };
}

/** `https://bucket.example.com`, for sentences: two may differ in the scheme alone. */
export const originText = ({ secure, host }: Origin): string => `${secure ? 'https' : 'http'}://${host}`;

const origins = new WeakMap<Profile, Origin>();

/** Where the bucket of a profile answers, by virtual host, custom domain or path. */
export function bucketOrigin(profile: Profile): Origin {
  // Asked for each request, and a URL is dear to parse.
  const known = origins.get(profile) ?? findBucketOrigin(profile);
  origins.set(profile, known);
  return known;
}

function findBucketOrigin(profile: Profile): Origin {
  const origin = originOf(new URL(endpointOf(profile)));
  if (addressingOf(profile) !== 'virtual-host') return origin;
  return {
    ...origin,
    hostname: `${profile.bucket}.${origin.hostname}`,
    host: `${profile.bucket}.${origin.host}`,
  };
}

/** RFC 3986, as OSS canonicalises: everything but letters, digits and `-_.~` is escaped. Throws on half a surrogate pair. */
function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Path and query as they are sent. `/` in keys stays as it is. */
export function requestPath(
  profile: Profile,
  key: string | null,
  parameters: Record<string, string>,
): string {
  const bucket = addressingOf(profile) === 'path' ? `/${profile.bucket}` : '';
  const path = `${bucket}/${key === null ? '' : encodeStrictly(key).replaceAll('%2F', '/')}`;
  const query = Object.entries(parameters).map(([name, value]) =>
    value === '' ? encodeStrictly(name) : `${encodeStrictly(name)}=${encodeStrictly(value)}`,
  );
  return query.length === 0 ? path : `${path}?${query.join('&')}`;
}
