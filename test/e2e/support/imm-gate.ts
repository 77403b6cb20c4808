/** Stands before the sandbox's IMM, as the network and what stands in it do: shut, a proxy's page, or open. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export type ImmMood = 'open' | 'shut' | 'proxy-page';

export interface ImmGate {
  readonly url: string;
  /** `shut`: the port refuses connections. */
  be(mood: ImmMood): Promise<void>;
}

const PAGE = '<html><body><h1>502 Bad Gateway</h1></body></html>';

/** Listens on a port of its own, which stays the same while it is shut. */
export async function startImmGate(imm: string, mood: ImmMood): Promise<ImmGate> {
  let now = mood;
  const { hostname, port: immPort } = new URL(imm);
  const server = http.createServer((request, response) => {
    if (now === 'proxy-page') {
      response.writeHead(502, { 'content-type': 'text/html' }).end(PAGE);
      return;
    }
    // The signature covers the host that was called, so headers go on as they came.
    const { method, url: path, headers } = request;
    const asked = http.request({ hostname, port: immPort, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    asked.on('error', () => response.destroy());
    request.pipe(asked);
  });
  const listen = (port: number): Promise<void> =>
    new Promise((listening) => server.listen(port, '127.0.0.1', listening));
  const close = (): Promise<void> =>
    new Promise((closed) => {
      server.close(() => closed());
      server.closeAllConnections();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  if (mood === 'shut') await close();
  return {
    url: `http://127.0.0.1:${port}`,
    async be(next) {
      now = next;
      if (next === 'shut' && server.listening) await close();
      if (next !== 'shut' && !server.listening) await listen(port);
    },
  };
}
