/**
 * What an object is to be, as OSS's headers. Begun by PutObject
 * (https://www.alibabacloud.com/help/en/oss/developer-reference/putobject), InitiateMultipartUpload or a form.
 */
import { fitsName } from '../../shared/object-settings';
import type { Profile } from '../../shared/profile';
import { contentTypeOf } from './content-type';

/** The settings of a destination, and what is said of this one object. */
export interface ObjectToBe {
  readonly settings: Profile['object'];
  readonly key: string;
  /** The item's own `x-oss-tagging`; null: none. */
  readonly tagging: string | null;
}

/** The headers of PutObject, which are also the fields of a form. Values are printable ASCII. Never throws. */
export function putHeaders(object: ObjectToBe): Record<string, string> {
  return { ...initiateHeaders(object), ...completeHeaders(object.settings) };
}

/**
 * The headers of InitiateMultipartUpload: all but the ACL, which its document does not know
 * (https://www.alibabacloud.com/help/en/oss/developer-reference/initiatemultipartupload).
 */
export function initiateHeaders({ settings = {}, key, tagging }: ObjectToBe): Record<string, string> {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const { contentTypes, contentDispositions, cacheControl, storageClass, encryption, metadata } = settings;
  const disposition = ruleFor(contentDispositions, name);
  const keyId = encryption?.method === 'KMS' ? encryption.keyId : undefined;
  const tags = mergedTagging(settings.tags, tagging);
  return {
    'Content-Type': ruleFor(contentTypes, name) ?? contentTypeOf(key),
    ...some(
      'Content-Disposition',
      disposition?.replaceAll('{name}', () => percentEncoded(name)),
    ),
    ...some('Cache-Control', cacheControl),
    ...some('x-oss-storage-class', storageClass),
    ...some('x-oss-server-side-encryption', encryption?.method),
    ...some('x-oss-server-side-encryption-key-id', keyId),
    ...some('x-oss-tagging', tags === '' ? undefined : tags),
    ...Object.fromEntries(
      Object.entries(metadata ?? {}).map(([known, value]) => [`x-oss-meta-${known}`, value]),
    ),
  };
}

/**
 * The headers of CompleteMultipartUpload: the ACL, which OSS takes there
 * (https://www.alibabacloud.com/help/en/oss/developer-reference/completemultipartupload).
 */
export function completeHeaders(settings: Profile['object']): Record<string, string> {
  return some('x-oss-object-acl', settings?.acl);
}

const some = (name: string, value: string | undefined): Record<string, string> =>
  value === undefined ? {} : { [name]: value };

function ruleFor(
  rules: readonly { readonly names: string; readonly value: string }[] | undefined,
  name: string,
): string | undefined {
  return rules?.find(({ names }) => fitsName(names, name))?.value;
}

/** OSS takes each tag once: where both name one, the item's own word counts. */
function mergedTagging(tags: Readonly<Record<string, string>> | undefined, own: string | null): string {
  const merged = new Map(Object.entries(tags ?? {}));
  for (const [name, value] of new URLSearchParams(own ?? '')) merged.set(name, value);
  return [...merged].map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`).join('&');
}

/** RFC 5987: all bytes but attr-char, of which those that RFC 3986 does not know are escaped, too. */
function percentEncoded(text: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return /[A-Za-z0-9\-._~]/.test(letter)
        ? letter
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
