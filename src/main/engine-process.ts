import { serveEngine } from '../host/engine-server';
import type { FromEngine, Link, ToEngine } from '../shared/engine-link';

const port = process.parentPort;
const link: Link<ToEngine, FromEngine> = {
  send: (message) => port.postMessage(message),
  onMessage: (listener) => {
    port.on('message', (event) => listener(event.data as ToEngine));
  },
};
serveEngine(link);
