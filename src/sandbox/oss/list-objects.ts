import { percentEncode } from '../wire/percent-encoding';
import { invalidArgument } from '../wire/refusal';
import type { Exchange } from '../wire/exchange';
import type { Answer } from '../wire/answer';
import type { XmlElement } from '../wire/xml';
import { compareKeys } from '../storage/sorted-keys';
import { xmlAnswer, type OssCall } from './call';
import { walkKeys, type Walked } from './walk-keys';

/** ListObjectsV2. The continuation token is the last item of the page before, in base64. */
export function listObjectsV2(call: OssCall): Answer {
  const { query } = call.exchange;
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after') ?? '';
  const tokenKey = token === null ? '' : Buffer.from(token, 'base64').toString('utf8');
  const page = pageOf(
    call,
    compareKeys(tokenKey, startAfter) > 0 ? tokenKey : startAfter,
    query.get('fetch-owner') === 'true',
  );
  const next = page.next === null ? null : Buffer.from(page.next, 'utf8').toString('base64');
  return xmlAnswer('ListBucketResult', [
    ...page.head,
    ['StartAfter', page.encode(startAfter)],
    ['ContinuationToken', token],
    ['NextContinuationToken', next],
    ['KeyCount', page.items.length],
    ...page.contents,
  ]);
}

/** ListObjects, the older listing, with markers that are keys. */
export function listObjects(call: OssCall): Answer {
  const marker = call.exchange.query.get('marker') ?? '';
  const page = pageOf(call, marker, true);
  return xmlAnswer('ListBucketResult', [
    ...page.head,
    ['Marker', page.encode(marker)],
    ['NextMarker', page.next === null ? null : page.encode(page.next)],
    ...page.contents,
  ]);
}

interface Page {
  readonly items: readonly Walked[];
  readonly next: string | null;
  readonly encode: (text: string) => string;
  readonly head: readonly XmlElement[];
  readonly contents: readonly XmlElement[];
}

function pageOf({ exchange, bucket }: OssCall, after: string, showsOwner: boolean): Page {
  const prefix = exchange.query.get('prefix') ?? '';
  const delimiter = exchange.query.get('delimiter') ?? '';
  const limit = countOf(exchange, 'max-keys', 100, 1_000);
  const encode = encoderOf(exchange);
  const { items, isTruncated } = walkKeys(bucket.store.keys, { prefix, delimiter, after, limit });
  const contents = items.map((item): XmlElement => {
    if (item.kind === 'prefix') return ['CommonPrefixes', [['Prefix', encode(item.prefix)]]];
    const object = bucket.store.object(item.key);
    return [
      'Contents',
      [
        ['Key', encode(item.key)],
        ['LastModified', new Date(object?.lastModifiedAt ?? 0).toISOString()],
        ['ETag', `"${object?.etag ?? ''}"`],
        ['Type', object?.type ?? 'Normal'],
        ['Size', object?.sizeBytes ?? 0],
        ['StorageClass', object?.headers['x-oss-storage-class'] ?? 'Standard'],
        [
          'Owner',
          showsOwner
            ? [
                ['ID', bucket.ownerId],
                ['DisplayName', bucket.ownerId],
              ]
            : null,
        ],
      ],
    ];
  });
  const last = items.at(-1);
  const head: XmlElement[] = [
    ['Name', bucket.name],
    ['Prefix', encode(prefix)],
    ['MaxKeys', limit],
    ['Delimiter', encode(delimiter)],
    ['EncodingType', exchange.query.get('encoding-type') === 'url' ? 'url' : null],
    ['IsTruncated', isTruncated],
  ];
  return { items, next: isTruncated && last ? nameOf(last) : null, encode, head, contents };
}

function nameOf(item: Walked): string {
  return item.kind === 'key' ? item.key : item.prefix;
}

/** A count from the query between 0 and `most`; refuses anything else with InvalidArgument. */
export function countOf(exchange: Exchange, name: string, absent: number, most: number): number {
  const text = exchange.query.get(name);
  if (text === null || text === '') return absent;
  const count = /^\d{1,9}$/.test(text) ? Number(text) : most + 1;
  if (count <= most) return count;
  throw invalidArgument(`Argument ${name} must be an integer between 0 and ${most}.`, {
    fields: { ArgumentName: name, ArgumentValue: text },
  });
}

/** How keys are written into this answer: percent-encoded where the client asks for `encoding-type=url`. */
export function encoderOf(exchange: Exchange): (text: string) => string {
  const type = exchange.query.get('encoding-type');
  if (type === 'url') return percentEncode;
  if (type !== null && type !== '') {
    throw invalidArgument('Invalid Encoding Method specified in Request.', {
      fields: { ArgumentName: 'encoding-type', ArgumentValue: type },
    });
  }
  return (text) => text;
}
