/** A world whose set-up is checked: runs of the doctor, and what they leave behind. */
import { credentialSource } from '../../../src/cli/credentials';
import { runDoctor } from '../../../src/host/doctor/doctor';
import type { DoctorOptions } from '../../../src/host/doctor/visit';
import type { Check, CheckId } from '../../../src/shared/doctor';
import type { DestinationId } from '../../../src/shared/ids';
import type { Profile } from '../../../src/shared/profile';
import { adminLines } from '../sandbox/cloud';
import type { World } from '../engine/harness';

const ID = 'clinic' as DestinationId;

export type Findings = ReadonlyMap<CheckId, Check>;

/** One run over a profile, with credentials as the command gets them from `environment`. */
export async function examine(
  profile: Profile,
  environment: Readonly<Record<string, string>> = {},
  more: Partial<DoctorOptions> = {},
): Promise<Findings> {
  const { ask, askUploadUrls } = credentialSource(profile, environment);
  const told: Check[] = [];
  const checks = await runDoctor({
    profile,
    ask: (fresh) => ask(ID, fresh),
    ...(askUploadUrls === undefined ? {} : { askUploadUrls }),
    environment,
    ...more,
    onCheck: (check) => {
      told.push(check);
      more.onCheck?.(check);
    },
  });
  if (told.length !== checks.length) throw new Error('Not every check was told.');
  return new Map(checks.map((check) => [check.id, check]));
}

/** What made a check fail, in one line: `credentials token-refused`, with the code of the hint where there is one. */
export function causeOf(findings: Findings, id: CheckId): string {
  const check = findings.get(id);
  if (check?.ok !== false) return `${id} ${check === undefined ? 'missing' : String(check.ok)}`;
  return [id, check.fault?.code, check.hint?.code].filter((word) => word !== undefined).join(' ');
}

/** The ids of what failed, those that are needed first. */
export function failed(findings: Findings): { readonly needed: CheckId[]; readonly optional: CheckId[] } {
  const all = [...findings.values()].filter(({ ok }) => ok === false);
  const ids = (optional: boolean) => all.filter((one) => one.optional === optional).map(({ id }) => id);
  return { needed: ids(false), optional: ids(true) };
}

/** What the bucket holds of probes. */
export async function leftovers(
  world: World,
): Promise<{ readonly objects: string[]; readonly uploads: number }> {
  const objects = (await world.objectLines()).map(({ key }) => key);
  return { objects, uploads: (await adminLines(world.sandbox, 'uploads')).length };
}

/** The account's own AccessKey pair, as temporary credentials without an end. */
export const accountKeys = ({ sandbox }: World): Record<string, string> => ({
  OSS_ACCESS_KEY_ID: sandbox.accessKeyId,
  OSS_ACCESS_KEY_SECRET: sandbox.accessKeySecret,
});
