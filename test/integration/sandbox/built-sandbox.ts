import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { builtinModules, createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'vite';
import type { RunningSandbox, startSandbox } from '../../../src/sandbox/start-sandbox';

const ROOM = resolve(import.meta.dirname, '../../../src/sandbox');

/** A change to one source file: the text must stand there exactly once. */
export interface Patch {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Builds the sandbox as the shipped program is built, with a patch to its source, and returns the file. */
export async function buildSandbox(
  entry: 'main' | 'start-sandbox',
  folder: string,
  patch?: Patch,
): Promise<string> {
  let patched = 0;
  const applyPatch = {
    name: 'apply-patch',
    transform(code: string, id: string) {
      if (!patch || id !== join(ROOM, patch.file)) return null;
      patched = code.split(patch.find).length - 1;
      return { code: code.replace(patch.find, patch.replace), map: null };
    },
  };
  await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [{ ...applyPatch, enforce: 'pre' }],
    build: {
      ssr: true,
      target: 'node18.15',
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: {
        input: { [entry]: join(ROOM, `${entry}.ts`) },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
    ssr: { noExternal: true, external: [...builtinModules, ...builtinModules.map((name) => `node:${name}`)] },
  });
  if (patch && patched !== 1)
    throw new Error(`${patch.file} has ${patched} places to patch, not one: ${patch.find}`);
  return join(folder, `${entry}.cjs`);
}

/** The startSandbox of a built file. */
export function loadSandbox(file: string): typeof startSandbox {
  const loaded = createRequire(import.meta.url)(file) as { startSandbox: typeof startSandbox };
  return loaded.startSandbox;
}

export interface SandboxProcess {
  readonly sandbox: Omit<RunningSandbox, 'close'>;
  readonly child: ChildProcess;
  /** Kills the process and resolves when it is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** Starts the built program and waits for its line. */
export async function spawnSandbox(file: string, words: readonly string[]): Promise<SandboxProcess> {
  const child = spawn(process.execPath, [file, '--json', ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    sandbox: JSON.parse(line) as RunningSandbox,
    child,
    kill: async (signal) => {
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
    },
  };
}
