/** The words after `oss-ferry profile`. */
import { parseArgs } from 'node:util';
import { failure, fault, success, type Outcome } from '../shared/faults';

export type ProfileCommand =
  | { readonly kind: 'profile-check' | 'profile-link'; readonly file: string }
  | {
      readonly kind: 'profile-set';
      readonly file: string;
      /** Begins with what this file or link holds. */
      readonly from: string | null;
      readonly assignments: readonly Assignment[];
      readonly unset: readonly string[];
    }
  | { readonly kind: 'profile-open'; readonly shared: string; readonly out: string | null };

/** `name=text`, or `name:=JSON`. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
  readonly isJson: boolean;
}

const wrong = (message: string): Outcome<never> => failure(fault('invalid-input', message));

const OPTIONS = {
  from: { type: 'string' },
  unset: { type: 'string', multiple: true },
  out: { type: 'string' },
} as const;
const TAKES: Readonly<Record<string, readonly string[]>> = {
  check: [],
  link: [],
  set: ['from', 'unset'],
  open: ['out'],
};

export function readProfileArguments(given: readonly string[]): Outcome<ProfileCommand> {
  let parsed;
  try {
    parsed = parseArgs({ args: [...given], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    return wrong(`${(error instanceof Error ? error.message : String(error)).split(/[.\n]/)[0] ?? ''}.`);
  }
  const { values, positionals } = parsed;
  const [verb = '', what, ...rest] = positionals;
  const takes = TAKES[verb];
  if (takes === undefined) return wrong(`profile knows set, check, link and open, not "${verb}".`);
  const stray = Object.keys(values).find((option) => !takes.includes(option));
  if (stray !== undefined) return wrong(`profile ${verb} does not take --${stray}.`);
  if (what === undefined)
    return wrong(`profile ${verb} needs ${verb === 'open' ? 'a link or a file' : 'the file of a profile'}.`);
  if (verb === 'set') return readSet(what, values.from ?? null, rest, values.unset ?? []);
  if (rest.length > 0)
    return wrong(`profile ${verb} takes one ${verb === 'open' ? 'link or file' : 'file'}.`);
  if (verb === 'open') return success({ kind: 'profile-open', shared: what, out: values.out ?? null });
  return success({ kind: verb === 'check' ? 'profile-check' : 'profile-link', file: what });
}

function readSet(
  file: string,
  from: string | null,
  words: readonly string[],
  unset: readonly string[],
): Outcome<ProfileCommand> {
  const assignments: Assignment[] = [];
  for (const word of words) {
    const at = word.indexOf('=');
    if (at <= 0) return wrong(`"${word}" sets nothing; write name=value, for example bucket=team-media.`);
    const isJson = word[at - 1] === ':';
    assignments.push({ name: word.slice(0, isJson ? at - 1 : at), value: word.slice(at + 1), isJson });
  }
  const names = [...assignments.map(({ name }) => name), ...unset];
  const odd = names.find((name) =>
    name.split('.').some((step) => step === '' || /^(__proto__|constructor|prototype)$/.test(step)),
  );
  if (odd !== undefined) return wrong(`"${odd}" is no name of a field.`);
  return success({ kind: 'profile-set', file, from, assignments, unset });
}
