import type { TemporaryCredentials } from '../../shared/credentials';
import { detectImageFacesSchema, type DetectImageFaces } from '../../shared/faces';
import { failure, fault, success, type Fault, type Outcome } from '../../shared/faults';
import type { Profile } from '../../shared/profile';
import { immFault, notImm, type ImmAsked } from './imm-errors';

/** How long IMM may take. */
export interface ImmTimeouts {
  /** Without a byte, while connecting or while the picture is looked at. */
  readonly silenceMs: number;
  /** Over everything: an answer whose body never ends would otherwise hold its place for good. */
  readonly totalMs: number;
}

export const IMM_TIMEOUTS: ImmTimeouts = { silenceMs: 20_000, totalMs: 30_000 };
/** As in the contract with the window. */
const LONGEST_ANSWER = 4_000_000;
const MOST_FACES = 2_000;

/** What IMM said, checked, and as it came. */
export interface ImmAnswer {
  readonly answer: DetectImageFaces;
  readonly raw: string;
}

/** `https://imm.<region>.aliyuncs.com` unless the profile names another. */
export function immEndpointOf(profile: Profile): string {
  return profile.imm?.endpoint ?? `https://imm.${profile.region}.aliyuncs.com`;
}

/**
 * Has IMM look for faces in an object of the profile's bucket (DetectImageFaces, 2020-09-30). One question, without a
 * retry: who asks decides by the fault, and waits `retryAfterMs` where IMM says so. Never throws.
 *
 * The SDK stamps a question with the clock of this computer, and there is no way to shift that: with a clock that is
 * far off every question is refused (InvalidTimeStamp.Expired), which comes back as `clock-skew` and names the clock.
 * Uploads go on all the same, for they are signed by the server's clock.
 */
export async function detectImageFaces(
  profile: Profile,
  credentials: TemporaryCredentials,
  key: string,
  timeouts: ImmTimeouts = IMM_TIMEOUTS,
): Promise<Outcome<ImmAnswer>> {
  const { imm, region, bucket } = profile;
  if (imm === undefined)
    return failure(fault('imm-project-missing', 'The destination names no IMM project.'));
  const endpoint = new URL(immEndpointOf(profile));
  const elsewhere = regionFault(endpoint.hostname, profile);
  if (elsewhere !== null) return failure(elsewhere);
  const asked: ImmAsked = { host: endpoint.host, region, projectName: imm.project, bucket, key };
  try {
    const { callDetectImageFaces } = await import('./imm-sdk');
    const call = callDetectImageFaces({
      endpoint,
      region,
      credentials,
      projectName: imm.project,
      sourceUri: `oss://${bucket}/${key}`,
      silenceMs: timeouts.silenceMs,
    });
    return readAnswer(await withDeadline(call, timeouts.totalMs), endpoint.host);
  } catch (error) {
    return failure(immFault(error, asked));
  }
}

/** IMM: a project reads buckets of its own region alone. What an endpoint says of its region is held against it. */
function regionFault(hostname: string, { region, bucket }: Profile): Fault | null {
  const [, named] = /^imm(?:-vpc|-internal)?\.([a-z0-9-]+)\.aliyuncs\.com$/.exec(hostname) ?? [];
  if (named === undefined || named === region) return null;
  return fault(
    'imm-region',
    `The IMM endpoint is in ${named}, and the bucket ${bucket} in ${region}; a project sees buckets of its own region alone.`,
  );
}

function readAnswer(raw: string, host: string): Outcome<ImmAnswer> {
  if (raw.length > LONGEST_ANSWER) return failure(fault('bad-answer', 'The answer of IMM is too long.'));
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    return failure(notImm(host));
  }
  const parsed = detectImageFacesSchema.safeParse(value);
  if (!parsed.success) return failure(fault('bad-answer', 'IMM gave an answer that is not a list of faces.'));
  if (parsed.data.Faces.length > MOST_FACES)
    return failure(fault('bad-answer', `IMM found more than ${MOST_FACES} faces.`));
  return success({ answer: parsed.data, raw });
}

function withDeadline<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
    }, timeoutMs);
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}
