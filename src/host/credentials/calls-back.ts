import type { Grant } from '../../shared/credentials';
import type { Profile } from '../../shared/profile';

/**
 * Whether OSS is asked to tell a server of each object, as far as it can be known here: who signs URLs asks for that by
 * itself, and only its answers show it.
 */
export function callsBack(profile: Profile | null, grant: Grant): boolean {
  if (profile?.callback?.url !== undefined) return true;
  return grant.kind === 'post-policy' && grant.fields.some(([name]) => name === 'callback');
}
