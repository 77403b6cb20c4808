import type { FromEngine, Link, ToEngine } from '../shared/engine-link';
import type { QueueSnapshot } from '../shared/queue-view';

const port = process.parentPort;
const link: Link<ToEngine, FromEngine> = {
  send: (message) => port.postMessage(message),
  onMessage: (listener) => {
    port.on('message', (event) => listener(event.data as ToEngine));
  },
};
serveEngine(link);

// Stands where src/host/engine-server.ts will: an engine whose queue is always empty.
function serveEngine(engine: Link<ToEngine, FromEngine>): void {
  const refused = {
    ok: false,
    fault: { code: 'engine-stopped', message: 'There is no engine yet.' },
  } as const;
  engine.onMessage((message) => {
    if (message.kind === 'start') engine.send({ kind: 'ready', resumedItems: 0, keptBytes: 0 });
    if (message.kind === 'stop') engine.send({ kind: 'stopped' });
    if (message.kind !== 'call') return;
    const reply = message.name === 'queue.snapshot' ? ({ ok: true, value: EMPTY } as const) : refused;
    engine.send({ kind: 'reply', id: message.id, reply });
  });
}

const EMPTY: QueueSnapshot = {
  revision: 0,
  batches: [],
  causes: [],
  engine: { kind: 'starting' },
  summary: {
    items: 0,
    doneItems: 0,
    endedItems: 0,
    totalBytes: 0,
    verifiedBytes: 0,
    sentBytes: 0,
    bytesPerSecond: 0,
    secondsLeft: null,
    connections: 0,
    scanning: false,
    pausedByUser: false,
  },
};
