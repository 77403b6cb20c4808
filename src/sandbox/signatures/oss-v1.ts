import { createHmac } from 'node:crypto';
import type { Query } from '../wire/query';

/** The query parameters that V1 signs as part of the resource; all others it leaves unprotected. */
const SIGNED_PARAMETERS = new Set(
  `acl append asyncFetch bucketInfo callback callback-var cname comp continuation-token cors delete encryption
  endTime group img inventory inventoryId lifecycle link live location logging metaQuery objectInfo objectMeta
  partNumber policy position qos qosInfo referer replication replicationLocation replicationProgress
  requestPayment resourceGroup response-cache-control response-content-disposition
  response-content-encoding response-content-language response-content-type response-expires restore
  security-token sequential startTime stat status style styleName symlink tagging transferAcceleration uploadId
  uploads versionId versioning versions vod website worm wormExtend wormId x-oss-ac-forward-allow
  x-oss-ac-source-ip x-oss-ac-subnet-mask x-oss-ac-vpc-id x-oss-async-process x-oss-process
  x-oss-request-payer x-oss-traffic-limit`.split(/\s+/),
);

/** What a V1 signature is computed over. */
export interface V1Request {
  readonly method: string;
  /** `/bucket/key`, decoded. */
  readonly resource: string;
  readonly query: Query;
  readonly headers: ReadonlyMap<string, string>;
  /** The date line: x-oss-date or Date of a header signature, Expires of a signed URL. */
  readonly date: string;
}

/** The signature a V1 request must carry, in base64, and the string it was computed over. */
export function signV1(
  request: V1Request,
  accessKeySecret: string,
): { readonly signature: string; readonly stringToSign: string } {
  const { headers } = request;
  const lines = [
    request.method,
    headers.get('content-md5') ?? '',
    headers.get('content-type') ?? '',
    request.date,
    ...[...headers.keys()]
      .filter((name) => name.startsWith('x-oss-'))
      .sort()
      .map((name) => `${name}:${(headers.get(name) ?? '').trim()}`),
    request.resource + signedQuery(request.query),
  ];
  const stringToSign = lines.join('\n');
  const signature = createHmac('sha1', accessKeySecret).update(stringToSign, 'utf8').digest('base64');
  return { signature, stringToSign };
}

function signedQuery(query: Query): string {
  const pairs = query.parameters
    .filter(({ name }) => SIGNED_PARAMETERS.has(name))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .map(({ name, value }) => (value === null || value === '' ? name : `${name}=${value}`));
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
