/** The command line, read and checked: what is wrong is said in one sentence. */
import { parseArgs } from 'node:util';
import { failure, fault, success, type Outcome } from '../shared/faults';
import { conflictPolicySchema, prefixTemplateSchema, type ConflictPolicy } from '../shared/profile';
import { readProfileArguments, type ProfileCommand } from './profile-arguments';

export const USAGE = `oss-ferry: carries files into Alibaba Cloud OSS, verified

  oss-ferry upload <path...> --profile FILE --state DIR [--prefix P] [--conflict C] [--concurrency N] [--max-wait D] [--receipt FILE] [--json]
  oss-ferry resume --profile FILE --state DIR [--concurrency N] [--max-wait D] [--receipt FILE] [--json]
  oss-ferry status --state DIR [--json]
  oss-ferry verify --receipt FILE --profile FILE [--json]
  oss-ferry doctor --profile FILE [--report FILE] [--json]
  oss-ferry faces <image|oss://bucket/key> --profile FILE [--json]
  oss-ferry profile set FILE [--from FILE|LINK] [name=value...] [--unset NAME]
  oss-ferry profile check FILE
  oss-ferry profile link FILE
  oss-ferry profile open LINK|FILE [--out FILE]

  --conflict     overwrite, never-overwrite (default), skip-identical, keep-both or ask (ends as failed)
  --concurrency  most connections at once, 1 to 32 (default 32)
  --max-wait     gives up waiting for network or credentials after so long: 30s, 5m, 2h
  --receipt      what is in the bucket, with its proofs: written by upload and resume, compared again by verify
  --report       writes a report that may be sent: no secrets and no names are in it
  --json         one event a line on standard output

Exit code: 0 all done or skipped, 1 something failed, 2 bad arguments or profile, 3 credentials are needed, 130 stopped.`;

export interface RunCommand {
  readonly kind: 'upload' | 'resume';
  readonly paths: readonly string[];
  readonly profileFile: string;
  readonly directory: string;
  readonly prefix: string | null;
  readonly conflict: ConflictPolicy | null;
  readonly connections: number;
  readonly maxWaitMs: number | null;
  /** Where the receipt goes; null: nowhere. */
  readonly receiptFile: string | null;
  readonly json: boolean;
}

export interface FacesCommand {
  readonly kind: 'faces';
  /** Path of a file, or `oss://bucket/key`. */
  readonly picture: string;
  /** A file of this disk can be looked at without one. */
  readonly profileFile: string | null;
  readonly json: boolean;
}

export interface DoctorCommand {
  readonly kind: 'doctor';
  readonly profileFile: string;
  /** Where the report goes; null: nowhere. */
  readonly reportFile: string | null;
  readonly json: boolean;
}

export interface VerifyCommand {
  readonly kind: 'verify';
  readonly receiptFile: string;
  readonly profileFile: string;
  readonly json: boolean;
}

export type Command =
  | RunCommand
  | { readonly kind: 'status'; readonly directory: string; readonly json: boolean }
  | FacesCommand
  | VerifyCommand
  | ProfileCommand
  | DoctorCommand
  | { readonly kind: 'help' };

const wrong = (message: string): Outcome<never> => failure(fault('invalid-input', message));

const NO_PROFILE = '--profile is missing: the JSON file that names the destination.';

const OPTIONS = {
  profile: { type: 'string' },
  state: { type: 'string' },
  prefix: { type: 'string' },
  conflict: { type: 'string' },
  concurrency: { type: 'string' },
  'max-wait': { type: 'string' },
  report: { type: 'string' },
  receipt: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  upload: ['profile', 'state', 'prefix', 'conflict', 'concurrency', 'max-wait', 'receipt', 'json'],
  resume: ['profile', 'state', 'concurrency', 'max-wait', 'receipt', 'json'],
  status: ['state', 'json'],
  verify: ['receipt', 'profile', 'json'],
  doctor: ['profile', 'report', 'json'],
  faces: ['profile', 'json'],
};

