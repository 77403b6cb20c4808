import { randomInt } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Profile } from '../../shared/profile';
import { fillPrefix, fixedPrefix } from '../../shared/prefix-template';

const two = (value: number): string => String(value).padStart(2, '0');

/** Where the files of one drop go: the template's `{user}`, `{date}` and `{batch}` by this machine's user and clock. */
export function batchPrefix(template: string, at: number): string {
  const now = new Date(at);
  const date = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())];
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('');
  // Two drops within a second are two batches, too.
  const mark = randomInt(36 ** 4)
    .toString(36)
    .padStart(4, '0');
  return fillPrefix(template, {
    user: localUser(),
    date: date.join('-'),
    batch: `${date.join('')}-${time}-${mark}`,
  });
}

/** What credentials for a destination are narrowed to: as much of its prefix as is the same for every drop. */
export function sessionPrefix({ prefix }: Pick<Profile, 'prefix'>): string {
  return fixedPrefix(fillPrefix(prefix, { user: localUser() }));
}

/** The name under which this system knows its user, as one step of a key that a policy can name. */
function localUser(): string {
  let name = '';
  try {
    name = userInfo().username;
  } catch {
    // A user without an entry (a container): the name below serves.
  }
  return userStep(name);
}

/** Any name as one step of a key: no separators, no pattern of a policy, no placeholder, whole letters. */
export function userStep(name: string): string {
  const step = Array.from(name.replace(/[/\\*?${}\p{Cc}\p{Cs}]/gu, '-'))
    .slice(0, 64)
    .join('');
  return step === '' || /^\.+$/.test(step) ? 'user' : step;
}
