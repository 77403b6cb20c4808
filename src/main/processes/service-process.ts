import { join } from 'node:path';
import { utilityProcess } from 'electron';
import type { Link } from '../../shared/engine-link';

/** A process of our own beside the window's. */
export interface ServiceProcess<In, Out> extends Link<In, Out> {
  /** Told once, whatever ended it. */
  onExit(listener: () => void): void;
  kill(): void;
}

/** Starts a built entry (`engine/engine-process.js`); by `name` it stands in the system's list of our processes. */
export function forkService<In, Out>(entry: string, name: string): ServiceProcess<In, Out> {
  const child = utilityProcess.fork(join(__dirname, '..', entry), [], {
    serviceName: name,
    // For a process that tidies up when it has nothing to do; a runtime that ignores it does without.
    execArgv: ['--js-flags=--expose-gc'],
  });
  return {
    send: (message) => child.postMessage(message),
    onMessage: (listener) => {
      child.on('message', (message: In) => listener(message));
    },
    onExit: (listener) => {
      child.once('exit', () => listener());
    },
    kill: () => {
      child.kill();
    },
  };
}
