import type { Settings } from '../settings';

type Place = Pick<Settings, 'bucket' | 'ossEndpoint' | 'customDomain'>;

/** Origin and beginning of the path of the bucket at its endpoint. An IP address has no room for it in its name. */
function atEndpoint({ bucket, ossEndpoint }: Place): { readonly origin: string; readonly path: string } {
  const url = new URL(ossEndpoint);
  const isAddress = /^\d+(\.\d+){3}$/.test(url.hostname) || url.hostname.startsWith('[');
  return isAddress
    ? { origin: url.origin, path: `/${bucket}` }
    : { origin: `${url.protocol}//${bucket}.${url.host}`, path: '' };
}

/** Where objects go: the custom domain where there is one, else the bucket at its endpoint. No `/` at the end. */
export function bucketUrl(place: Place): string {
  if (place.customDomain !== null) return place.customDomain;
  return bucketHost(place);
}

/** The bucket's own domain: PostObject knows no custom one. */
export function bucketHost(place: Place): string {
  const { origin, path } = atEndpoint(place);
  return `${origin}${path}`;
}

/** The URL of an object without its query. `/` stays as it is, all else is encoded as RFC 3986 says. */
export function objectUrl(place: Place, key: string): string {
  return `${bucketUrl(place)}/${key.split('/').map(encode).join('/')}`;
}

/** RFC 3986: what encodeURIComponent leaves as it is, less `!'()*`. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
