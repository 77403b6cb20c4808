import { join } from 'node:path';
import { utilityProcess } from 'electron';
import type { KeychainProcess } from './keychain';
import type { FromKeychain } from './keychain-server';

/** By this name it stands in the system's list of our processes. */
const SERVICE_NAME = 'OSS Ferry Keychain';

/** Starts the process that talks to the system's keychain. */
export function forkKeychain(): KeychainProcess {
  const child = utilityProcess.fork(join(__dirname, '../keychain/keychain-process.js'), [], {
    serviceName: SERVICE_NAME,
  });
  return {
    send: (message) => child.postMessage(message),
    onMessage: (listener) => {
      child.on('message', (message: FromKeychain) => listener(message));
    },
    onExit: (listener) => {
      child.once('exit', () => listener());
    },
    kill: () => {
      child.kill();
    },
  };
}
