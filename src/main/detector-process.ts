import { serveDetector, type FromDetector, type ToDetector } from '../host/detector/detector-server';
import type { Link } from '../shared/engine-link';

const port = process.parentPort;
const link: Link<ToDetector, FromDetector> = {
  send: (message) => port.postMessage(message),
  onMessage: (listener) => {
    port.on('message', (event) => listener(event.data as ToDetector));
  },
};
// Built into the folder that holds weights and WASM.
serveDetector(link, __dirname);
