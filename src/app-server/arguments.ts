import { StartProblem } from './problem';

export interface Arguments {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly json: boolean;
}

const USAGE = 'usage: app-server [--host 127.0.0.1] [--port 0] [--json]';

/** The command line (`--port 80` or `--port=80`), or a StartProblem that says in one sentence what is wrong with it. */
export function readArguments(argv: readonly string[]): Arguments {
  let found: Arguments = { host: '127.0.0.1', port: 0, json: false };
  const words = argv.flatMap((word) => /^(--\w+)=(.*)$/.exec(word)?.slice(1) ?? [word]);
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--json') found = { ...found, json: true };
    else if (word === '--host') found = { ...found, host: hostOf(words[++index]) };
    else if (word === '--port') found = { ...found, port: portOf(words[++index]) };
    else throw new StartProblem(`The argument "${word}" is not known; ${USAGE}.`, 2);
  }
  return found;
}

function hostOf(value: string | undefined): string {
  if (value !== undefined && /^[\w.:][\w.:-]*$/.test(value)) return value;
  throw new StartProblem(
    'The option --host is wrong: it must be an address or a name such as 127.0.0.1 or 0.0.0.0.',
    2,
  );
}

function portOf(value: string | undefined): number {
  if (value !== undefined && /^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new StartProblem('The option --port is wrong: it must be a number from 0 to 65535.', 2);
}
