/** Who is called back: a real server before the application server's own `/callback`, which verifies OSS's signature. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { startAppServer, type AppServer } from '../../../src/app-server/start-app-server';
import { agent } from '../sandbox/cloud';
import { PREFIX, type World } from './harness';

export interface CalledBack {
  readonly body: string;
  /** What the application server made of it: 200 where OSS has signed it. */
  readonly verified: number;
}

export class CallbackServer {
  readonly called: CalledBack[] = [];
  /** While it is down every callback fails. */
  isDown = false;
  readonly #server: Server;
  readonly #app: AppServer;

  private constructor(server: Server, app: AppServer) {
    this.#server = server;
    this.#app = app;
  }

  /** @param isSigned the application server asks for callbacks by itself, with what it signs */
  static async start(world: World, { isSigned = false } = {}): Promise<CallbackServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { sandbox } = world;
    const app = await startAppServer({
      environment: {
        ALIBABA_CLOUD_ACCESS_KEY_ID: sandbox.accessKeyId,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: sandbox.accessKeySecret,
        ROLE_ARN: sandbox.roleArn,
        ROLE_SESSION_NAME: 'oss-ferry',
        OSS_BUCKET: sandbox.bucket,
        OSS_REGION: sandbox.region,
        OSS_PREFIX: PREFIX,
        OSS_ENDPOINT: sandbox.oss,
        STS_ENDPOINT: sandbox.sts,
        OSS_CALLBACK_KEY_ORIGINS: sandbox.admin,
        ...(isSigned ? { OSS_CALLBACK_URL: callbackUrlOf(server) } : {}),
      },
    });
    const made = new CallbackServer(server, app);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void made.#hear(request, response);
    });
    return made;
  }

  get url(): string {
    return callbackUrlOf(this.#server);
  }

  /** Of the application server. */
  at(path: string): string {
    return `${this.#app.url}${path}`;
  }

  async stop(): Promise<void> {
    await this.#app.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #hear(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    if (this.isDown) {
      response.writeHead(502).end();
      return;
    }
    const { 'content-type': type = '', authorization = '', 'x-oss-pub-key-url': key } = request.headers;
    const answer = await fetch(this.at(request.url ?? ''), {
      method: 'POST',
      headers: { 'content-type': type, authorization, 'x-oss-pub-key-url': String(key) },
      body,
    });
    this.called.push({ body, verified: answer.status });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  }
}

const callbackUrlOf = (server: Server): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** A way to the cloud on which 203s lose the CRC-64 in their head, as an older OSS may answer. */
export async function withoutCrc(
  world: World,
): Promise<{ readonly endpoint: string; readonly close: () => void }> {
  const oss = new URL(world.sandbox.oss);
  const proxy = createServer((request, response) => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, `:${oss.port}`);
    const onward = http.request(
      {
        method: request.method,
        hostname: host.replace(/:\d+$/, ''),
        port: oss.port,
        path: request.url,
        headers: { ...request.headers, host },
        agent,
      },
      (answer) => {
        const headers = { ...answer.headers };
        if (answer.statusCode === 203) delete headers['x-oss-hash-crc64ecma'];
        response.writeHead(answer.statusCode ?? 0, headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  return {
    endpoint: `http://${oss.hostname}:${port}`,
    close: () => {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}
