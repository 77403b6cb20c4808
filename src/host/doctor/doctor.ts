/** Checks a destination's set-up from the name of its host to the last right, one check after the other. */
import { randomBytes } from 'node:crypto';
import type { CancelSignal } from '../../engine/ports';
import type { Check, CheckId } from '../../shared/doctor';
import { fault } from '../../shared/faults';
import type { ObjectKey } from '../../shared/ids';
import type { Profile } from '../../shared/profile';
import { batchPrefix } from '../disk/batch-prefix';
import { ACCESS_CHECKS } from './access-checks';
import { MULTIPART_CHECKS, TIDYING } from './multipart-checks';
import { NETWORK_CHECKS } from './network-checks';
import { ProbeCloud } from './probe-cloud';
import { PROFILE_CHECKS } from './profile-checks';
import { bad, untried, type DoctorOptions, type Finding, type Step, type Visit } from './visit';

const STEPS: readonly Step[] = [...NETWORK_CHECKS, ...ACCESS_CHECKS, ...PROFILE_CHECKS, ...MULTIPART_CHECKS];
const NEVER: CancelSignal = { canceled: false, onCancel: () => undefined };

const applyTo =
  (profile: Profile) =>
  ({ applies }: Step): boolean =>
    applies?.(profile) ?? true;

/** The checks that a destination will get, in their order. */
export function plannedChecks(profile: Profile): readonly CheckId[] {
  return [...STEPS, ...TIDYING].filter(applyTo(profile)).map(({ id }) => id);
}

/**
 * Makes all checks and tells each as it ends. Never throws. After a failure it goes on with what does not need what
 * failed; the rest is `ok: null` with the reason. What it made in the bucket is taken away at the end, or named.
 */
export async function runDoctor(options: DoctorOptions): Promise<readonly Check[]> {
  const run = new Run(options);
  try {
    for (const step of STEPS.filter(applyTo(options.profile))) await run.take(step);
    run.visit.cloud.beginTidying();
    for (const step of TIDYING) await run.tidy(step);
  } finally {
    run.visit.cloud.close();
  }
  return run.checks;
}

class Run {
  readonly visit: Visit;
  readonly checks: Check[] = [];
  /** Failed or held up by a failure, and the check that began it. */
  readonly #held = new Map<CheckId, CheckId>();
  readonly #cancel: { canceled: boolean } & Pick<CancelSignal, 'onCancel'>;

  constructor(options: DoctorOptions) {
    const { profile, cancel = NEVER, askUploadUrls, lookup, certificateAuthorities } = options;
    const stop = { canceled: cancel.canceled, onCancel: (listener: () => void) => cancel.onCancel(listener) };
    cancel.onCancel(() => (stop.canceled = true));
    this.#cancel = stop;
    const key = probeKey(profile);
    const cloud = new ProbeCloud({
      profile,
      key,
      ask: (fresh) => options.ask(fresh),
      cancel: stop,
      ...(askUploadUrls === undefined ? {} : { askUploadUrls }),
      ...(lookup === undefined ? {} : { lookup }),
      ...(certificateAuthorities === undefined ? {} : { certificateAuthorities }),
    });
    this.visit = {
      options: { ...options, cancel: stop },
      profile,
      key,
      cloud,
      clockOffsetMs: null,
      firstPut: null,
      isStored: false,
      upload: null,
      isInitiateLost: false,
    };
  }

  async take(step: Step): Promise<void> {
    const { profile } = this.visit;
    const cause = step.needs.map((need) => this.#held.get(need)).find((found) => found !== undefined);
    if (cause !== undefined) {
      this.#held.set(step.id, cause);
      this.#tell(step, untried('waits-for', { check: cause }));
    } else if (step.hasWay?.(profile) === false) {
      this.#tell(step, untried('not-by-way', { way: profile.authorization.kind }));
    } else this.#tell(step, await this.#try(step));
  }

  /** A stopped run tidies up, too, and so does one that failed half way. */
  async tidy(step: Step): Promise<void> {
    const { upload, isStored, isInitiateLost } = this.visit;
    if (upload !== null || isStored || isInitiateLost) this.#held.clear();
    await this.take(step);
  }

  async #try(step: Step): Promise<Finding> {
    const isTidying = TIDYING.includes(step);
    if (this.#cancel.canceled && !isTidying) return untried('stopped');
    try {
      const finding = await step.run(this.visit);
      if (finding.fault?.code === 'canceled') return untried('stopped');
      if (finding.ok === false) this.#held.set(step.id, step.id);
      return finding;
    } catch (error) {
      this.#held.set(step.id, step.id);
      const said = error instanceof Error ? error.message : String(error);
      return bad(fault('internal', `The check failed for a reason of our own: ${said}`));
    }
  }

  #tell({ id, optional = false }: Step, finding: Finding): void {
    const { ok, fault: why, hint, rights } = finding;
    const check: Check = {
      id,
      ok,
      optional: finding.optional ?? optional,
      ...(why === undefined ? {} : { fault: why }),
      ...(hint === undefined ? {} : { hint }),
      ...(rights === undefined ? {} : { rights: [...rights] }),
    };
    this.checks.push(check);
    this.visit.options.onCheck?.(check);
  }
}

/** Below the prefix as files that are handed in now would be; no file of the user can have the name. */
function probeKey(profile: Profile): ObjectKey {
  return `${batchPrefix(profile.prefix, Date.now())}.oss-ferry-probe-${randomBytes(6).toString('hex')}` as ObjectKey;
}
