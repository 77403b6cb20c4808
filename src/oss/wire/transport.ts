import * as http from 'node:http';
import * as https from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { failure, fault, success, type Outcome } from '../../shared/faults';
import { Exchange, type ExchangeResult, type WireAnswer, type WireRequest } from './exchange';
import { lookup as lookupWithLoopback } from './lookup';

export interface TransportOptions {
  /** Connections to one origin at a time; further requests wait in line. */
  readonly connections: number;
  now(): number;
  readonly stallMs?: number;
  readonly connectTimeoutMs?: number;
  readonly lookup?: LookupFunction;
  /** PEM, in place of the system's list of certificate authorities. */
  readonly certificateAuthorities?: string;
}

/** HTTP/1.1 over kept connections, as the wire of OSS needs it. */
export interface Transport {
  /**
   * Sends one request and reads its answer whole. Answers of any status are answers. Faults: network-offline, dns
   * and tls (surely not carried out), connection-lost and stalled (perhaps carried out), captive-portal,
   * bad-answer, canceled, source-changed and source-unreadable (the body failed), engine-stopped.
   */
  send(request: WireRequest): Promise<Outcome<WireAnswer>>;
  /** Ends every request with `engine-stopped` and closes all connections. */
  close(): void;
}

/** OSS answers within seconds or moves bytes; 20 seconds of silence are a dead connection (P9). */
const STALL_MS = 20_000;
const CONNECT_TIMEOUT_MS = 10_000;
// Idle connections go before NATs and servers forget them, so that a request rarely meets a dead one.
const IDLE_MS = 15_000;
// Node 20 gives each address of a name 250 ms, which a slow line misses.
const ADDRESS_ATTEMPT_MS = 3_000;
/** Sent twice they do what they do once. POST is not among them: a second Initiate would leave an orphan (P4). */
const REPEATABLE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE']);

export function createTransport(options: TransportOptions): Transport {
  const agentOptions: https.AgentOptions = {
    keepAlive: true,
    maxSockets: options.connections,
    maxFreeSockets: options.connections,
    timeout: IDLE_MS,
    lookup: options.lookup ?? lookupWithLoopback,
    autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
    ...(options.certificateAuthorities === undefined ? {} : { ca: options.certificateAuthorities }),
  };
  const agents = { plain: new http.Agent(agentOptions), secure: new https.Agent(agentOptions) };
  const readySockets = new WeakSet<Socket>();
  const running = new Set<Exchange>();

  const once = async (request: WireRequest): Promise<ExchangeResult> => {
    const exchange = new Exchange(request, {
      agent: request.origin.secure ? agents.secure : agents.plain,
      readySockets,
      stallMs: options.stallMs ?? STALL_MS,
      connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      now: () => options.now(),
    });
    running.add(exchange);
    const result = await exchange.run();
    running.delete(exchange);
    return result;
  };

  return {
    async send(request) {
      let result = await once(request);
      if (result.kind === 'fault' && result.isStale && REPEATABLE.has(request.method))
        result = await once(request);
      return result.kind === 'answer' ? success(result.answer) : failure(result.fault);
    },
    close() {
      for (const exchange of running)
        exchange.abandon(fault('engine-stopped', 'The transport was closed while a request was running.'));
      agents.plain.destroy();
      agents.secure.destroy();
    },
  };
}
