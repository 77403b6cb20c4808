/** The built command under plain Node, and what it says. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { World } from '../engine/harness';

const ROOT = resolve(import.meta.dirname, '../../..');
const PROGRAM = join(ROOT, 'out/cli/oss-ferry.js');
const LOCK = join(ROOT, 'out/.building-command');
const STALE_LOCK_MS = 120_000;

/** A line of `--json`. */
export type CommandEvent = Readonly<Record<string, unknown>> & { readonly event: string };

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly events: readonly CommandEvent[];
}

export class RunningCommand {
  readonly child: ChildProcess;
  readonly events: CommandEvent[] = [];
  readonly finished: Promise<Finished>;
  readonly #listeners = new Set<() => void>();
  #stdout = '';
  #stderr = '';

  constructor(words: readonly string[], environment: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, [PROGRAM, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    });
    const { stdout, stderr } = this.child;
    if (stdout === null || stderr === null) throw new Error('There are no pipes.');
    stderr.on('data', (bytes: Buffer) => (this.#stderr += bytes.toString()));
    createInterface({ input: stdout }).on('line', (line) => {
      this.#stdout += `${line}\n`;
      if (line.startsWith('{')) this.events.push(JSON.parse(line) as CommandEvent);
      for (const listener of this.#listeners) listener();
    });
    this.finished = new Promise((done) => {
      this.child.once('close', (code, signal) =>
        done({ code, signal, stdout: this.#stdout, stderr: this.#stderr, events: this.events }),
      );
    });
  }

  /** Resolves at the first event for which this holds; rejects when the command ends without one. */
  async told(wanted: (event: CommandEvent) => boolean): Promise<CommandEvent> {
    const found = new Promise<CommandEvent>((resolve) => {
      const look = (): void => {
        const event = this.events.find(wanted);
        if (event !== undefined) resolve(event);
      };
      this.#listeners.add(look);
      look();
    });
    const ended = this.finished.then((finished) => {
      throw new Error(`It ended before: ${finished.code} ${finished.stdout} ${finished.stderr}`);
    });
    return Promise.race([found, ended]);
  }
}

/** Runs the command to its end. */
export function run(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return new RunningCommand(words, environment).finished;
}

/** The summary, which must be the last line. */
export function summaryOf({ events }: Finished): CommandEvent {
  const last = events.at(-1);
  if (last?.event !== 'summary') throw new Error(`The last line is ${JSON.stringify(last)}`);
  return last;
}

export const itemsOf = ({ events }: Finished): readonly CommandEvent[] =>
  events.filter(({ event }) => event === 'item');

/** Writes a profile of this world. @returns its path */
export async function profileFile(
  world: World,
  changes: Readonly<Record<string, unknown>> = {},
  name = 'profile',
): Promise<string> {
  const { region, bucket, oss } = world.sandbox;
  const profile = {
    name: 'Sandbox',
    region,
    bucket,
    prefix: 'uploads/',
    endpoint: oss,
    authorization: { kind: 'token-server', url: world.tokenUrl },
    ...changes,
  };
  const file = join(world.folder, `${name}.json`);
  // Whole at once: another test of this world may be having its command read it.
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(profile));
  await rename(draft, file);
  return file;
}

/** Makes sure that the command was built from the source as it is; several test files may ask at once. */
export async function ensureCommand(): Promise<void> {
  mkdirSync(join(ROOT, 'out'), { recursive: true });
  while (!takeLock()) await new Promise((resolve) => setTimeout(resolve, 200));
  try {
    if (timeOf(PROGRAM) < newestIn(join(ROOT, 'src'))) await build();
  } finally {
    rmdirSync(LOCK);
  }
}

function takeLock(): boolean {
  try {
    mkdirSync(LOCK);
    return true;
  } catch {
    if (Date.now() - timeOf(LOCK) > STALE_LOCK_MS) rmdirSync(LOCK);
    return false;
  }
}

const timeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function newestIn(folder: string): number {
  const times = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? newestIn(path) : timeOf(path);
  });
  return Math.max(0, ...times);
}

function build(): Promise<void> {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const words = [vite, 'build', '-c', 'vite.node.config.mts', '--logLevel', 'warn'];
  const child = spawn(process.execPath, words, { cwd: ROOT, stdio: 'inherit' });
  return new Promise((done, refuse) => {
    child.once('close', (code) => (code === 0 ? done() : refuse(new Error(`The build ended with ${code}.`))));
  });
}
