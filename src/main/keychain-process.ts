import {
  serveKeychain,
  type FromKeychain,
  type SystemKeychain,
  type ToKeychain,
} from './credentials/keychain-server';
import type { Link } from '../shared/engine-link';

const port = process.parentPort;
const link: Link<ToKeychain, FromKeychain> = {
  send: (message) => port.postMessage(message),
  onMessage: (listener) => {
    port.on('message', (event) => listener(event.data as ToKeychain));
  },
};

/** Loaded at the first question: on a system without its library that is an answer, and no crash. */
async function load(): Promise<SystemKeychain> {
  const loaded = await import('keytar');
  return (loaded as { readonly default?: SystemKeychain }).default ?? loaded;
}
serveKeychain(link, load);
