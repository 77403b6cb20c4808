/** What the checks of one run share, and the forms in which they say what they found. */
import type { LookupFunction } from 'node:net';
import type { Answer, CancelSignal, StoredObject, UploadedPart } from '../../engine/ports';
import type { AskUploadUrls } from '../../shared/upload-urls';
import type { Grant } from '../../shared/credentials';
import type { Check, CheckId, Hint, HintCode } from '../../shared/doctor';
import type { Fault, Outcome } from '../../shared/faults';
import type { ObjectKey, UploadId } from '../../shared/ids';
import type { Profile } from '../../shared/profile';
import type { Right } from '../../shared/ram-statement';
import type { ProbeCloud } from './probe-cloud';

export interface DoctorOptions {
  readonly profile: Profile;
  /** Gets what uploading needs by the way of the destination, past every cache where `fresh`. */
  readonly ask: (fresh: boolean) => Promise<Outcome<Grant>>;
  /** Of `signed-url` alone. */
  readonly askUploadUrls?: AskUploadUrls;
  /** Where proxies may be named. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What the system's own settings say for a URL (`DIRECT`, `PROXY host:port`); left out: nobody knows. */
  readonly proxyOfSystem?: (url: string) => Promise<string>;
  /** Ends the run; what it made in the bucket is taken away all the same. */
  readonly cancel?: CancelSignal;
  readonly onCheck?: (check: Check) => void;
  readonly lookup?: LookupFunction;
  /** PEM, in place of the system's list of certificate authorities. */
  readonly certificateAuthorities?: string;
}

/** One run. What a check learns for the next ones is kept here. */
export interface Visit {
  readonly options: DoctorOptions;
  readonly profile: Profile;
  readonly key: ObjectKey;
  readonly cloud: ProbeCloud;
  clockOffsetMs: number | null;
  /** What came of the first request that was signed. */
  firstPut: Promise<Answer<StoredObject>> | null;
  /** The probe lies in the bucket. */
  isStored: boolean;
  upload: ProbeUpload | null;
  /** An upload was begun and the answer, with its UploadId, was lost. */
  isInitiateLost: boolean;
}

export interface ProbeUpload {
  readonly uploadId: UploadId;
  readonly parts: UploadedPart[];
  /** How long the first part took. */
  firstPartMs: number;
}

/** What a check found. `optional` is said only where it differs from the check's own. */
export interface Finding {
  readonly ok: boolean | null;
  readonly fault?: Fault;
  readonly hint?: Hint;
  readonly rights?: readonly Right[];
  readonly optional?: boolean;
}

/** One check, as data. */
export interface Step {
  readonly id: CheckId;
  /** Uploads work without it. */
  readonly optional?: boolean;
  /** It is not tried where one of these has failed. */
  readonly needs: readonly CheckId[];
  /** Left out: for every destination. */
  readonly applies?: (profile: Profile) => boolean;
  /** False: this way of authorization has no such call. Left out: every way has it. */
  readonly hasWay?: (profile: Profile) => boolean;
  readonly run: (visit: Visit) => Promise<Finding>;
}

export const hint = (code: HintCode, values: Hint['values'] = {}): Hint => ({ code, values });
export const good = (code?: HintCode, values?: Hint['values']): Finding => ({
  ok: true,
  ...(code === undefined ? {} : { hint: hint(code, values) }),
});
export const bad = (why: Fault, more: Omit<Finding, 'ok' | 'fault'> = {}): Finding => ({
  ok: false,
  fault: why,
  ...more,
});
export const untried = (code: HintCode, values?: Hint['values']): Finding => ({
  ok: null,
  hint: hint(code, values),
});

/** The answer is not known: the request may have been carried out. */
export const isLost = ({ code }: Fault): boolean =>
  code === 'connection-lost' || code === 'stalled' || code === 'canceled';

/** The ways by which requests of any kind are signed here, with credentials at hand. */
export const holdsKeys = ({ authorization: { kind } }: Profile): boolean =>
  kind !== 'signed-url' && kind !== 'post-policy';
export const takesForms = ({ authorization }: Profile): boolean => authorization.kind === 'post-policy';