export function readArguments(given: readonly string[]): Outcome<Command> {
  if (given[0] === 'profile' && !given.includes('--help')) return readProfileArguments(given.slice(1));
  let parsed;
  try {
    parsed = parseArgs({ args: [...given], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    return wrong(firstSentence(error instanceof Error ? error.message : String(error)));
  }
  const { values, positionals } = parsed;
  const [name, ...paths] = positionals;
  if (values.help === true || name === undefined) return success({ kind: 'help' });
  const allowed = ALLOWED[name];
  if (allowed === undefined)
    return wrong(
      `There is no command "${name}"; the commands are upload, resume, status, verify, doctor, faces and profile.`,
    );
  const stray = Object.keys(values).find((option) => !allowed.includes(option));
  if (stray !== undefined) return wrong(`The command ${name} does not take --${stray}.`);
  if (name === 'faces') return readFaces(paths, values.profile, values.json === true);
  if (name === 'verify') return readVerify(paths, values, values.json === true);
  if (name === 'doctor') return readDoctor(paths, values, values.json === true);
  if (values.state === undefined) return wrong(`--state is missing: the folder that keeps the queue.`);
  if (name !== 'upload' && paths.length > 0) return wrong(`The command ${name} takes no paths.`);
  if (name === 'status')
    return success({ kind: 'status', directory: values.state, json: values.json === true });
  if (values.profile === undefined) return wrong(NO_PROFILE);
  if (name === 'upload' && paths.length === 0)
    return wrong('Nothing to upload: name at least one file or folder.');
  const profileFile = values.profile;
  const directory = values.state;
  const shared = { paths, profileFile, directory, prefix: values.prefix ?? null, json: values.json === true };
  return withNumbers(name === 'upload' ? 'upload' : 'resume', shared, values);
}

function readDoctor(
  paths: readonly string[],
  { profile, report }: { readonly profile?: string | undefined; readonly report?: string | undefined },
  json: boolean,
): Outcome<DoctorCommand> {
  if (paths.length > 0) return wrong('The command doctor takes no paths.');
  if (profile === undefined) return wrong(NO_PROFILE);
  return success({ kind: 'doctor', profileFile: profile, reportFile: report ?? null, json });
}

function readVerify(
  paths: readonly string[],
  { profile, receipt }: { readonly profile?: string | undefined; readonly receipt?: string | undefined },
  json: boolean,
): Outcome<VerifyCommand> {
  if (paths.length > 0) return wrong('The command verify takes no paths.');
  if (receipt === undefined)
    return wrong('--receipt is missing: the file that upload or resume has written.');
  if (profile === undefined) return wrong(NO_PROFILE);
  return success({ kind: 'verify', receiptFile: receipt, profileFile: profile, json });
}

function readFaces(
  pictures: readonly string[],
  profile: string | undefined,
  json: boolean,
): Outcome<FacesCommand> {
  const [picture, ...more] = pictures;
  if (picture === undefined || more.length > 0)
    return wrong('The command faces takes one picture: a file, or oss://bucket/key.');
  if (picture.startsWith('oss://')) {
    if (!/^oss:\/\/[^/]+\/./.test(picture))
      return wrong(`"${picture}" names no object; write oss://bucket/key.`);
    if (profile === undefined) return wrong(NO_PROFILE);
  }
  return success({ kind: 'faces', picture, profileFile: profile ?? null, json });
}

type Shared = Pick<RunCommand, 'paths' | 'profileFile' | 'directory' | 'prefix' | 'json'>;
interface Numbers {
  readonly conflict?: string | undefined;
  readonly concurrency?: string | undefined;
  readonly 'max-wait'?: string | undefined;
  readonly receipt?: string | undefined;
}

function withNumbers(kind: RunCommand['kind'], shared: Shared, values: Numbers): Outcome<RunCommand> {
  const conflict = conflictPolicySchema.safeParse(values.conflict ?? 'never-overwrite');
  if (!conflict.success)
    return wrong(
      `--conflict must be overwrite, never-overwrite, skip-identical, keep-both or ask, not "${values.conflict ?? ''}".`,
    );
  const connections = Number(values.concurrency ?? 32);
  if (!Number.isInteger(connections) || connections < 1 || connections > 32)
    return wrong(`--concurrency must be a number from 1 to 32, not "${values.concurrency ?? ''}".`);
  const prefix = prefixTemplateSchema.nullable().safeParse(shared.prefix);
  if (!prefix.success) return wrong(`--prefix ${prefix.error.issues[0]?.message ?? 'is wrong'}.`);
  const maxWaitMs = values['max-wait'] === undefined ? null : durationMs(values['max-wait']);
  if (Number.isNaN(maxWaitMs))
    return wrong(`--max-wait must look like 30s, 5m or 2h, not "${values['max-wait'] ?? ''}".`);
  return success({
    ...shared,
    kind,
    prefix: prefix.data,
    conflict: values.conflict === undefined ? null : conflict.data,
    connections,
    maxWaitMs,
    receiptFile: values.receipt ?? null,
  });
}

const UNITS: Readonly<Record<string, number>> = { '': 1_000, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `90`, `90s`, `5m`, `2h`; NaN where it cannot be read. */
export function durationMs(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  return number === undefined ? NaN : Number(number) * (UNITS[unit ?? ''] ?? NaN);
}

function firstSentence(message: string): string {
  return message.split('\n')[0]?.replace(/\. To specify a positional.*$/, '.') ?? message;
}
