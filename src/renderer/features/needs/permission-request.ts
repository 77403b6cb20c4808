import type { Cause } from '../../../shared/queue-view';
import type { Profile } from '../../../shared/profile';
import { objectRights, ramRequest, uploadActions } from '../../../shared/ram-statement';

/** The statement that an administrator has to add to the role's policy so that files may be written to a destination. */
export function permissionRequest(profile: Pick<Profile, 'bucket' | 'prefix' | 'object'>): string {
  return ramRequest(objectRights(profile, uploadActions(profile)));
}

/** Only a refused right is mended by another one. */
export const asksForPermission = (cause: Cause): boolean =>
  cause.kind === 'failed' && cause.fault.code === 'no-permission';
