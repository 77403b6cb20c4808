import { createHash } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import type {
  Answer,
  HeadResult,
  ListedPart,
  NewObjectOptions,
  ObjectStorePort,
  RequestContext,
  StoredObject,
  UploadedPart,
  WriteOptions,
} from '../../engine/ports';
import type { Grant } from '../../shared/credentials';
import { failure, fault, success } from '../../shared/faults';
import type { DestinationId, ObjectKey, UploadId } from '../../shared/ids';
import type { Profile } from '../../shared/profile';
import {
  readCompleted,
  readHead,
  readInitiated,
  readPartsPage,
  readStoredObject,
  readStoredPart,
  readUploadsPage,
  unreadable,
  type ListedUpload,
  type Page,
  type UploadMarker,
} from './answers';
import { callbackHeaders } from './callback-headers';
import { bodyOf } from '../wire/body';
import { createOssClient, type OssClient } from './oss-client';
import { completeHeaders, initiateHeaders, putHeaders, type ObjectToBe } from './object-headers';
import { postObject } from './post-object';
import type { AskUploadUrls } from '../../shared/upload-urls';
import { createTransport } from '../wire/transport';
import { escapeXml } from './xml';

export interface ObjectStoreOptions {
  /** Null: no such destination (any more). */
  destination(id: DestinationId): Profile | null;
  /** Null: that generation of credentials is not at hand. */
  credentials(id: DestinationId, generation: number): Grant | null;
  /** Asks the server that signs for destinations of `signed-url`; left out: there are none. */
  readonly askUploadUrls?: AskUploadUrls;
  now(): number;
  /** Connections to one bucket at a time. */
  readonly connections: number;
  /** Silence after which a request is given up; 20 s unless a test says otherwise. */
  readonly stallMs?: number;
  readonly connectTimeoutMs?: number;
  readonly lookup?: LookupFunction;
  /** PEM, in place of the system's list of certificate authorities. */
  readonly certificateAuthorities?: string;
}

const OCTETS = 'application/octet-stream';
// OSS puts thousands of parts together before it says a word, and a Complete that was given up for lost costs a
// HeadObject or, where reading is forbidden, a question to the user.
const COMPLETE_PATIENCE = 3;
const PAGE_ENTRIES = '1000';

/** OSS over our own transport. See ObjectStorePort for what it promises. */
export function createObjectStore(options: ObjectStoreOptions): ObjectStorePort & { close(): void } {
  const transport = createTransport(options);
  const caller = createOssClient({ askUploadUrls: nobodySigns, ...options, transport });
  // The profile of this moment: a setting that is changed holds for the objects that are begun from then on.
  const toBe = (context: RequestContext, key: ObjectKey, write: NewObjectOptions): ObjectToBe => ({
    settings: options.destination(context.destinationId)?.object,
    key,
    tagging: write.tagging ?? null,
  });
  return {
    postObject: (context, key, body, write) => postObject(caller, options, context, key, body, write),
    putObject: (context, key, body, write) =>
      caller.call(
        context,
        {
          operation: 'PutObject',
          stores: true,
          method: 'PUT',
          key,
          headers: {
            ...putHeaders(toBe(context, key, write)),
            ...callbackHeaders(options.destination(context.destinationId)?.callback),
            'Content-MD5': body.md5,
            ...writeHeaders(write),
          },
          body,
          onSent: (bytes) => context.onSent(bytes),
        },
        readStoredObject,
      ),
    initiateMultipartUpload: (context, key, write) =>
      caller.call(
        context,
        {
          operation: 'InitiateMultipartUpload',
          action: 'PutObject',
          method: 'POST',
          key,
          subresources: { uploads: '' },
          headers: { ...initiateHeaders(toBe(context, key, write)), ...writeHeaders(write) },
          sizeBytes: write.sizeBytes,
        },
        readInitiated,
      ),
    uploadPart: (context, key, uploadId, partNumber, body) =>
      caller.call(
        context,
        {
          operation: 'UploadPart',
          action: 'PutObject',
          method: 'PUT',
          key,
          subresources: { partNumber: String(partNumber), uploadId },
          headers: { 'Content-Type': OCTETS },
          body,
          onSent: (bytes) => context.onSent(bytes),
        },
        readStoredPart,
      ),
    listParts: (context, key, uploadId) => listParts(caller, context, key, uploadId),
    completeMultipartUpload: (context, key, uploadId, parts, write) =>
      complete(caller, options.destination(context.destinationId), context, { key, uploadId, parts, write }),
    abortMultipartUpload: (context, key, uploadId) => abort(caller, context, key, uploadId),
    headObject: (context, key) => head(caller, context, key),
    listUploads: (context, key) => listUploads(caller, context, key),
    probe: (context) => caller.greet(context),
    close: () => transport.close(),
  };
}

const nobodySigns: AskUploadUrls = () =>
  Promise.resolve(failure(fault('internal', 'Nobody was named who signs for this destination.')));

function writeHeaders(write: WriteOptions): Record<string, string> {
  return write.forbidOverwrite ? { 'x-oss-forbid-overwrite': 'true' } : {};
}

