import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import type { Body, CancelSignal } from '../../engine/ports';
import { fault, type Fault } from '../../shared/faults';
import type { Origin } from '../object/address';
import { networkFault } from './network-fault';

/** One HTTP request, signed and ready. Content-Length and Host are added here. */
export interface WireRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly origin: Origin;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body | null;
  readonly cancel: CancelSignal;
  readonly onSent: (bytes: number) => void;
  /** A longer answer is a `bad-answer`. */
  readonly answerLimitBytes: number;
  /** How many times the usual silence is borne. */
  readonly patience: number;
}

/** An answer of whoever answered. Of one with status 400 or above the end may be missing. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  /** It came before the body was sent; the rest of the body was not sent. */
  readonly isEarly: boolean;
  /** Server's Date minus our clock when the headers came; null: no Date. */
  readonly clockOffsetMs: number | null;
}

export type ExchangeResult =
  | { readonly kind: 'answer'; readonly answer: WireAnswer }
  /** `isStale`: a kept connection was dead before anything was asked of the body: sending again loses nothing. */
  | { readonly kind: 'fault'; readonly fault: Fault; readonly isStale: boolean };

/** What all exchanges of a transport share. */
export interface ExchangeContext {
  readonly agent: http.Agent | https.Agent;
  readonly readySockets: WeakSet<Socket>;
  readonly stallMs: number;
  readonly connectTimeoutMs: number;
  now(): number;
}

// Small enough that a slow line (13 kB/s) moves one within the 20 seconds after which silence is a stall.
const SLICE_BYTES = 256 * 1024;

/** One request and its answer, on one socket. Settles once; nothing of it throws. */
export class Exchange {
  readonly #plan: WireRequest;
  readonly #surroundings: ExchangeContext;
  #request: http.ClientRequest | null = null;
  #socket: Socket | null = null;
  #resolve: ((result: ExchangeResult) => void) | null = null;
  #connectTimer: NodeJS.Timeout | null = null;
  #isConnected = false;
  #isReused = false;
  #isWaitingForChunk = false;
  #handedBytes = 0;
  #stopsBody = false;
  #isAnswering = false;
  #pumping: Promise<void> | null = null;
  #releaseWrite: (() => void) | null = null;

  constructor(plan: WireRequest, surroundings: ExchangeContext) {
    this.#plan = plan;
    this.#surroundings = surroundings;
  }

