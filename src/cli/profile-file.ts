import { readFileSync } from 'node:fs';
import { failure, fault, success, type Outcome } from '../shared/faults';
import { profileProblem, profileSchema, type Profile } from '../shared/profile';

const wrong = (message: string): Outcome<never> => failure(fault('invalid-input', message));

/** Reads a destination from its file; what is wrong with it is said in one sentence that names the field. */
export function readProfile(file: string): Outcome<Profile> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return wrong(
      code === 'ENOENT'
        ? `The profile ${file} does not exist.`
        : `The profile ${file} cannot be read (${code}).`,
    );
  }
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return wrong(`The profile ${file} is not valid JSON.`);
  }
  const profile = profileSchema.safeParse(raw);
  if (!profile.success) return wrong(`${profileProblem(profile.error)} (${file})`);
  return success(profile.data);
}
