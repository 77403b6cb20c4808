import { join } from 'node:path';
import { utilityProcess } from 'electron';
import type { FromEngine } from '../shared/engine-link';
import type { EngineProcess } from './engine-supervisor';

/** By this name the engine stands in the system's list of our processes. */
const SERVICE_NAME = 'OSS Ferry Engine';

/** Starts the engine in a process of its own. */
export function forkEngine(): EngineProcess {
  const child = utilityProcess.fork(join(__dirname, '../engine/engine-process.js'), [], {
    serviceName: SERVICE_NAME,
  });
  return {
    send: (message) => child.postMessage(message),
    onMessage: (listener) => {
      child.on('message', (message: FromEngine) => listener(message));
    },
    onExit: (listener) => {
      child.once('exit', () => listener());
    },
    kill: () => {
      child.kill();
    },
  };
}
