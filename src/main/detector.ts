import { join } from 'node:path';
import { utilityProcess } from 'electron';
import { openDetectorDesk, type DetectorDesk, type Workplace } from '../host/detector-desk';
import type { FromDetector } from '../host/detector-server';

/** By this name the detector stands in the system's list of our processes. */
const SERVICE_NAME = 'OSS Ferry Pictures';
/** The networks hold some hundred megabytes: they are given back once nobody has looked at a picture for so long. */
const IDLE_MS = 60_000;

/** The detector in a process of its own, which stands only while it is used. */
export function openDetector(): DetectorDesk {
  return openDetectorDesk({
    fork: forkDetector,
    after: (delayMs, ring) => {
      const timer = setTimeout(ring, delayMs);
      return () => clearTimeout(timer);
    },
    idleMs: IDLE_MS,
  });
}

function forkDetector(): Workplace {
  const child = utilityProcess.fork(join(__dirname, '../faces/detector-process.js'), [], {
    serviceName: SERVICE_NAME,
  });
  return {
    send: (message) => child.postMessage(message),
    onMessage: (listener) => {
      child.on('message', (message: FromDetector) => listener(message));
    },
    onExit: (listener) => {
      child.once('exit', () => listener());
    },
    kill: () => {
      child.kill();
    },
  };
}
