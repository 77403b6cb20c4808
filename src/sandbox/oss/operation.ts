import type { Operation } from '../faults/fault-rules';
import type { Query } from '../wire/query';

// Sub-resources that are whole operations of their own. Answering one of them as the plain operation of
// its method would be wrong in silence (`PUT ?acl` is no PutObject).
const UNKNOWN_SUBRESOURCES = [
  'acl',
  'append',
  'bucketInfo',
  'cors',
  'delete',
  'encryption',
  'lifecycle',
  'live',
  'location',
  'logging',
  'policy',
  'qos',
  'referer',
  'replication',
  'restore',
  'stat',
  'symlink',
  'versioning',
  'versions',
  'website',
  'worm',
  'x-oss-process',
  'x-oss-async-process',
];

/** The operation that method, key and sub-resource stand for; Unknown where the sandbox has none. */
export function operationOf(method: string, isObject: boolean, query: Query, isCopy: boolean): Operation {
  if (method === 'OPTIONS') return 'Options';
  if (UNKNOWN_SUBRESOURCES.some((name) => query.has(name)) || isCopy) return 'Unknown';
  return isObject ? objectOperation(method, query) : bucketOperation(method, query);
}

function bucketOperation(method: string, query: Query): Operation {
  if (method === 'POST') return 'PostObject';
  if (method !== 'GET') return 'Unknown';
  if (query.has('uploads')) return 'ListMultipartUploads';
  return query.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects';
}

function objectOperation(method: string, query: Query): Operation {
  const hasUpload = query.has('uploadId');
  if (query.has('tagging')) return taggingOperation(method);
  switch (method) {
    case 'PUT':
      return hasUpload || query.has('partNumber') ? 'UploadPart' : 'PutObject';
    case 'POST':
      if (query.has('uploads')) return 'InitiateMultipartUpload';
      return hasUpload ? 'CompleteMultipartUpload' : 'Unknown';
    case 'GET':
      return hasUpload ? 'ListParts' : 'GetObject';
    case 'HEAD':
      return 'HeadObject';
    case 'DELETE':
      return hasUpload ? 'AbortMultipartUpload' : 'DeleteObject';
    default:
      return 'Unknown';
  }
}

function taggingOperation(method: string): Operation {
  if (method === 'GET') return 'GetObjectTagging';
  return method === 'PUT' ? 'PutObjectTagging' : 'Unknown';
}
