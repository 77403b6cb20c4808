import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Destination } from '../shared/engine-link';
import { failure, fault, success, type Outcome } from '../shared/faults';
import type { DestinationId } from '../shared/ids';
import { endpointOf, profileProblem, profileSchema, type Profile } from '../shared/profile';

const refuse = (sentence: string): Outcome<never> => failure(fault('invalid-input', sentence));

/** Parses what a window or a file says a profile is; a problem comes back as one sentence. */
export function parseProfile(value: unknown): Outcome<Profile> {
  const parsed = profileSchema.safeParse(value);
  return parsed.success ? success(parsed.data) : refuse(profileProblem(parsed.error));
}

/**
 * A destination out of a profile file. Its id follows from the place it names, so that files queued for it are found
 * again by the next start with the same place, and never sent to another one.
 */
export function destinationOfFile(path: string): Outcome<Destination> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why =
      error instanceof SyntaxError
        ? 'it is not JSON'
        : String(error instanceof Error ? error.message : error);
    return refuse(`The profile ${path} cannot be read: ${why}.`);
  }
  const parsed = parseProfile(value);
  if (!parsed.ok) return refuse(`${path}: ${parsed.fault.message}`);
  const place = [parsed.value.region, parsed.value.bucket, parsed.value.prefix, endpointOf(parsed.value)];
  const digest = createHash('sha256').update(JSON.stringify(place)).digest('hex');
  return success({ destinationId: `given-${digest.slice(0, 16)}` as DestinationId, profile: parsed.value });
}
