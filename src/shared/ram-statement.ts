/** What an administrator is asked to add to a role's policy, as RAM takes it. */
import { fixedPrefix } from './prefix-template';
import type { Profile } from './profile';

/** One action on one resource. */
export interface Right {
  readonly action: string;
  readonly resource: string;
}

/** What an upload needs at the least and what keeps it tidy, as Alibaba's documents on RAM name it. */
const UPLOAD_ACTIONS = ['oss:PutObject', 'oss:AbortMultipartUpload', 'oss:ListParts'] as const;

/** What uploading to a destination needs, tags and ACL of its objects included. */
export function uploadActions({ object }: Pick<Profile, 'object'>): readonly string[] {
  return [
    ...UPLOAD_ACTIONS,
    ...(object?.tags === undefined ? [] : ['oss:PutObjectTagging']),
    ...(object?.acl === undefined ? [] : ['oss:PutObjectAcl']),
  ];
}

/** Rights on the objects of a destination: everything below as much of its prefix as is always the same. */
export function objectRights(
  { bucket, prefix }: Pick<Profile, 'bucket' | 'prefix'>,
  actions: readonly string[] = UPLOAD_ACTIONS,
): readonly Right[] {
  const resource = `acs:oss:*:*:${bucket}/${fixedPrefix(prefix)}*`;
  return actions.map((action) => ({ action, resource }));
}

/** The right to ask IMM for faces. A destination without a project: any project of the region. */
export function immRight({ region, imm }: Pick<Profile, 'region' | 'imm'>): Right {
  return { action: 'imm:DetectImageFaces', resource: `acs:imm:${region}:*:project/${imm?.project ?? '*'}` };
}

/** A statement of a RAM policy. */
export interface RamStatement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/** One statement for each resource, each right once, in the order in which they are given. */
export function ramStatements(rights: readonly Right[]): readonly RamStatement[] {
  const actions = new Map<string, Set<string>>();
  for (const { action, resource } of rights)
    actions.set(resource, (actions.get(resource) ?? new Set()).add(action));
  return [...actions].map(([resource, of]) => ({ Effect: 'Allow', Action: [...of], Resource: [resource] }));
}

/** The statements as text, to be put between the brackets of a policy's `Statement`. */
export function ramRequest(rights: readonly Right[]): string {
  const list = (values: readonly string[]): string =>
    `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
  return ramStatements(rights)
    .map(
      ({ Action, Resource }) =>
        `{ "Effect": "Allow",\n  "Action": ${list(Action)},\n  "Resource": ${list(Resource)} }`,
    )
    .join(',\n');
}
