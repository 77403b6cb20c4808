/** The detector in a worker thread, for programs on plain Node: the command and the sandbox. */
import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Desk, type AnsweredBy, type Workplace } from './desk';

const FILE = 'detector-worker.js';

/**
 * The built detector's folder (worker, weights, WASM): beside the program in `out/`, or `out/faces` for code that runs
 * from its source. Throws where it was not built.
 */
export function builtFolder(from: string = __dirname): string {
  const folders = [join(from, '../faces'), join(from, '../../out/faces')];
  const found = folders.map(unpacked).find((folder) => existsSync(join(folder, FILE)));
  if (found === undefined) throw new Error('it is not built; run npm run build');
  return found;
}

/** A thread cannot be started from inside the archive of the packaged app. */
const unpacked = (folder: string): string => folder.replace(`app.asar${sep}`, `app.asar.unpacked${sep}`);

/** A desk whose thread is started at the first question and lives until `close`, without keeping the program alive. */
export function openThreadDesk(folder?: string): Desk {
  return new Desk({
    fork: () => forkThread(folder ?? builtFolder()),
    after: (delayMs, ring) => {
      const timer = setTimeout(ring, delayMs);
      return () => clearTimeout(timer);
    },
    idleMs: null,
  });
}

function forkThread(folder: string): Workplace {
  const worker = new Worker(join(folder, FILE));
  // An error ends the thread; `exit` follows and tells the desk.
  worker.on('error', () => undefined);
  return {
    send: (message) => worker.postMessage(message),
    onMessage: (listener) => void worker.on('message', (message: AnsweredBy) => listener(message)),
    onExit: (listener) => void worker.once('exit', () => listener()),
    kill: () => void worker.terminate(),
  };
}
