/** The detector in a worker thread, for programs on plain Node: the command and the sandbox. */
import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DetectorQueue, type AnsweredBy, type DetectorWorker } from './detector-queue';

const FILE = 'detector-worker.js';
/** The networks hold some hundred megabytes: they are given back once nobody has asked for so long. */
const IDLE_MS = 60_000;

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

/** A desk whose thread stands only while it is used. It keeps the program alive until then, or until `close`. */
export function openDetectorThread(folder?: string): DetectorQueue {
  return new DetectorQueue({
    fork: () => forkThread(folder ?? builtFolder()),
    after: (delayMs, ring) => {
      const timer = setTimeout(ring, delayMs);
      return () => clearTimeout(timer);
    },
    idleMs: IDLE_MS,
  });
}

function forkThread(folder: string): DetectorWorker {
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
