/** `oss-ferry profile`: makes, changes, checks and shares the file that names a destination. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import {
  LINK_SCHEME,
  profileLink,
  profileOfLink,
  profileOfText,
  profileText,
} from '../host/destinations/share-profile';
import { failure, fault, success, type Outcome } from '../shared/faults';
import { endpointOf, profileProblem, profileSchema, type Profile } from '../shared/profile';
import type { Assignment, ProfileCommand } from './profile-arguments';
import { readProfile } from './profile-file';

interface Surroundings {
  readonly write: (text: string) => void;
  readonly printError: (sentence: string) => void;
}

type Fields = Record<string, unknown>;
type SetCommand = Extract<ProfileCommand, { kind: 'profile-set' }>;

const wrong = (message: string): Outcome<never> => failure(fault('invalid-input', message));

/** Exit code 0, or 2 after one sentence: nothing is written then. */
export function runProfile(command: ProfileCommand, { write, printError }: Surroundings): number {
  const said = carryOut(command);
  if (!said.ok) {
    printError(said.fault.message);
    return 2;
  }
  write(said.value);
  return 0;
}

function carryOut(command: ProfileCommand): Outcome<string> {
  switch (command.kind) {
    case 'profile-check':
      return told(readProfile(command.file));
    case 'profile-link': {
      const profile = readProfile(command.file);
      const link = profile.ok ? profileLink(profile.value) : profile;
      return link.ok ? success(`${link.value}\n`) : link;
    }
    case 'profile-set':
      return told(set(command));
    case 'profile-open':
      return open(command.shared, command.out);
  }
}

/** Shows what was shared; it becomes a file only where one is named, and takes the place of none. */
function open(shared: string, out: string | null): Outcome<string> {
  const profile = shared.startsWith(`${LINK_SCHEME}:`) ? profileOfLink(shared) : ofFile(shared);
  if (!profile.ok) return profile;
  if (out === null) return success(profileText(profile.value));
  if (existsSync(out)) return wrong(`${out} is there already; name another file.`);
  const written = replaceFile(out, profileText(profile.value));
  return written.ok ? told(profile) : written;
}

function set({ file, from, assignments, unset }: SetCommand): Outcome<Profile> {
  const begun = from !== null ? fieldsOf(from) : existsSync(file) ? fieldsOf(file) : success<Fields>({});
  if (!begun.ok) return begun;
  const fields = begun.value;
  for (const name of unset) remove(fields, name.split('.'));
  const profile = assigned(fields, assignments);
  if (!profile.ok) return profile;
  const written = replaceFile(file, `${JSON.stringify(fields, null, 2)}\n`);
  return written.ok ? profile : written;
}

/** Values are text, or what JSON makes of them where the profile takes no text there (`durationSeconds=3600`). */
function assigned(fields: Fields, assignments: readonly Assignment[]): Outcome<Profile> {
  for (const { name, value, isJson } of assignments) {
    const json = isJson ? jsonOf(value) : success<unknown>(value);
    if (!json.ok) return wrong(`The value of ${name} is not valid JSON.`);
    const put = place(fields, name.split('.'), json.value);
    if (!put.ok) return put;
  }
  const first = profileSchema.safeParse(fields);
  if (first.success) return success(first.data);
  const wrongPaths = new Set(first.error.issues.map(({ path }) => path.join('.')));
  for (const { name, value } of assignments.filter((one) => !one.isJson && wrongPaths.has(one.name))) {
    const json = jsonOf(value);
    if (json.ok) place(fields, name.split('.'), json.value);
  }
  const second = profileSchema.safeParse(fields);
  return second.success ? success(second.data) : wrong(profileProblem(second.error));
}

function place(fields: Fields, [step = '', ...more]: readonly string[], value: unknown): Outcome<void> {
  if (more.length === 0) {
    fields[step] = value;
    return success(undefined);
  }
  const inner = (fields[step] ??= {});
  if (typeof inner !== 'object' || Array.isArray(inner))
    return wrong(`${step} has no fields in it; set it as a whole, with ${step}:=JSON.`);
  return place(inner as Fields, more, value);
}

function remove(fields: Fields, [step = '', ...more]: readonly string[]): void {
  const inner = fields[step];
  if (more.length === 0) Reflect.deleteProperty(fields, step);
  else if (typeof inner === 'object' && inner !== null) remove(inner as Fields, more);
}

function fieldsOf(shared: string): Outcome<Fields> {
  if (shared.startsWith(`${LINK_SCHEME}:`)) {
    const profile = profileOfLink(shared);
    return profile.ok ? success({ ...profile.value }) : profile;
  }
  const text = textOf(shared);
  if (!text.ok) return text;
  const json = jsonOf(text.value);
  if (!json.ok || typeof json.value !== 'object' || json.value === null || Array.isArray(json.value))
    return wrong(`The profile ${shared} is not valid JSON.`);
  return success(json.value as Fields);
}

function ofFile(file: string): Outcome<Profile> {
  const text = textOf(file);
  return text.ok ? profileOfText(text.value) : text;
}

function textOf(file: string): Outcome<string> {
  try {
    return success(readFileSync(file, 'utf8'));
  } catch (error) {
    return wrong(`${file} cannot be read (${codeOf(error)}).`);
  }
}

/** Whole or not at all: a full disk leaves the old file as it was. */
function replaceFile(file: string, text: string): Outcome<void> {
  try {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
    return success(undefined);
  } catch (error) {
    return wrong(`${file} cannot be written (${codeOf(error)}).`);
  }
}

function jsonOf(text: string): Outcome<unknown> {
  try {
    return success(JSON.parse(text) as unknown);
  } catch {
    return wrong('This is not valid JSON.');
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown';

/** Where its files go and who lets them. */
function told(profile: Outcome<Profile>): Outcome<string> {
  if (!profile.ok) return profile;
  const { name, bucket, prefix, region, authorization } = profile.value;
  const by = 'url' in authorization ? `${authorization.kind} ${authorization.url}` : authorization.kind;
  return success(
    `${name}: oss://${bucket}/${prefix} in ${region}, at ${endpointOf(profile.value)}, by ${by}\n`,
  );
}
