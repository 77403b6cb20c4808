import type { Operation } from '../faults/fault-rules';
import type { Caller, Directory } from '../identity/directory';
import { isAllowed } from '../identity/policy-evaluation';
import type { Exchange } from '../wire/exchange';
import { Refusal } from '../wire/refusal';
import type { Address } from './address';

// A part and its Complete are a put; reading a head is reading.
const ACTIONS: Partial<Record<Operation, string>> = {
  PutObject: 'oss:PutObject',
  PostObject: 'oss:PutObject',
  InitiateMultipartUpload: 'oss:PutObject',
  UploadPart: 'oss:PutObject',
  CompleteMultipartUpload: 'oss:PutObject',
  AbortMultipartUpload: 'oss:AbortMultipartUpload',
  ListParts: 'oss:ListParts',
  ListMultipartUploads: 'oss:ListMultipartUploads',
  GetObject: 'oss:GetObject',
  HeadObject: 'oss:GetObject',
  GetObjectTagging: 'oss:GetObjectTagging',
  PutObjectTagging: 'oss:PutObjectTagging',
  DeleteObject: 'oss:DeleteObject',
  ListObjects: 'oss:ListObjects',
  ListObjectsV2: 'oss:ListObjects',
};

const TAKES_TAGS: readonly Operation[] = ['PutObject', 'InitiateMultipartUpload'];
const TAKES_ACL: readonly Operation[] = ['PutObject', 'CompleteMultipartUpload'];

/** What a request is about to do. */
export interface Intent {
  readonly operation: Operation;
  readonly address: Address;
  /** It gives the object tags, which is a right of its own. */
  readonly isTagged: boolean;
  /** It gives the object an ACL, which is another. */
  readonly hasAcl: boolean;
}

/** The intent of a request that says all of it in its head; the form of a PostObject says more. */
export function intentOf(exchange: Exchange, operation: Operation, address: Address): Intent {
  const isTagged = TAKES_TAGS.includes(operation) && exchange.headers.has('x-oss-tagging');
  const hasAcl = TAKES_ACL.includes(operation) && exchange.headers.has('x-oss-object-acl');
  return { operation, address, isTagged, hasAcl };
}

/**
 * Lets the request pass where every policy of the caller allows every action it needs: a user's own, or role
 * policy and session policy.
 */
export function authorize(
  exchange: Exchange,
  intent: Intent,
  caller: Caller,
  scope: { readonly directory: Directory; readonly region: string },
): void {
  const { operation, address } = intent;
  const action = ACTIONS[operation];
  const actions = action === undefined ? [] : [action];
  if (intent.isTagged) actions.push('oss:PutObjectTagging');
  if (intent.hasAcl) actions.push('oss:PutObjectAcl');
  const name = `${address.bucket ?? '*'}${address.key === '' ? '' : `/${address.key}`}`;
  const resource = `acs:oss:oss-${scope.region}:${scope.directory.account.accountId}:${name}`;
  const policies = scope.directory.policiesOf(caller);
  const context = contextOf(exchange, operation);
  const isPermitted =
    actions.length > 0 &&
    actions.every((needed) => isAllowed(policies, { action: needed, resource, context }));
  if (!isPermitted) {
    throw new Refusal(403, 'AccessDenied', 'You have no right to access this object.', {
      ec: '0003-00000101',
    });
  }
}

function contextOf(exchange: Exchange, operation: Operation): Map<string, string> {
  const { query } = exchange;
  const context = new Map([
    ['acs:sourceip', (exchange.socket.remoteAddress ?? '').replace(/^::ffff:/, '')],
    ['acs:securetransport', 'false'],
    ['acs:currenttime', new Date(exchange.nowMs).toISOString()],
  ]);
  if (operation !== 'ListObjects' && operation !== 'ListObjectsV2') return context;
  // A listing without a prefix reads the whole bucket: it must not pass for one whose prefix is unknown.
  context.set('oss:prefix', query.get('prefix') ?? '');
  context.set('oss:delimiter', query.get('delimiter') ?? '');
  return context;
}
