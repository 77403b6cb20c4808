import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Destination } from '../../shared/engine-link';
import { failure, fault, success, type Outcome } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';
import type { StartupNotice } from '../../shared/ipc/contract';
import { endpointOf, profileProblem, profileSchema, type Profile } from '../../shared/profile';

/** Parses what a window or a file says a profile is; a problem comes back as one sentence. */
export function parseProfile(value: unknown): Outcome<Profile> {
  const parsed = profileSchema.safeParse(value);
  return parsed.success
    ? success(parsed.data)
    : failure(fault('invalid-input', profileProblem(parsed.error)));
}

export type GivenDestination =
  { readonly ok: true; readonly value: Destination } | { readonly ok: false; readonly notice: StartupNotice };

const refuse = (code: StartupNotice['code'], path: string, detail = ''): GivenDestination => ({
  ok: false,
  notice: { id: 'profile', code, values: { file: path }, detail },
});

/**
 * A destination out of a profile file, or what to say of a file that is wrong. Its id follows from the place it
 * names, so that files queued for it are found again by the next start with the same place, and never sent to
 * another one.
 */
export function destinationOfFile(path: string): GivenDestination {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return refuse('profile-not-json', path);
    return refuse('profile-unreadable', path, error instanceof Error ? error.message : String(error));
  }
  const parsed = parseProfile(value);
  if (!parsed.ok) return refuse('profile-invalid', path, parsed.fault.message);
  const place = [parsed.value.region, parsed.value.bucket, parsed.value.prefix, endpointOf(parsed.value)];
  const digest = createHash('sha256').update(JSON.stringify(place)).digest('hex');
  const destinationId = `given-${digest.slice(0, 16)}` as DestinationId;
  return { ok: true, value: { destinationId, profile: parsed.value } };
}
