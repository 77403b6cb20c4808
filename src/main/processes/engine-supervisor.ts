import { assertNever } from '../../shared/brand';
import type { Grant } from '../../shared/credentials';
import type { Destination, EngineCall, FromEngine, ToEngine } from '../../shared/engine-link';
import type { Detector, FacesChange } from '../../shared/faces';
import { fault, type Fault, type Outcome } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';
import type { CallInput, CallValue, Reply } from '../../shared/ipc/contract';
import type { CallbackReplay } from '../../shared/callback-replay';
import type { EngineStatus, QueueDelta } from '../../shared/queue-view';
import type { UploadUrlAnswer, UploadUrlQuestion } from '../../shared/upload-urls';
import type { Log } from '../log';
import type { ServiceProcess } from './service-process';

const DEATHS_WINDOW_MS = 60_000;
/** Pause before each new start within the window; one more death and the engine is given up. */
const PAUSES_MS = [0, 500, 2000, 5000];
const STOP_LIMIT_MS = 5000;
/** Calls that change nothing: asked again of the next engine when the one that was asked has died. */
const READS: ReadonlySet<EngineCall> = new Set<EngineCall>([
  'queue.snapshot',
  'queue.items',
  'queue.detail',
  'faces.batches',
  'faces.page',
  'faces.sheet',
  'faces.detail',
]);

/** The engine's process as the supervisor needs it. */
export type EngineProcess = ServiceProcess<FromEngine, ToEngine>;

export interface SupervisorPorts {
  fork(): EngineProcess;
  /** What a new engine must know to open the queue, as it is at that moment. */
  configuration(): {
    readonly directory: string;
    readonly destinations: readonly Destination[];
    readonly connections: number;
  };
  askCredentials(destinationId: DestinationId, fresh: boolean): Promise<Outcome<Grant>>;
  /** Asks the server that signs for a destination, with the bearer token that main alone has. */
  askUploadUrls(
    destinationId: DestinationId,
    question: UploadUrlQuestion,
    fresh: boolean,
  ): Promise<Outcome<UploadUrlAnswer>>;
  /** Sends a notice with the bearer of its destination. */
  sendNotice(destinationId: DestinationId, notice: CallbackReplay): Promise<Outcome<void>>;
  onStatus(status: EngineStatus): void;
  onDelta(delta: QueueDelta): void;
  onFaces(change: FacesChange): void;
  /** Faces on this device, in a process of its own. */
  readonly detector: Detector;
  now(): number;
  /** Calls back once after `delayMs`; the answer takes the timer away. */
  after(delayMs: number, ring: () => void): () => void;
  readonly log: Log;
}

type Phase =
  | { readonly kind: 'off' }
  | { readonly kind: 'opening'; readonly process: EngineProcess }
  | { readonly kind: 'open'; readonly process: EngineProcess }
  | { readonly kind: 'pausing'; readonly cancel: () => void }
  | { readonly kind: 'ended'; readonly fault: Fault };

interface Pending {
  readonly name: EngineCall;
  readonly input: CallInput<EngineCall>;
  readonly settle: (reply: Reply<CallValue<EngineCall>>) => void;
  isSent: boolean;
}

/**
 * Keeps one engine process running: starts it, starts it again when it dies, gives it up after five deaths within a
 * minute, and carries calls, deltas and credentials between it and the rest of main.
 */
export class EngineSupervisor {
  readonly #ports: SupervisorPorts;
  readonly #pending = new Map<number, Pending>();
  #phase: Phase = { kind: 'off' };
  #status: EngineStatus = { kind: 'starting' };
  #deaths: readonly number[] = [];
  #restarts = 0;
  #lastId = 0;
  #stopped: (() => void) | null = null;

  constructor(ports: SupervisorPorts) {
    this.#ports = ports;
  }

  status(): EngineStatus {
    return this.#status;
  }

