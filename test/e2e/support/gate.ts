import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cloud } from './cloud';

export interface SigningGate {
  at(path: string): string;
  /** All that the application server has handed out: tokens, their secrets, signatures. */
  secrets(): readonly string[];
  close(): void;
}

/** Stands before the application server: asks for a bearer, and remembers what was handed out. */
export async function startSigningGate(cloud: Cloud, bearer: string): Promise<SigningGate> {
  const given = new Set<string>();
  const hear = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.headers.authorization !== `Bearer ${bearer}`) {
      response.writeHead(401).end();
      return;
    }
    const { method = 'GET', url = '' } = request;
    const answer = await fetch(`${cloud.appServer.announced.url}${url}`, {
      method,
      // The wish for a new token goes past every cache on the way.
      headers: {
        'content-type': 'application/json',
        'cache-control': request.headers['cache-control'] ?? '',
      },
      ...(method === 'POST' ? { body: Buffer.concat(chunks) } : {}),
    });
    const text = await answer.text();
    for (const secret of secretsIn(JSON.parse(text))) given.add(secret);
    response
      .writeHead(answer.status, {
        'content-type': 'application/json',
        date: answer.headers.get('date') ?? '',
      })
      .end(text);
  };
  const server: Server = createServer((request, response) => void hear(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    at: (path) => `http://127.0.0.1:${port}${path}`,
    secrets: () => [...given],
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const FIELDS = [
  'AccessKeySecret',
  'SecurityToken',
  'signature',
  'x-oss-security-token',
  'security_token',
  'policy',
];

function secretsIn(answer: unknown): readonly string[] {
  const { requests = [], ...fields } = answer as Record<string, unknown> & {
    readonly requests?: readonly { readonly url: string }[];
  };
  const plain = FIELDS.flatMap((name) => (typeof fields[name] === 'string' ? [fields[name]] : []));
  const signed = requests.flatMap(({ url }) => {
    const query = new URL(url).searchParams;
    return ['x-oss-signature', 'x-oss-security-token'].flatMap((name) => query.get(name) ?? []);
  });
  return [...plain, ...signed];
}
