import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { isOriginPattern } from './admin/parse-cors';
import { isBucketName } from './oss/address';
import type { SandboxOptions } from './start-sandbox';

/** What the command line asks for, or one sentence about what is wrong with it. */
export type SandboxArguments =
  | { readonly kind: 'start'; readonly options: SandboxOptions; readonly isJson: boolean }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'bad'; readonly sentence: string };

const USAGE = `Usage: sandbox --data DIR [--port 0] [--role-policy FILE] [--token-seconds N] [--discard] [--json]
               [--cname HOST=BUCKET]... [--cors ORIGIN]...
               [--users FILE] [--roles FILE]

  --data DIR           where objects, unfinished uploads, keys and tokens are kept
  --port N             OSS listens on N, STS on N+1, IMM on N+2, admin on N+3; 0 takes free ports
  --role-policy FILE   the role's RAM policy, in place of one that allows all that the product uses
  --token-seconds N    tokens live at most N seconds
  --discard            keeps size, CRC and metadata of objects, but not their bytes
  --cname HOST=BUCKET  a custom domain that stands for the bucket; may be given again
  --cors ORIGIN        pages of that origin, or of all with *, may do everything; may be given again
  --users FILE         RAM users beside the first, with their own policies (JSON)
  --roles FILE         roles beside the first, with their own policies (JSON)
  --json               prints one JSON line when it listens
`;

class BadArgument extends Error {}

/** Reads the command line, and the policy file that it names. */
export function parseSandboxArguments(words: readonly string[]): SandboxArguments {
  try {
    return read(words);
  } catch (error) {
    if (error instanceof BadArgument) return { kind: 'bad', sentence: error.message };
    throw error;
  }
}

const REPEATABLE = ['--cname', '--cors'];
const WITH_VALUE = [
  '--data',
  '--port',
  '--role-policy',
  '--token-seconds',
  '--users',
  '--roles',
  ...REPEATABLE,
];
const WITHOUT_VALUE = ['--discard', '--json', '--help'];

// By hand: util.parseArgs is an experiment in the Node 18 that some Electron versions carry.
function split(words: readonly string[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [name = '', ...inline] = word.split('=');
    if (values.has(name) && !REPEATABLE.includes(name)) throw new BadArgument(`${name} is given twice.`);
    if (WITHOUT_VALUE.includes(name) && inline.length === 0) values.set(name, []);
    else if (WITH_VALUE.includes(name)) {
      const value = inline.length > 0 ? inline.join('=') : rest.shift();
      if (value === undefined || value === '') throw new BadArgument(`${name} needs a value.`);
      values.set(name, [...(values.get(name) ?? []), value]);
    } else throw new BadArgument(`There is no argument "${word}"; --help shows those there are.`);
  }
  return values;
}

function read(words: readonly string[]): SandboxArguments {
  const values = split(words);
  const one = (name: string): string | undefined => values.get(name)?.[0];
  if (values.has('--help')) return { kind: 'help', text: USAGE };
  const dataFolder = one('--data');
  if (dataFolder === undefined) {
    throw new BadArgument('--data DIR is needed: the folder where the sandbox keeps its objects.');
  }
  const tokenSeconds = one('--token-seconds');
  return {
    kind: 'start',
    isJson: values.has('--json'),
    options: {
      dataFolder,
      // STS, IMM and admin listen on the three ports behind.
      port: integer(one('--port') ?? '0', '--port', 0, 65_532),
      discard: values.has('--discard'),
      ...(values.has('--cors') ? { corsOrigins: readOrigins(values.get('--cors') ?? []) } : {}),
      ...(values.has('--cname') ? { cnames: readCnames(values.get('--cname') ?? []) } : {}),
      ...fileOption('rolePolicy', '--role-policy', one),
      ...fileOption('users', '--users', one),
      ...fileOption('roles', '--roles', one),
      ...(tokenSeconds === undefined
        ? {}
        : { tokenSeconds: integer(tokenSeconds, '--token-seconds', 1, 43_200) }),
    },
  };
}

function integer(text: string, name: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  if (number >= least && number <= most) return number;
  throw new BadArgument(`${name} must be a whole number from ${least} to ${most}, not "${text}".`);
}

function readOrigins(words: readonly string[]): readonly string[] {
  const wrong = words.find((word) => !isOriginPattern(word));
  if (wrong === undefined) return words;
  throw new BadArgument(`--cors must be "*" or an origin such as http://localhost:3000, not "${wrong}".`);
}

function readCnames(words: readonly string[]): Map<string, string> {
  const cnames = new Map<string, string>();
  for (const word of words) {
    const [host = '', bucket = '', ...rest] = word.split('=');
    const isHost = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(host) && isIP(host) === 0;
    if (!isHost || !isBucketName(bucket) || rest.length > 0) {
      throw new BadArgument(`--cname must be a host name without port, "=" and a bucket, not "${word}".`);
    }
    cnames.set(host.toLowerCase(), bucket);
  }
  return cnames;
}

function fileOption(
  option: 'rolePolicy' | 'users' | 'roles',
  name: string,
  one: (name: string) => string | undefined,
): Partial<SandboxOptions> {
  const path = one(name);
  if (path === undefined) return {};
  try {
    return { [option]: readFileSync(path, 'utf8') };
  } catch {
    throw new BadArgument(`${name}: the file "${path}" cannot be read.`);
  }
}