  start(): void {
    const process = this.#ports.fork();
    this.#phase = { kind: 'opening', process };
    process.onMessage((message) => {
      if (this.#process() === process) this.#take(process, message);
    });
    process.onExit(() => {
      if (this.#process() === process) this.#buryEngine();
    });
    process.send({ kind: 'start', ...this.#ports.configuration() });
  }

  /**
   * Asks the engine. Waits while it starts; what was already under way when it died is asked again if it only reads,
   * else answered `engine-stopped`.
   */
  call<C extends EngineCall>(name: C, input: CallInput<C>): Promise<Reply<CallValue<C>>> {
    return new Promise((resolve) => {
      if (this.#phase.kind === 'ended') {
        resolve({ ok: false, fault: this.#phase.fault });
        return;
      }
      const id = ++this.#lastId;
      // The engine answers a call with the value of that call; serve() parses it again before it leaves main.
      const settle: Pending['settle'] = (reply) => resolve(reply as Reply<CallValue<C>>);
      this.#pending.set(id, { name, input, settle, isSent: false });
      this.#sendPending();
    });
  }

  /** Passes a message on that needs no answer; an engine that is not there learns it at its start. */
  tell(
    message: Extract<ToEngine, { kind: 'destinations' | 'connections' | 'credentials-changed' | 'nudge' }>,
  ): void {
    this.#process()?.send(message);
  }

  /** Ends the engine: it is given five seconds to commit what it knows. */
  async stop(): Promise<void> {
    const process = this.#process();
    if (this.#phase.kind === 'pausing') this.#phase.cancel();
    if (process === null) {
      this.#phase = { kind: 'off' };
      return;
    }
    await new Promise<void>((resolve) => {
      const cancel = this.#ports.after(STOP_LIMIT_MS, resolve);
      this.#stopped = () => {
        cancel();
        resolve();
      };
      process.send({ kind: 'stop' });
    });
    this.#stopped = null;
    this.#phase = { kind: 'off' };
    process.kill();
  }

  #process(): EngineProcess | null {
    return this.#phase.kind === 'opening' || this.#phase.kind === 'open' ? this.#phase.process : null;
  }

  #take(process: EngineProcess, message: FromEngine): void {
    switch (message.kind) {
      case 'ready':
        this.#phase = { kind: 'open', process };
        this.#tellStatus({
          kind: 'running',
          restarts: this.#restarts,
          resumedItems: message.resumedItems,
          keptBytes: message.keptBytes,
        });
        this.#sendPending();
        return;
      case 'broken':
        this.#giveUp(message.fault);
        process.kill();
        return;
      case 'reply': {
        const pending = this.#pending.get(message.id);
        this.#pending.delete(message.id);
        pending?.settle(message.reply);
        return;
      }
      case 'delta':
        this.#ports.onDelta(message.delta);
        return;
      case 'ask-credentials':
        void this.#answerCredentials(process, message.id, message.destinationId, message.fresh);
        return;
      case 'ask-upload-urls':
        void this.#answerUploadUrls(process, message);
        return;
      case 'send-notice':
        void this.#answerNotice(process, message);
        return;
      case 'detect':
        void this.#answerDetect(process, message.id, message.path);
        return;
      case 'faces-changed':
        this.#ports.onFaces(message.change);
        return;
      case 'stopped':
        this.#stopped?.();
        return;
      default:
        assertNever(message);
    }
  }

  async #answerCredentials(
    process: EngineProcess,
    id: number,
    destinationId: DestinationId,
    fresh: boolean,
  ): Promise<void> {
    const outcome = await this.#ports.askCredentials(destinationId, fresh);
    if (this.#process() === process) process.send({ kind: 'credentials', id, outcome });
  }

  async #answerUploadUrls(
    process: EngineProcess,
    { id, destinationId, question, fresh }: Extract<FromEngine, { kind: 'ask-upload-urls' }>,
  ): Promise<void> {
    const outcome = await this.#ports.askUploadUrls(destinationId, question, fresh);
    if (this.#process() === process) process.send({ kind: 'upload-urls', id, outcome });
  }

  async #answerNotice(
    process: EngineProcess,
    { id, destinationId, notice }: Extract<FromEngine, { kind: 'send-notice' }>,
  ): Promise<void> {
    const outcome = await this.#ports.sendNotice(destinationId, notice);
    if (this.#process() === process) process.send({ kind: 'noticed', id, outcome });
  }

  async #answerDetect(process: EngineProcess, id: number, path: string): Promise<void> {
    const outcome = await this.#ports.detector.detect(path);
    if (this.#process() === process) process.send({ kind: 'detected', id, outcome });
  }

  #sendPending(): void {
    if (this.#phase.kind !== 'open') return;
    for (const [id, pending] of this.#pending) {
      if (pending.isSent) continue;
      pending.isSent = true;
      this.#phase.process.send({ kind: 'call', id, name: pending.name, input: pending.input });
    }
  }

  #buryEngine(): void {
    if (this.#stopped !== null) {
      this.#stopped();
      return;
    }
    const now = this.#ports.now();
    this.#deaths = [...this.#deaths.filter((at) => now - at < DEATHS_WINDOW_MS), now];
    this.#ports.log('the engine process ended', { deathsWithinMinute: this.#deaths.length });
    this.#releasePending(
      fault('engine-stopped', 'The upload engine stopped while it worked on this; try again.'),
    );
    const pauseMs = PAUSES_MS[this.#deaths.length - 1];
    if (pauseMs === undefined) {
      const sentence =
        'The upload engine stopped five times within a minute. Close OSS Ferry and start it again.';
      this.#giveUp(fault('engine-stopped', sentence));
      return;
    }
    this.#restarts += 1;
    this.#phase = { kind: 'pausing', cancel: this.#ports.after(pauseMs, () => this.start()) };
    this.#tellStatus({ kind: 'restarting', restarts: this.#restarts });
  }

  /** After a death: a read is kept for the next engine, what may have been done already is answered. */
  #releasePending(why: Fault): void {
    for (const [id, pending] of this.#pending) {
      if (!pending.isSent) continue;
      if (READS.has(pending.name)) pending.isSent = false;
      else {
        this.#pending.delete(id);
        pending.settle({ ok: false, fault: why });
      }
    }
  }

  #giveUp(why: Fault): void {
    this.#phase = { kind: 'ended', fault: why };
    for (const pending of this.#pending.values()) pending.settle({ ok: false, fault: why });
    this.#pending.clear();
    this.#tellStatus({ kind: 'stopped', fault: why });
  }

  #tellStatus(status: EngineStatus): void {
    this.#status = status;
    this.#ports.onStatus(status);
  }
}
