/** `faces`: who is in one picture, by IMM for what is in the bucket, by the detector on this device for a file. */
import { resolve } from 'node:path';
import { startDetectorThread } from '../host/detector/detector-thread';
import { detectImageFaces, type ImmAnswer } from '../oss/imm/imm';
import { inReadingOrder, type Detector, type Face } from '../shared/faces';
import { keysOf } from '../shared/credentials';
import { failure, fault, retryPolicyOf, success, type Fault, type Outcome } from '../shared/faults';
import type { DestinationId } from '../shared/ids';
import { holdsCredentials, type Profile } from '../shared/profile';
import type { FacesCommand } from './arguments';
import { credentialSource } from './credentials';
import { readProfile } from './profile-file';
import type { CommandContext } from './context';

const DESTINATION = 'command' as DestinationId;
const MOST_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 1_000;

export interface FacesContext extends Omit<CommandContext, 'interrupted'> {
  /** The tests wait for nothing. */
  readonly wait?: (delayMs: number) => Promise<void>;
  readonly startDetector?: () => Detector & { close(): void };
}

interface Found {
  /** In IMM's schema. */
  readonly raw: string;
  readonly faces: readonly Face[];
  readonly by: string;
}

/** @returns the exit code */
export async function runFaces(command: FacesCommand, surroundings: FacesContext): Promise<number> {
  const found = await lookFor(command, surroundings);
  if (!found.ok) {
    surroundings.printError(sentenceOf(found.fault));
    return exitCodeOf(found.fault);
  }
  const { raw, faces, by } = found.value;
  // What came is passed on as it is, fields that we do not know among it, but on one line.
  if (command.json) surroundings.write(`${JSON.stringify(JSON.parse(raw))}\n`);
  else surroundings.write(words(command.picture, faces, by));
  return 0;
}

async function lookFor(command: FacesCommand, surroundings: FacesContext): Promise<Outcome<Found>> {
  const profile = command.profileFile === null ? success(null) : readProfile(command.profileFile);
  if (!profile.ok) return profile;
  const [, bucket, key] = /^oss:\/\/([^/]+)\/(.+)$/s.exec(command.picture) ?? [];
  if (bucket === undefined || key === undefined) return lookHere(command.picture, surroundings);
  if (profile.value === null) return wrong('The profile is missing.');
  const { bucket: ours, imm } = profile.value;
  if (bucket !== ours) return wrong(`The profile is for the bucket ${ours}, not for ${bucket}.`);
  if (!holdsCredentials(profile.value))
    return wrong(
      'Signed URLs and post policies leave no credentials here, so IMM cannot be asked; name a file, and this device looks.',
    );
  if (imm === undefined) return wrong('The profile names no IMM project; add "imm": { "project": … }.');
  const asked = await askImm(profile.value, key, surroundings);
  if (!asked.ok) return asked;
  const { raw, answer } = asked.value;
  return success({ raw, faces: answer.Faces, by: `by IMM, project ${imm.project}` });
}

const wrong = (message: string): Outcome<never> => failure(fault('invalid-input', message));

async function lookHere(path: string, surroundings: FacesContext): Promise<Outcome<Found>> {
  const detector = (surroundings.startDetector ?? startDetectorThread)();
  const seen = await detector.detect(resolve(path));
  detector.close();
  if (!seen.ok) return seen;
  const { faces } = seen.value;
  return success({ raw: JSON.stringify({ Faces: faces }), faces, by: 'on this device, not by IMM' });
}

/** Asks again where IMM asks to slow down, and once with new credentials where it does not take those. */
async function askImm(
  profile: Profile,
  key: string,
  { environment, wait = sleep }: FacesContext,
): Promise<Outcome<ImmAnswer>> {
  const { ask } = credentialSource(profile, environment);
  let fresh = false;
  for (let attempt = 1; ; attempt += 1) {
    const credentials = keysOf(await ask(DESTINATION, fresh));
    if (!credentials.ok) return credentials;
    const asked = await detectImageFaces(profile, credentials.value, key);
    if (asked.ok || attempt === MOST_ATTEMPTS) return asked;
    const { code, retryAfterMs } = asked.fault;
    if (retryPolicyOf(code) === 'throttle') await wait(retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (attempt - 1));
    else if (code === 'token-expired' && !fresh) fresh = true;
    else return asked;
  }
}

const sleep = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

function sentenceOf({ message, code, ossCode, requestId }: Fault): string {
  return `${message} [${[code, ossCode, requestId].filter(Boolean).join(', ')}]`;
}

function exitCodeOf({ code }: Fault): number {
  if (code === 'invalid-input' || code === 'source-missing') return 2;
  return retryPolicyOf(code) === 'credentials' ? 3 : 1;
}

function words(picture: string, faces: readonly Face[], by: string): string {
  const count = faces.length === 0 ? 'No faces' : faces.length === 1 ? '1 face' : `${faces.length} faces`;
  const lines = inReadingOrder(faces).map(
    (index, place) => `  ${place + 1}. ${describe(faces[index] ?? {})}\n`,
  );
  return `${count} in ${picture} (${by}${faces.length === 0 ? '' : '; what is said of them are estimates'})\n${lines.join('')}`;
}

function describe(face: Partial<Face>): string {
  const { Boundary: box, Age, AgeSD, Gender, Emotion, Glasses, Mask, Hat, Beard, Mouth } = face;
  const said = [
    box?.Width === undefined || box.Height === undefined
      ? undefined
      : `at ${Math.round(box.Left ?? 0)},${Math.round(box.Top ?? 0)}, ${Math.round(box.Width)} × ${Math.round(box.Height)} px`,
    Age === undefined
      ? undefined
      : `about ${Math.round(Age)}${AgeSD === undefined ? '' : ` ± ${AgeSD}`} years`,
    Gender,
    Emotion === 'none' ? undefined : Emotion,
    Glasses === 'none' ? undefined : Glasses,
    worn('mask', Mask),
    worn('hat', Hat),
    worn('beard', Beard),
    Mouth === undefined ? undefined : `mouth ${Mouth === 'close' ? 'closed' : Mouth}`,
  ].filter((each) => each !== undefined);
  return said.length === 0 ? 'nothing more is known' : said.join(', ');
}

/** IMM says `mask` or `none`. */
const worn = (what: string, value: string | undefined): string | undefined =>
  value === undefined || value === 'none' ? undefined : what;
