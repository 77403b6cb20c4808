import { createServer, type Server, type ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { CloudService, RequestFacts } from './cloud-service';
import type { FaultRule, FaultRules, FaultsOfRequest } from './faults/fault-rules';
import type { Sessions } from './identity/sessions';
import { expiredToken } from './oss/authenticate';
import type { RequestLog } from './request-log';
import type { Answer } from './wire/answer';
import { drainBody, pumpBody } from './wire/body';
import type { CorsRules } from './wire/cors';
import { openExchange, type Exchange } from './wire/exchange';
import { ClientGone, Refusal } from './wire/refusal';
import { sendAnswer } from './wire/send-answer';

/** What the three clouds share. */
export interface SharedServices {
  readonly faults: FaultRules;
  readonly log: RequestLog;
  readonly sessions: Sessions;
  /** Hears of errors that are ours, not the client's. */
  readonly onError: (error: unknown) => void;
}

const KEEP_ALIVE_MS = 65_000;

/** A server whose every connection can be ended, and which then waits for what it had begun. */
export class StoppableServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #running = new Set<Promise<void>>();

  constructor(handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>) {
    // A part may take hours on a slow line: no total timer on requests.
    this.#server = createServer(
      { requestTimeout: 0, keepAliveTimeout: KEEP_ALIVE_MS },
      (request, response) => {
        const running = handle(request, response);
        this.#running.add(running);
        void running.finally(() => this.#running.delete(running));
      },
    );
    this.#server.on('connection', (socket) => {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** Listens on the loopback interface and returns the port; rejects where the port is taken. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        const address = this.#server.address();
        resolve(typeof address === 'object' && address ? address.port : port);
      });
    });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    await Promise.all(this.#running);
  }
}

/**
 * A server for one cloud, with faults in front of it and the request log behind it. Where `cors` is given it
 * answers the preflights of browsers itself and lets them read what the rules allow.
 */
export function createCloudServer(
  service: CloudService,
  ground: SharedServices,
  cors: CorsRules | null = null,
): StoppableServer {
  return new StoppableServer(async (request, response) => {
    const exchange = openExchange(request, response);
    const facts = factsOf(service, exchange, cors);
    const faults = ground.faults.match(facts.operation);
    let isLogged = false;
    const log = (status: number | null): void => {
      if (!isLogged) ground.log.add(logLine(exchange, facts, status));
      isLogged = true;
    };
    try {
      await waitUnlessGone(exchange, faults.delayMs);
      exchange.nowMs = Date.now() + faults.clockOffsetMs;
      if (await breakConnection(exchange, faults.rule)) return;
      const answer = await decide(service, ground, exchange, facts, faults, cors);
      const headers = { ...service.commonHeaders(exchange), ...cors?.answer(exchange), ...answer.headers };
      await sendAnswer(exchange, { ...answer, headers }, faults.rule, log);
    } catch (error) {
      if (!(error instanceof ClientGone)) ground.onError(error);
      exchange.socket.destroy();
    } finally {
      log(null);
    }
  });
}

// A preflight names its action in the URL as the call itself does, and is not that call.
function factsOf(service: CloudService, exchange: Exchange, cors: CorsRules | null): RequestFacts {
  const facts = service.describe(exchange);
  return cors && exchange.method === 'OPTIONS' ? { ...facts, operation: 'Options' } : facts;
}

function logLine(
  exchange: Exchange,
  facts: RequestFacts,
  status: number | null,
): Parameters<RequestLog['add']>[0] {
  return {
    at: new Date(exchange.receivedAt).toISOString(),
    operation: facts.operation,
    key: facts.key,
    partNumber: facts.partNumber,
    uploadId: facts.uploadId,
    status,
    bytes: exchange.receivedBytes,
    accessKeyId: facts.accessKeyId,
  };
}

async function waitUnlessGone({ socket }: Exchange, delayMs: number): Promise<void> {
  if (delayMs > 0 && !socket.destroyed) {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        socket.off('close', done);
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      socket.on('close', done);
    });
  }
  if (socket.destroyed) throw new ClientGone();
}

/** Carries out the faults that never answer; true where one of them did. */
async function breakConnection(exchange: Exchange, rule: FaultRule | null): Promise<boolean> {
  const { socket } = exchange;
  switch (rule?.fault) {
    case 'drop':
      socket.destroy();
      return true;
    case 'reset':
      await readUpTo(exchange, rule.afterBytes);
      socket.resetAndDestroy();
      return true;
    case 'stall':
      await readUpTo(exchange, rule.afterBytes);
      if (!socket.destroyed) await new Promise<void>((resolve) => void socket.once('close', () => resolve()));
      return true;
    default:
      return false;
  }
}

class Enough extends Error {}

/** Reads that many bytes of the body, or all of a shorter one, and leaves the rest unread. */
async function readUpTo(exchange: Exchange, bytes: number): Promise<void> {
  if (bytes === 0) return;
  try {
    await pumpBody(exchange, () => {
      if (exchange.receivedBytes >= bytes) throw new Enough();
      return undefined;
    });
  } catch (error) {
    if (!(error instanceof Enough) && !(error instanceof ClientGone)) throw error;
  }
  exchange.request.pause();
}

async function decide(
  service: CloudService,
  ground: SharedServices,
  exchange: Exchange,
  facts: RequestFacts,
  faults: FaultsOfRequest,
  cors: CorsRules | null,
): Promise<Answer> {
  try {
    await refuseByFault(service, ground, exchange, facts, faults.rule);
    if (cors && exchange.method === 'OPTIONS') {
      return { status: 200, headers: cors.preflight(exchange), body: null };
    }
    return await service.answer(exchange, facts, faults);
  } catch (error) {
    if (error instanceof Refusal) return service.refuse(exchange, error);
    if (error instanceof ClientGone) throw error;
    ground.onError(error);
    return service.refuse(exchange, new Refusal(500, 'InternalError', 'We encountered an internal error.'));
  }
}

async function refuseByFault(
  service: CloudService,
  ground: SharedServices,
  exchange: Exchange,
  facts: RequestFacts,
  rule: FaultRule | null,
): Promise<void> {
  switch (rule?.fault) {
    case 'status':
      await drainBody(exchange);
      throw new Refusal(
        rule.status,
        rule.code ?? usualCode(rule.status),
        'This answer was asked for by a fault rule.',
      );
    case 'throttle':
      await drainBody(exchange);
      throw service.throttling;
    case 'expire-token':
      // The token of a form is known to the service alone, once it has read it.
      if (facts.operation === 'PostObject') return;
      if (facts.securityToken !== null) ground.sessions.kill(facts.securityToken);
      throw expiredToken();
    default:
      return;
  }
}

function usualCode(status: number): string {
  const codes = new Map([
    [400, 'InvalidArgument'],
    [403, 'AccessDenied'],
    [404, 'NoSuchKey'],
    [408, 'RequestTimeout'],
    [409, 'FileAlreadyExists'],
    [503, 'ServiceUnavailable'],
  ]);
  return codes.get(status) ?? 'InternalError';
}
