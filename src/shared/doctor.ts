/** What a check of a destination's set-up finds: the same for the command, the window and the report. */
import { z } from 'zod';
import { faultSchema, type FaultCode } from './faults';
import { destinationIdSchema } from './ids';

/** In the order in which they are made. */
export const CHECK_IDS = [
  'dns',
  'dns-server',
  'dns-imm',
  'proxy',
  'tls',
  'portal',
  'clock',
  'credentials',
  'signature',
  'bucket',
  'put',
  'forbid-overwrite',
  'head',
  'tagging',
  'acl',
  'callback',
  'imm',
  'initiate',
  'upload-part',
  'throughput',
  'list-parts',
  'abort',
  'delete',
] as const;
export type CheckId = (typeof CHECK_IDS)[number];

/** What is said of a finding beside its fault; the window has the words as `doctor.hints.<code>`. */
export const HINT_CODES = [
  // what was found where it is well
  'resolved',
  'trusted',
  'clock-close',
  'token',
  'token-endless',
  'urls-signed',
  'form',
  'stored',
  'callback-told',
  'imm-works',
  'speed',
  // what to do
  'proxy-environment',
  'proxy-system',
  'authority-unknown',
  'self-signed',
  'certificate-expired',
  'certificate-early',
  'certificate-name',
  'certificate-refused',
  'clock-ahead',
  'clock-behind',
  'endpoint-is',
  'ask-right',
  'overwrite-allowed',
  'no-head',
  'no-list-parts',
  'no-abort',
  'upload-left',
  'probe-left',
  'callback-refused',
  // why it was not tried
  'not-encrypted',
  'waits-for',
  'not-by-way',
  'nothing-left',
  'stopped',
] as const;
export type HintCode = (typeof HINT_CODES)[number];

export const hintSchema = z.object({
  code: z.enum(HINT_CODES),
  /** What the words have places for. `seconds`, `minutes`, `bytes`, `speed` (bytes a second) and `at` are numbers. */
  values: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type Hint = Readonly<z.infer<typeof hintSchema>>;

export const checkSchema = z.object({
  id: z.enum(CHECK_IDS),
  /** Null: it could not be tried, and `hint` says why. */
  ok: z.boolean().nullable(),
  /** Uploads work without it. */
  optional: z.boolean(),
  fault: faultSchema.optional(),
  hint: hintSchema.optional(),
  /** What the administrator has to allow (`ramRequest`). */
  rights: z.array(z.object({ action: z.string(), resource: z.string() })).optional(),
});
export type Check = Readonly<z.infer<typeof checkSchema>>;

/** A run as the window sees it. What is planned and not yet among `checks` is still to come, the first of it under way. */
export const doctorRunSchema = z.object({
  runId: z.int(),
  destinationId: destinationIdSchema,
  planned: z.array(z.enum(CHECK_IDS)),
  checks: z.array(checkSchema),
  isRunning: z.boolean(),
});
export type DoctorRun = Readonly<z.infer<typeof doctorRunSchema>>;

/** Nothing that uploading needs has failed. */
export const isHealthy = (checks: readonly Check[]): boolean =>
  checks.every(({ ok, optional }) => ok !== false || optional);

/** All rights that were found to be missing. */
export const missingRights = (checks: readonly Check[]) => checks.flatMap(({ rights = [] }) => rights);

/** Somebody has to hand in other credentials: the token server, STS or OSS does not take these. */
const WANTS_CREDENTIALS: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'credentials-missing',
  'token-refused',
  'token-expired',
  'key-unknown',
  'role-refused',
  'signature',
]);

/** The command's exit code: 0 healthy, 3 credentials are needed, 1 something else that is needed fails. */
export function doctorExitCode(checks: readonly Check[]): 0 | 1 | 3 {
  if (isHealthy(checks)) return 0;
  const wants = checks.some(
    ({ id, ok, fault }) =>
      ok === false &&
      (id === 'credentials' || id === 'signature') &&
      fault !== undefined &&
      WANTS_CREDENTIALS.has(fault.code),
  );
  return wants ? 3 : 1;
}
