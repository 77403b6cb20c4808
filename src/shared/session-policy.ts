import { failure, fault, success, type Outcome } from './faults';

export interface SessionScope {
  readonly bucket: string;
  /** As in the profile: empty, or ending in `/`. */
  readonly prefix: string;
  /** `upload`: only what writing needs; `all`: reading, listing, tagging and face detection, too. */
  readonly actions: 'all' | 'upload';
  /** The IMM project that may be asked; left out: any. */
  readonly immProject?: string;
}

/** STS: the Policy of AssumeRole has 1 to 2048 characters. */
const MAX_POLICY_CHARACTERS = 2048;
const UPLOAD_ACTIONS = ['oss:PutObject', 'oss:AbortMultipartUpload', 'oss:ListParts'];
/** `object.acl` and `object.tags` of a profile are rights of their own. */
const READ_ACTIONS = ['oss:GetObject', 'oss:PutObjectTagging', 'oss:PutObjectAcl'];

/**
 * The session policy that narrows a role to one bucket and prefix, as compact JSON. The role's own policy still
 * decides which of these rights hold. Fault: invalid-input, when no policy can say it.
 */
export function sessionPolicy(scope: SessionScope): Outcome<string> {
  const { bucket, prefix, immProject } = scope;
  // In a policy these stand for any characters, and there is no way to escape them: the session would reach further.
  if (/[*?]|\$\{/.test(`${bucket}${prefix}${immProject ?? ''}`))
    return failure(
      fault(
        'invalid-input',
        'Credentials cannot be narrowed to a prefix, bucket or project with *, ? or ${ in it.',
      ),
    );
  const policy = JSON.stringify({ Version: '1', Statement: statementsOf(scope) });
  if (policy.length > MAX_POLICY_CHARACTERS)
    return failure(
      fault(
        'invalid-input',
        `The prefix is too long: the session policy has ${policy.length} characters, and STS takes ${MAX_POLICY_CHARACTERS}.`,
      ),
    );
  return success(policy);
}

function statementsOf({ bucket, prefix, actions, immProject }: SessionScope): readonly object[] {
  const allow = (action: string | readonly string[], resource: string, condition?: object): object => ({
    Effect: 'Allow',
    Action: action,
    Resource: resource,
    ...(condition === undefined ? {} : { Condition: condition }),
  });
  const objects = `acs:oss:*:*:${bucket}/${prefix}*`;
  if (actions === 'upload') return [allow(UPLOAD_ACTIONS, objects)];
  const inPrefix = { StringLike: { 'oss:Prefix': `${prefix}*` } };
  return [
    allow([...UPLOAD_ACTIONS, ...READ_ACTIONS], objects),
    allow('oss:ListObjects', `acs:oss:*:*:${bucket}`, inPrefix),
    allow('oss:ListMultipartUploads', `acs:oss:*:*:${bucket}`),
    allow('imm:DetectImageFaces', immProject === undefined ? '*' : `acs:imm:*:*:project/${immProject}`),
  ];
}
