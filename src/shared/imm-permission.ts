import type { Profile } from './profile';

/**
 * The statement that an administrator has to add to the role's policy so that IMM may be asked for faces, as RAM
 * takes it. A destination without a project: any project of the region.
 */
export function immPermissionRequest({ region, imm }: Pick<Profile, 'region' | 'imm'>): string {
  const resource = JSON.stringify(`acs:imm:${region}:*:project/${imm?.project ?? '*'}`);
  return `{ "Effect": "Allow",\n  "Action": ["imm:DetectImageFaces"],\n  "Resource": [${resource}] }`;
}
