import type { Profile } from './profile';
import { immRight, ramRequest } from './ram-statement';

/** The statement that an administrator has to add to the role's policy so that IMM may be asked for faces. */
export function immPermissionRequest(profile: Pick<Profile, 'region' | 'imm'>): string {
  return ramRequest([immRight(profile)]);
}