  run(): Promise<ExchangeResult> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      if (this.#plan.cancel.canceled) {
        this.#fail(fault('canceled', 'The request was canceled.'));
        return;
      }
      this.#plan.cancel.onCancel(() => this.#fail(fault('canceled', 'The request was canceled.')));
      try {
        this.#start();
      } catch {
        this.#fail(fault('internal', `A ${this.#plan.method} request could not be written as HTTP.`));
      }
    });
  }

  /** Ends it at once with this fault, unless it has ended. */
  abandon(why: Fault): void {
    this.#fail(why);
  }

  #start(): void {
    const { method, origin, path, headers, body, patience } = this.#plan;
    const all: Record<string, string> = { ...headers, Host: origin.host };
    if (body !== null) all['Content-Length'] = String(body.sizeBytes);
    else if (method === 'PUT' || method === 'POST') all['Content-Length'] = '0';
    const request = (origin.secure ? https : http).request({
      method,
      host: origin.hostname,
      port: origin.port,
      path,
      headers: all,
      agent: this.#surroundings.agent,
      timeout: this.#surroundings.stallMs * patience,
    });
    this.#request = request;
    request.on('socket', (socket: Socket) => this.#onSocket(socket));
    request.on('error', (error) => this.#onError(error));
    request.on('response', (response) => this.#onResponse(response));
    request.on('close', () => this.#onError(null));
  }

  #onSocket(socket: Socket): void {
    // A request that was given up in line may get its connection all the same.
    if (this.#resolve === null) return;
    this.#socket = socket;
    // The request tells of the first silence only, and that one may have been the file reader's.
    socket.on('timeout', this.#onSilence);
    const { readySockets, connectTimeoutMs } = this.#surroundings;
    if (readySockets.has(socket)) {
      this.#isReused = true;
      this.#onConnected();
      return;
    }
    const { origin } = this.#plan;
    this.#connectTimer = setTimeout(() => {
      this.#fail(fault('network-offline', `${origin.host} did not take the connection in time.`));
    }, connectTimeoutMs);
    socket.once(origin.secure ? 'secureConnect' : 'connect', () => {
      readySockets.add(socket);
      this.#onConnected();
    });
  }

  #onConnected(): void {
    this.#clearConnectTimer();
    if (this.#resolve === null) return;
    this.#isConnected = true;
    const { body } = this.#plan;
    // A body is asked for nothing before there is a connection to put it on.
    if (body !== null && body.sizeBytes > 0) this.#pumping = this.#pump(body);
    else this.#request?.end();
  }

  async #pump(body: Body): Promise<void> {
    try {
      this.#isWaitingForChunk = true;
      for await (const chunk of body.chunks()) {
        this.#isWaitingForChunk = false;
        if (this.#stopsBody) return;
        if (this.#handedBytes + chunk.length > body.sizeBytes) break;
        await this.#write(chunk, body.sizeBytes);
        if (this.#isBodyStopped()) return;
        this.#isWaitingForChunk = true;
      }
      if (this.#handedBytes !== body.sizeBytes)
        this.#fail(fault('source-changed', 'The file does not have as many bytes as it had.'));
    } catch {
      this.#fail(fault('source-unreadable', 'The file could not be read to its end.'));
    } finally {
      this.#isWaitingForChunk = false;
    }
  }

  /** Resolves when the socket has taken the chunk, for then its buffer may be used again, or is gone. */
  async #write(chunk: Uint8Array, sizeBytes: number): Promise<void> {
    for (let offset = 0; offset < chunk.length && !this.#stopsBody; offset += SLICE_BYTES) {
      const slice = chunk.length <= SLICE_BYTES ? chunk : chunk.subarray(offset, offset + SLICE_BYTES);
      await new Promise<void>((resolve) => {
        this.#releaseWrite = resolve;
        this.#handedBytes += slice.length;
        const onTaken = (error?: Error | null): void => {
          if (error === undefined || error === null) this.#plan.onSent(slice.length);
          resolve();
        };
        // Ending with the last bytes puts head and small body into one packet.
        if (this.#handedBytes === sizeBytes) this.#request?.end(slice, onTaken);
        else this.#request?.write(slice, onTaken);
      });
    }
  }

  #onResponse(response: http.IncomingMessage): void {
    const { body, answerLimitBytes } = this.#plan;
    this.#isAnswering = true;
    const isEarly = body !== null && this.#handedBytes < body.sizeBytes;
    if (isEarly) this.#stopBody();
    const date = Date.parse(response.headers.date ?? '');
    const clockOffsetMs = Number.isNaN(date) ? null : date - this.#surroundings.now();
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    response.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= answerLimitBytes) chunks.push(chunk);
      else this.#fail(fault('bad-answer', `The answer of ${this.#plan.origin.host} is too long.`));
    });
    // An answer that is cut off ends in an error and no 'end'; both are followed by 'close'.
    response.on('error', () => undefined);
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      const { headers, statusCode: status = 0 } = response;
      this.#onAnswer(
        { status, headers, body: Buffer.concat(chunks), isEarly, clockOffsetMs },
        response.complete,
      );
    };
    response.on('end', end);
    response.on('close', end);
  }

  #onAnswer(answer: WireAnswer, isWhole: boolean): void {
    // A refusal that was cut off still says by its status what it is; a consent that was cut off says nothing.
    if (!isWhole && answer.status < 400) {
      this.#fail(networkFault(null, this.#plan.origin.host, true));
      return;
    }
    const finish = (): void => this.#settle({ kind: 'answer', answer });
    if (answer.isEarly || !isWhole) {
      finish();
      // The rest of the body was never sent: this connection cannot carry another request.
      this.#request?.destroy();
    } else if (this.#pumping === null) finish();
    // The reader is asked for its end of file before the answer counts.
    else void this.#pumping.then(finish);
  }

  readonly #onSilence = (): void => {
    // While the disk or a rate limit holds the next chunk back, silence is ours.
    if (!this.#isConnected || this.#isWaitingForChunk) return;
    this.#fail(fault('stalled', `No byte moved to or from ${this.#plan.origin.host} for too long.`));
  };

  #onError(error: Error | null): void {
    // Once an answer has begun it alone decides: a refusal often comes with a reset of the connection.
    if (this.#isAnswering || this.#resolve === null) return;
    this.#fail(networkFault(error, this.#plan.origin.host, this.#isConnected));
  }

  /** A call, because the compiler would believe that nothing changes while we wait. */
  #isBodyStopped(): boolean {
    return this.#stopsBody;
  }

  #stopBody(): void {
    this.#stopsBody = true;
    this.#releaseWrite?.();
  }

  #fail(why: Fault): void {
    const isUntouched = this.#pumping === null && !this.#isAnswering;
    const isStale = this.#isReused && isUntouched && why.code === 'connection-lost';
    this.#settle({ kind: 'fault', fault: why, isStale });
    this.#stopBody();
    this.#request?.destroy();
  }

  #settle(result: ExchangeResult): void {
    this.#clearConnectTimer();
    this.#socket?.off('timeout', this.#onSilence);
    const resolve = this.#resolve;
    this.#resolve = null;
    resolve?.(result);
  }

  #clearConnectTimer(): void {
    if (this.#connectTimer !== null) clearTimeout(this.#connectTimer);
    this.#connectTimer = null;
  }
}
