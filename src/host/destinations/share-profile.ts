/** A destination as a file or a link that a colleague opens. A profile holds no secret, so neither does what is shared. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { failure, fault, success, type Outcome } from '../../shared/faults';
import { profileProblem, profileSchema, type Profile } from '../../shared/profile';

/** The scheme that the app registers with the system. */
export const LINK_SCHEME = 'ossferry';
const LINK = /^ossferry:\/\/destination\/([\w-]{1,16000})\/?$/;
const MOST_PACKED = 16_000;
/** A link is text from anywhere: what it unfolds to must not fill the memory. */
const MOST_BYTES = 64 * 1024;

const wrong = (sentence: string): Outcome<never> => failure(fault('invalid-input', sentence));

/** The profile as it is shared: without what means something on this computer alone. */
export function sharedProfile(profile: Profile): Profile {
  const { authorization } = profile;
  if (authorization.kind !== 'assume-role') return profile;
  const shared = { ...authorization };
  delete shared.aliyunProfile;
  return { ...profile, authorization: shared };
}

/** The text of a file to share; the command takes the same file as its `--profile`. */
export function profileText(profile: Profile): string {
  return `${JSON.stringify(sharedProfile(profile), null, 2)}\n`;
}

/** `ossferry://destination/…`: the profile, deflated, in base64url. Faults: invalid-input, it is too long for that. */
export function profileLink(profile: Profile): Outcome<string> {
  const packed = deflateRawSync(JSON.stringify(sharedProfile(profile))).toString('base64url');
  if (packed.length > MOST_PACKED)
    return wrong('This destination says too much for a link; share it as a file.');
  return success(`${LINK_SCHEME}://destination/${packed}`);
}

/** Faults: invalid-input in one sentence, never the link itself. */
export function profileOfLink(link: string): Outcome<Profile> {
  const packed = LINK.exec(link.trim())?.[1];
  if (packed === undefined) return wrong('This link does not lead to a destination; ask for it again.');
  let text: string;
  try {
    const options = { maxOutputLength: MOST_BYTES };
    text = inflateRawSync(Buffer.from(packed, 'base64url'), options).toString('utf8');
  } catch {
    return wrong('This link is cut off or damaged; ask for it again.');
  }
  return profileOfText(text);
}

/** Reads what somebody has shared. Faults: invalid-input in one sentence that names the field. */
export function profileOfText(text: string): Outcome<Profile> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return wrong('What was shared is not a destination: it is not valid JSON.');
  }
  const parsed = profileSchema.safeParse(value);
  return parsed.success ? success(sharedProfile(parsed.data)) : wrong(profileProblem(parsed.error));
}
