import type { Profile } from '../../../shared/profile';

/**
 * The statement that an administrator has to add to the role's policy so that IMM may be asked about pictures of a
 * destination, as RAM takes it (the form of Alibaba's documents, narrowed to the one action and the one project).
 */
export function immPermissionRequest({ region, imm }: Pick<Profile, 'region' | 'imm'>): string {
  const resource = `acs:imm:${region}:*:project/${imm?.project ?? '*'}`;
  return `{ "Effect": "Allow",\n  "Action": ["imm:DetectImageFaces"],\n  "Resource": [${JSON.stringify(resource)}] }`;
}
