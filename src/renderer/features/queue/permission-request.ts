import type { Cause } from '../../../shared/queue-view';
import { fixedPrefix } from '../../../shared/prefix-template';
import type { Profile } from '../../../shared/profile';

/** What an upload needs at the least, as Alibaba's documents on RAM name it. */
const ACTIONS = ['oss:PutObject', 'oss:AbortMultipartUpload', 'oss:ListParts'];

/**
 * The statement that an administrator has to add to the role's policy so that files may be written to a destination,
 * as RAM takes it.
 */
export function permissionRequest({
  bucket,
  prefix,
  object,
}: Pick<Profile, 'bucket' | 'prefix' | 'object'>): string {
  const list = (values: readonly string[]): string =>
    `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
  const resource = `acs:oss:*:*:${bucket}/${fixedPrefix(prefix)}*`;
  const actions = [
    ...ACTIONS,
    ...(object?.tags === undefined ? [] : ['oss:PutObjectTagging']),
    ...(object?.acl === undefined ? [] : ['oss:PutObjectAcl']),
  ];
  return `{ "Effect": "Allow",\n  "Action": ${list(actions)},\n  "Resource": ${list([resource])} }`;
}

/** Only a refused right is mended by another one. */
export const asksForPermission = (cause: Cause): boolean =>
  cause.kind === 'failed' && cause.fault.code === 'no-permission';
