import { compareKeys } from '../storage/sorted-keys';
import type { MultipartUpload } from '../storage/records';
import type { Answer } from '../wire/answer';
import type { XmlElement } from '../wire/xml';
import { xmlAnswer, type OssCall } from './call';
import { countOf, encoderOf } from './list-objects';
import { openUpload } from './multipart';

/** ListParts: the parts that have arrived, by number, at most 1000 a page. */
export function listParts({ exchange, bucket, key }: OssCall): Answer {
  const uploadId = exchange.query.get('uploadId') ?? '';
  const upload = openUpload({ bucket, key, uploadId });
  const limit = countOf(exchange, 'max-parts', 1_000, 1_000);
  const marker = countOf(exchange, 'part-number-marker', 0, 999_999_999);
  const encode = encoderOf(exchange);
  const behind = [...upload.parts.values()]
    .filter((part) => part.partNumber > marker)
    .sort((left, right) => left.partNumber - right.partNumber);
  const page = behind.slice(0, limit);
  return xmlAnswer('ListPartsResult', [
    ['EncodingType', exchange.query.get('encoding-type') === 'url' ? 'url' : null],
    ['Bucket', bucket.name],
    ['Key', encode(key)],
    ['UploadId', uploadId],
    ['PartNumberMarker', marker],
    ['NextPartNumberMarker', page.at(-1)?.partNumber ?? marker],
    ['MaxParts', limit],
    ['IsTruncated', behind.length > page.length],
    ...page.map((part): XmlElement => [
      'Part',
      [
        ['PartNumber', part.partNumber],
        ['LastModified', new Date(part.lastModifiedAt).toISOString()],
        ['ETag', `"${part.etag}"`],
        ['HashCrc64ecma', part.crc64],
        ['Size', part.sizeBytes],
      ],
    ]),
  ]);
}

/** ListMultipartUploads: unfinished uploads by key, then by id, at most 1000 a page. */
export function listMultipartUploads({ exchange, bucket }: OssCall): Answer {
  const { query } = exchange;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const limit = countOf(exchange, 'max-uploads', 1_000, 1_000);
  const encode = encoderOf(exchange);
  const behind = bucket.store
    .uploads()
    .filter((upload) => upload.key.startsWith(prefix) && isAfter(upload, keyMarker, idMarker))
    .sort((left, right) => compareKeys(left.key, right.key) || compareKeys(left.uploadId, right.uploadId));
  const grouped = groupByPrefix(behind, prefix, delimiter, keyMarker);
  const page = grouped.slice(0, limit);
  const last = page.at(-1);
  const isTruncated = grouped.length > page.length && page.length > 0;
  return xmlAnswer('ListMultipartUploadsResult', [
    ['EncodingType', query.get('encoding-type') === 'url' ? 'url' : null],
    ['Bucket', bucket.name],
    ['KeyMarker', encode(keyMarker)],
    ['UploadIdMarker', idMarker],
    ['NextKeyMarker', isTruncated && last ? encode(last.name) : ''],
    ['NextUploadIdMarker', isTruncated && last?.upload ? last.upload.uploadId : ''],
    ['Delimiter', encode(delimiter)],
    ['Prefix', encode(prefix)],
    ['MaxUploads', limit],
    ['IsTruncated', isTruncated],
    ...page.map(({ name, upload }): XmlElement => {
      if (!upload) return ['CommonPrefixes', [['Prefix', encode(name)]]];
      return [
        'Upload',
        [
          ['Key', encode(upload.key)],
          ['UploadId', upload.uploadId],
          ['StorageClass', upload.headers['x-oss-storage-class'] ?? 'Standard'],
          ['Initiated', new Date(upload.initiatedAt).toISOString()],
        ],
      ];
    }),
  ]);
}

// OSS: with an upload-id-marker the uploads of the marker's own key are shown from behind that id on;
// without one they are left out.
function isAfter(upload: MultipartUpload, keyMarker: string, idMarker: string): boolean {
  const order = compareKeys(upload.key, keyMarker);
  if (order !== 0) return order > 0;
  return idMarker !== '' && compareKeys(upload.uploadId, idMarker) > 0;
}

interface Listed {
  readonly name: string;
  readonly upload: MultipartUpload | null;
}

function groupByPrefix(
  uploads: readonly MultipartUpload[],
  prefix: string,
  delimiter: string,
  keyMarker: string,
): Listed[] {
  const listed: Listed[] = [];
  for (const upload of uploads) {
    const at = delimiter === '' ? -1 : upload.key.indexOf(delimiter, prefix.length);
    if (at < 0) {
      listed.push({ name: upload.key, upload });
      continue;
    }
    const name = upload.key.slice(0, at + delimiter.length);
    if (listed.at(-1)?.name !== name && !keyMarker.startsWith(name)) listed.push({ name, upload: null });
  }
  return listed;
}
