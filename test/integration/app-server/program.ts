import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createBuilder } from 'vite';

const ROOT = resolve(import.meta.dirname, '../../..');
/** As vite.node.config.mts names it. */
const ENVIRONMENT = 'app_server_main';

export interface Program {
  readonly file: string;
  remove(): Promise<void>;
}

/** The program as it is shipped: one CommonJS file, in a folder from which no node_modules can be seen. */
export async function buildProgram(): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'app-server-program-'));
  const builder = await createBuilder({
    root: ROOT,
    configFile: join(ROOT, 'vite.node.config.mts'),
    logLevel: 'error',
    environments: { [ENVIRONMENT]: { build: { outDir: folder, sourcemap: false } } },
  });
  const environment = builder.environments[ENVIRONMENT];
  if (environment === undefined) throw new Error(`vite.node.config.mts builds no ${ENVIRONMENT}`);
  await builder.build(environment);
  return {
    file: join(folder, 'app-server/main.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export interface Run {
  readonly process: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The first line on standard output. */
  readonly firstLine: Promise<string>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** Runs the program with this environment and nothing of ours. */
export function run(
  program: Program,
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
): Run {
  const child = spawn(process.execPath, [program.file, ...argv], {
    cwd: tmpdir(),
    env: { ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true', ...environment },
  });
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const firstLine = new Promise<string>((resolveLine, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (stdout.includes('\n')) resolveLine(stdout.split('\n', 1)[0] ?? '');
    });
    child.once('close', () => {
      reject(new Error(`ended without a line: ${stderr}`));
    });
  });
  // A run that is meant to fail has nobody who waits for its line.
  firstLine.catch(() => {});
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolveEnd) => {
    child.once('close', (code, signal) => {
      resolveEnd({ code, signal });
    });
  });
  return { process: child, stdout: () => stdout, stderr: () => stderr, firstLine, ended };
}
