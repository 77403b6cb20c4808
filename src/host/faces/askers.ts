/** The two that can be asked about a picture: IMM, and the detector on this device. */
import type { ClockPort } from '../../engine/ports';
import { detectImageFaces } from '../../oss/imm/imm';
import type { Detector } from '../../shared/faces';
import { failure, fault, success, type Fault } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';
import { holdsCredentials, type Profile } from '../../shared/profile';
import type { FaceQuestion } from '../../store/faces/faces-types';
import type { ObjectWatch } from './object-watch';
import type { ImmCredentials } from './imm-credentials';
import type { Asked } from './lane';

/** Asks once about the object of an item, with credentials that are good now. */
export const askImm = (
  options: AskPorts,
  credentials: ImmCredentials,
  question: FaceQuestion,
): Promise<Asked> => unfailing(ask(options, credentials, question));

/** Has the detector look at the file itself; null: there is none here. */
export const lookHere = (detector: Detector | null, question: FaceQuestion): Promise<Asked> =>
  unfailing(look(detector, question));

/** What asking IMM needs of the world. */
export interface AskPorts {
  /** Where objects may be asked about now; null: not there (any more), or another place by now. */
  readonly place: (destinationId: DestinationId) => Profile | null;
  readonly clock: ClockPort;
  /** Tells what IMM saw from what was uploaded; closed with the service. */
  readonly watch: ObjectWatch;
  /** DetectImageFaces; the tests put others here. */
  readonly detectImageFaces?: typeof detectImageFaces;
}

async function ask(
  { place, clock, watch, detectImageFaces: detect = detectImageFaces }: AskPorts,
  credentials: ImmCredentials,
  question: FaceQuestion,
): Promise<Asked> {
  const { destinationId, automatic, uploaded, key } = question;
  const profile = place(destinationId);
  if (!uploaded) return { kind: 'dropped' };
  if (profile === null)
    return { kind: 'not-now', fault: fault('credentials-missing', 'The destination is not there.') };
  // Off means off, also for what was handed in while it was on.
  if (automatic && (profile.faces?.detect !== 'after-upload' || !canAskImm(profile)))
    return { kind: 'dropped' };
  // Set to another way since it was asked by hand: its server is not bothered for what it cannot give.
  if (!holdsCredentials(profile))
    return { kind: 'not-now', fault: fault('credentials-missing', 'Only the server that signs has any.') };
  const usable = await credentials.usable(destinationId);
  if (!usable.ok) return { kind: 'not-now', fault: usable.fault };
  const begunAt = clock.now();
  const outcome = await detect(profile, usable.value, key);
  const project = profile.imm?.project ?? null;
  if (!outcome.ok) {
    if (remedyIsCredentials(outcome.fault)) credentials.refuse(destinationId, usable.value);
    return { kind: 'answered', outcome, project };
  }
  const { answer, raw } = outcome.value;
  const milliseconds = clock.now() - begunAt;
  // Asked after IMM has looked: what is the same now was the same then.
  if (await watch.isReplaced(question, usable.value))
    return { kind: 'answered', outcome: failure(replaced(profile, key)), project };
  const found = { kind: 'found', faces: answer.Faces.length, raw, image: null, milliseconds } as const;
  return { kind: 'answered', outcome: success(found), project };
}

async function look(detector: Detector | null, { sourcePath }: FaceQuestion): Promise<Asked> {
  const outcome =
    detector === null
      ? failure(fault('internal', 'There is no detector on this device.'))
      : await detector.detect(sourcePath);
  if (!outcome.ok) {
    // The detector was stopped meanwhile: that is no answer about the picture.
    const { code } = outcome.fault;
    const stopped = code === 'canceled' || code === 'engine-stopped';
    const why = stopped ? fault('internal', 'The detector on this device was stopped.') : outcome.fault;
    return { kind: 'answered', outcome: failure(why), project: null };
  }
  const { faces, image, milliseconds } = outcome.value;
  const raw = JSON.stringify({ Faces: faces });
  const found = { kind: 'found', faces: faces.length, raw, image, milliseconds } as const;
  return { kind: 'answered', outcome: success(found), project: null };
}

const replaced = ({ bucket }: Profile, key: string): Fault =>
  fault(
    'object-gone',
    `oss://${bucket}/${key} is another object by now than the one that was uploaded; what IMM saw in it is not kept.`,
  );

/** Ports do not throw; if one does all the same, that is what came of this one question. */
async function unfailing(asking: Promise<Asked>): Promise<Asked> {
  try {
    return await asking;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const outcome = failure(fault('internal', `Something went wrong inside: ${said}`));
    return { kind: 'answered', outcome, project: null };
  }
}

const remedyIsCredentials = ({ code }: Fault): boolean => code === 'token-expired';

/** A project is named, and this side holds credentials to ask it with. */
export const canAskImm = (profile: Profile): boolean =>
  profile.imm !== undefined && holdsCredentials(profile);
