import type { TemporaryCredentials } from '../../shared/credentials';
import type { DestinationId } from '../../shared/ids';
import type { Profile } from '../../shared/profile';
import { createRequest, signUtils } from './ali-oss-signing.js';

/** What a signature covers. Header names keep their case; values are plain ASCII. */
export interface RequestToSign {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly bucket: string;
  /** Null for requests about the bucket. */
  readonly key: string | null;
  /** Signed by V1 and V4: uploads, uploadId, partNumber. An empty value is sent as the name alone. */
  readonly subresources: Record<string, string>;
  /** Signed by V4 only. */
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
}

/** Gives the headers to send, Authorization among them, signed for the instant `serverNow` (milliseconds). */
type Sign = (request: RequestToSign, serverNow: number) => Record<string, string>;

export interface Signers {
  signerFor(
    destinationId: DestinationId,
    generation: number,
    profile: Profile,
    credentials: TemporaryCredentials,
  ): Sign;
}

const REMEMBERED_SIGNERS = 32;
// createRequest also builds a URL, which we do not use: on an IP host it drops the bucket and rewrites Host to a
// name under aliyuncs.com. Neither host nor path style is signed, so any endpoint serves.
const UNUSED_ENDPOINT = { protocol: 'https:', host: 'unused.invalid', hostname: 'unused.invalid' };
const NO_MIME_GUESS = 'none';

/**
 * Signs as ali-oss does: its `createRequest` on the few members of a client that it reads. The whole client would
 * bring urllib, an XML parser and 20 MiB into a process that sends nothing with them.
 */
function createSigner(
  signature: Profile['signature'],
  region: string,
  credentials: TemporaryCredentials,
): Sign {
  const accessKeyId = credentials.accessKeyId.trim();
  const secret = credentials.accessKeySecret.trim();
  const options = {
    authorizationV4: signature === 'v4',
    headerEncoding: 'utf-8',
    endpoint: UNUSED_ENDPOINT,
    cname: true,
    amendTimeSkewed: 0,
    ...(credentials.securityToken === null ? {} : { stsToken: credentials.securityToken }),
  };
  const client = {
    options,
    userAgent: 'OSS-Ferry',
    _escape: () => '',
    _getResource: (request: { bucket: string; object?: string }) =>
      `/${request.bucket}/${request.object ?? ''}`,
    authorization(method: string, resource: string, subresources: object, headers: object): string {
      const canonical = signUtils.buildCanonicalString(method, resource, {
        headers,
        parameters: subresources,
      });
      return signUtils.authorization(accessKeyId, secret, canonical, options.headerEncoding);
    },
    authorizationV4: (method: string, request: object, bucket?: string, object?: string) =>
      signUtils.authorizationV4(accessKeyId, secret, region, method, request, bucket, object),
  };
  return (request, serverNow) => {
    // createRequest ignores a passed x-oss-date; this is the one way to shift its clock.
    options.amendTimeSkewed = serverNow - Date.now();
    return createRequest.call(client, {
      method: request.method,
      bucket: request.bucket,
      ...(request.key === null ? {} : { object: request.key }),
      // Without a Content-Type of ours it would guess one from the key and sign that.
      mime: NO_MIME_GUESS,
      headers: request.headers,
      subres: request.subresources,
      query: request.query,
    }).params.headers;
  };
}

/** Keeps the signers of the last few (destination, generation) pairs. */
export function createSigners(): Signers {
  const known = new Map<string, { readonly sign: Sign; readonly stamp: string }>();
  return {
    signerFor(destinationId, generation, profile, credentials) {
      const name = `${destinationId}\n${generation}`;
      // A profile can be edited, and credentials pasted again, under the same name.
      const stamp = [
        profile.signature,
        profile.region,
        credentials.accessKeyId,
        credentials.accessKeySecret,
        credentials.securityToken ?? '',
      ].join('\n');
      const found = known.get(name);
      if (found?.stamp === stamp) return found.sign;
      const sign = createSigner(profile.signature, profile.region, credentials);
      known.delete(name);
      known.set(name, { sign, stamp });
      const [oldest] = known.keys();
      if (known.size > REMEMBERED_SIGNERS && oldest !== undefined) known.delete(oldest);
      return sign;
    },
  };
}