interface Completion {
  readonly key: ObjectKey;
  readonly uploadId: UploadId;
  readonly parts: readonly UploadedPart[];
  readonly write: WriteOptions;
}

function complete(
  caller: OssClient,
  profile: Profile | null,
  context: RequestContext,
  { key, uploadId, parts, write }: Completion,
): Promise<Answer<StoredObject>> {
  const document = new TextEncoder().encode(completeDocument(parts));
  return caller.call(
    context,
    {
      operation: 'CompleteMultipartUpload',
      stores: true,
      action: 'PutObject',
      method: 'POST',
      key,
      subresources: { uploadId },
      headers: {
        'Content-Type': 'application/xml',
        'Content-MD5': createHash('md5').update(document).digest('base64'),
        ...completeHeaders(profile?.object),
        ...callbackHeaders(profile?.callback),
        ...writeHeaders(write),
      },
      body: bodyOf(document),
      patience: COMPLETE_PATIENCE,
    },
    readCompleted,
  );
}

/** OSS: part numbers ascend, else InvalidPartOrder. */
function completeDocument(parts: readonly UploadedPart[]): string {
  const lines = [...parts]
    .sort((one, other) => one.partNumber - other.partNumber)
    .map(
      ({ partNumber, etag }) =>
        `<Part><PartNumber>${partNumber}</PartNumber><ETag>${escapeXml(`"${etag}"`)}</ETag></Part>`,
    );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<CompleteMultipartUpload>${lines.join('')}</CompleteMultipartUpload>`;
}

async function listParts(
  caller: OssClient,
  context: RequestContext,
  key: ObjectKey,
  uploadId: UploadId,
): Promise<Answer<readonly ListedPart[]>> {
  const parts: ListedPart[] = [];
  let marker = 0;
  for (;;) {
    const page = await caller.call(
      context,
      {
        operation: 'ListParts',
        method: 'GET',
        key,
        subresources: { uploadId },
        query: {
          'max-parts': PAGE_ENTRIES,
          ...(marker === 0 ? {} : { 'part-number-marker': String(marker) }),
        },
      },
      readPartsPage,
    );
    if (!page.ok) return page;
    parts.push(...page.value.entries);
    const { clockOffsetMs } = page;
    if (page.value.next === null) return { ...success(parts), clockOffsetMs };
    // A marker that does not move would have us ask for ever.
    if (page.value.next <= marker) return { ...unreadable('ListParts'), clockOffsetMs };
    marker = page.value.next;
  }
}

async function abort(
  caller: OssClient,
  context: RequestContext,
  key: ObjectKey,
  uploadId: UploadId,
): Promise<Answer<void>> {
  const answer = await caller.call(
    context,
    { operation: 'AbortMultipartUpload', method: 'DELETE', key, subresources: { uploadId } },
    () => success(undefined),
  );
  if (answer.ok || answer.fault.code !== 'upload-gone') return answer;
  return { ...success(undefined), clockOffsetMs: answer.clockOffsetMs };
}

async function head(caller: OssClient, context: RequestContext, key: ObjectKey): Promise<Answer<HeadResult>> {
  const answer = await caller.call(
    context,
    { operation: 'HeadObject', action: 'GetObject', method: 'HEAD', key },
    readHead,
  );
  if (answer.ok || answer.fault.ossCode !== 'NoSuchKey') return answer;
  return { ...success({ kind: 'missing' as const }), clockOffsetMs: answer.clockOffsetMs };
}

async function listUploads(
  caller: OssClient,
  context: RequestContext,
  key: ObjectKey,
): Promise<Answer<readonly ListedUpload[]>> {
  const uploads: ListedUpload[] = [];
  let marker: UploadMarker | null = null;
  for (;;) {
    const markers: Record<string, string> =
      marker === null ? {} : { 'key-marker': marker.key, 'upload-id-marker': marker.uploadId };
    const page: Answer<Page<ListedUpload, UploadMarker>> = await askForUploads(caller, context, key, markers);
    if (!page.ok) return page;
    uploads.push(...page.value.entries.filter((upload) => upload.key === key));
    const { next } = page.value;
    const { clockOffsetMs } = page;
    // Among the keys that begin with this one it is itself the first, so other keys end the search.
    if (next?.key !== key) return { ...success(uploads), clockOffsetMs };
    if (next.uploadId === marker?.uploadId) return { ...unreadable('ListMultipartUploads'), clockOffsetMs };
    marker = next;
  }
}

function askForUploads(
  caller: OssClient,
  context: RequestContext,
  key: ObjectKey,
  markers: Record<string, string>,
): Promise<Answer<Page<ListedUpload, UploadMarker>>> {
  return caller.call(
    context,
    {
      operation: 'ListMultipartUploads',
      method: 'GET',
      key: null,
      subresources: { uploads: '' },
      query: { 'encoding-type': 'url', 'max-uploads': PAGE_ENTRIES, prefix: key, ...markers },
    },
    readUploadsPage,
  );
}
