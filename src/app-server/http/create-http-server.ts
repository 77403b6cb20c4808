import type { Socket } from 'node:net';
import Fastify, {
  LogController,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { problem, problemBody, type Problem } from '../problem';
import type { Principal } from './principal';
import { sendProblem } from './send-problem';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null on routes that are open to all. */
    caller: Principal | null;
  }
  interface FastifyReply {
    problem: Problem | null;
  }
}

/** Nothing here takes more than a small form or JSON. */
const BODY_LIMIT_BYTES = 64 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;

/** A Fastify that speaks JSON in every case, logs one line for each request, and never logs a secret. */
export function createHttpServer(log: boolean): FastifyInstance {
  const app: FastifyInstance = Fastify({
    logger: log ? { level: 'info', base: null, stream: process.stderr } : false,
    // Fastify's own lines carry the address of the request and come twice; ours are below.
    logController: new LogController({ disableRequestLogging: true }),
    exposeHeadRoutes: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    clientErrorHandler: (_error, socket) => {
      refuseUnreadable(socket);
    },
    frameworkErrors: (_error, _request, reply) => {
      sendProblem(reply, problem('InvalidArgument', 'The address of the request cannot be read.'));
    },
  });
  app.decorateRequest('caller', null);
  app.decorateReply('problem', null);
  refuseUnknownRoutes(app);
  app.setErrorHandler((error, request, reply) => sendProblem(reply, thrownProblem(error, request)));
  app.addHook('onResponse', logRequest);
  hangUpWhileClosing(app);
  return app;
}

/** Who asks on a guarded route. Throws on an open one, which is a mistake of ours. */
export function callerOf(request: FastifyRequest): Principal {
  if (request.caller === null) throw new Error('a route that needs its caller is not guarded');
  return request.caller;
}

/** Connections in use when the server stops would idle on for their keep-alive minute after the answer. */
function hangUpWhileClosing(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) reply.header('connection', 'close');
    done();
  });
}

/** 405 with Allow where the path exists under another method, else 404. */
function refuseUnknownRoutes(app: FastifyInstance): void {
  const methods = new Map<string, string[]>();
  app.addHook('onRoute', ({ url, method }) => {
    methods.set(url, [...(methods.get(url) ?? []), method].flat());
  });
  app.setNotFoundHandler((request, reply) => {
    const allowed = methods.get(request.url.split('?', 1)[0] ?? '');
    if (allowed === undefined)
      return sendProblem(reply, problem('NotFound', 'There is nothing at this address.'));
    const allow = allowed.join(', ');
    reply.header('allow', allow);
    return sendProblem(reply, problem('MethodNotAllowed', `This address takes ${allow}.`));
  });
}

/** By the status that Fastify gives to a body that it does not take. */
const UNREADABLE: Readonly<Record<number, string>> = {
  413: 'The body of the request is too long.',
  415: 'The body must be JSON and come with Content-Type: application/json.',
};

function thrownProblem(error: unknown, request: FastifyRequest): Problem {
  const statusCode = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return problem('InvalidArgument', UNREADABLE[statusCode] ?? 'The request cannot be read.');
  // The name alone: a message can carry what was sent.
  request.log.error({ error: error instanceof Error ? error.name : typeof error }, 'unexpected');
  return problem('Internal', 'The server made a mistake.');
}

function logRequest(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  request.log.info(
    {
      method: request.method,
      // The route, not the address: an address can carry what its sender should not have put there.
      route: request.routeOptions.url ?? null,
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
      caller: request.caller?.name ?? '',
      ...(reply.problem === null ? {} : { code: reply.problem.code, why: reply.problem.message }),
      ...(reply.problem?.requestId === undefined ? {} : { stsRequestId: reply.problem.requestId }),
    },
    'request',
  );
  done();
}

/** Bytes that are not HTTP: there is no request to reply to, only a socket. */
function refuseUnreadable(socket: Socket): void {
  if (!socket.writable || socket.destroyed) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(
    problemBody(problem('InvalidArgument', 'The request is not HTTP that can be read.')),
  );
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
