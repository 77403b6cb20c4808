// Requests at an even pace, whatever the answers do. autocannon cannot: its `overallRate` sends the requests of a
// second in the second's first 200 ms.
import http from 'node:http';

const TICK_MS = 1;

/**
 * Sends `total` GET requests, `perSecond` of them evenly spread, and gives what each took in milliseconds: from the
 * moment at which it was due, so that a late sender or a full connection counts as waiting and hides nothing.
 * `requestOf(n)` gives `{path, headers}`; `onBody(text)` hears each answer of 200.
 */
export async function pacedLoad({ url, perSecond, total, connections, requestOf, onBody }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port } = new URL(url);
  const latencies = [];
  const state = { failed: 0 };
  const begun = performance.now();
  const dueAt = (n) => begun + (n * 1000) / perSecond;

  const send = (n) =>
    new Promise((done) => {
      const end = (isGood) => {
        if (isGood) latencies.push(performance.now() - dueAt(n));
        else state.failed += 1;
        done();
      };
      const request = http.get({ hostname, port, agent, ...requestOf(n) }, (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.once('error', () => end(false));
        answer.once('end', () => {
          if (answer.statusCode === 200) onBody(Buffer.concat(chunks).toString());
          end(answer.statusCode === 200);
        });
      });
      request.once('error', () => end(false));
    });

  const sent = [];
  await new Promise((done) => {
    const timer = setInterval(() => {
      while (sent.length < total && dueAt(sent.length) <= performance.now()) sent.push(send(sent.length));
      if (sent.length < total) return;
      clearInterval(timer);
      done();
    }, TICK_MS);
  });
  await Promise.all(sent);
  const seconds = (performance.now() - begun) / 1000;
  agent.destroy();
  return { latencies, failed: state.failed, perSecond: latencies.length / seconds, seconds };
}
