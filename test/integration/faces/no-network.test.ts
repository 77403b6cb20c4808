import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { PORTRAIT } from '../../fakes/pictures';

// Loaded before the detector, in its own thread: every way to the network throws and says so.
const TRIPWIRE = `
const trip = (name) => () => { require('node:fs').writeSync(2, 'NETWORK ' + name + '\\n'); throw new Error('network: ' + name); };
globalThis.fetch = trip('fetch');
for (const [name, verbs] of Object.entries({
  'node:http': ['request', 'get'], 'node:https': ['request', 'get'],
  'node:net': ['connect', 'createConnection'], 'node:tls': ['connect'], 'node:dns': ['lookup', 'resolve'],
})) for (const verb of verbs) require(name)[verb] = trip(name + '.' + verb);
require('node:net').Socket.prototype.connect = trip('Socket.connect');
`;
const TRY = `
const { Worker } = require('node:worker_threads');
const [tripwire, program, picture] = process.argv.slice(2);
const worker = new Worker(program, { execArgv: ['--require', tripwire] });
worker.postMessage({ id: 1, question: { kind: 'faces', source: picture } });
worker.once('message', ({ answer }) => { console.log(JSON.stringify(answer)); void worker.terminate(); });
worker.once('error', (error) => { console.log(JSON.stringify({ ok: false, error: String(error) })); });
`;

test('a face is found with every way to the network cut', () => {
  const folder = mkdtempSync(join(tmpdir(), 'faces-offline-'));
  try {
    writeFileSync(join(folder, 'tripwire.cjs'), TRIPWIRE);
    writeFileSync(join(folder, 'try.cjs'), TRY);
    const run = (program: string): string =>
      execFileSync(
        process.execPath,
        [join(folder, 'try.cjs'), join(folder, 'tripwire.cjs'), program, PORTRAIT],
        {
          encoding: 'utf8',
        },
      );
    const answer = JSON.parse(run(resolve('out/faces/detector-worker.js'))) as {
      value?: { faces: unknown[] };
    };
    expect(answer.value?.faces).toHaveLength(1);
    // The wire does trip: a thread that asks the network does not answer.
    writeFileSync(
      join(folder, 'asks.cjs'),
      "require('node:worker_threads').parentPort.on('message', () => fetch('http://127.0.0.1/'));",
    );
    expect(run(join(folder, 'asks.cjs'))).toContain('network: fetch');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
