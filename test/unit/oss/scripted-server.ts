import { once } from 'node:events';
import * as http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Body, CancelSignal, RequestContext } from '../../../src/engine/ports';
import type { DestinationId } from '../../../src/shared/ids';

export interface Received {
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
  readonly socket: Socket;
}

export interface ScriptedServer {
  readonly port: number;
  readonly url: string;
  /** Requests in the order of their arrival. */
  readonly received: readonly http.IncomingMessage[];
  connections(): number;
  /** The next request gets this handler; without one the server fails the test by answering 599. */
  script(handler: (received: Received) => void): void;
  close(): Promise<void>;
}

/** A real HTTP server that does what it is told, one handler a request. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const handlers: ((received: Received) => void)[] = [];
  const received: http.IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = http.createServer((request, response) => {
    received.push(request);
    const handler = handlers.shift();
    if (handler === undefined) response.writeHead(599).end();
    else handler({ request, response, socket: request.socket });
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    received,
    connections: () => connections,
    script: (handler) => void handlers.push(handler),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers as OSS does, once the whole body has come. */
export function answerWith(
  status: number,
  headers: http.OutgoingHttpHeaders = {},
  body = '',
): (received: Received) => void {
  return ({ request, response }) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(status, {
        'x-oss-request-id': 'R1',
        'Content-Length': Buffer.byteLength(body),
        ...headers,
      });
      response.end(body);
    });
  };
}

export async function bodyReceived(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export interface Cancel extends CancelSignal {
  cancel(): void;
}

export function createCancel(): Cancel {
  const listeners: (() => void)[] = [];
  return {
    canceled: false,
    onCancel: (listener) => listeners.push(listener),
    cancel: () => listeners.forEach((listener) => listener()),
  };
}

export function contextOf(more: Partial<RequestContext> = {}): RequestContext {
  return {
    destinationId: 'd1' as DestinationId,
    generation: 1,
    clockOffsetMs: 0,
    cancel: createCancel(),
    onSent: () => undefined,
    ...more,
  };
}

/** A body that hands out one buffer again and again, as the file reader does, and overwrites it in between. */
export function reusedBufferBody(bytes: Uint8Array, chunkBytes: number): Body & { asked(): number } {
  let asked = 0;
  return {
    sizeBytes: bytes.length,
    asked: () => asked,
    async *chunks() {
      const buffer = new Uint8Array(chunkBytes);
      for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
        asked += 1;
        const slice = bytes.subarray(offset, offset + chunkBytes);
        buffer.set(slice);
        yield await Promise.resolve(buffer.subarray(0, slice.length));
        buffer.fill(0xee);
      }
    },
  };
}
