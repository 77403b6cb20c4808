/** The engine's end of the link to main: calls in, replies and deltas out. Knows nothing of Electron. */
import type { EngineCall, FromEngine, Link, ToEngine } from '../shared/engine-link';
import type { Grant } from '../shared/credentials';
import type { Detector, FacesChange, LocalFaces } from '../shared/faces';
import { failure, fault, type Outcome } from '../shared/faults';
import type { DestinationId } from '../shared/ids';
import { calls, type CallValue, type Reply } from '../shared/ipc/contract';
import { Quiet } from '../shared/quiet';
import type { AskUploadUrls, UploadUrlAnswer } from '../shared/upload-urls';
import { after } from './time/after';
import { answerFaces } from './faces/faces-calls';
import { openUploadEngine, type UploadEngine } from './upload-engine';
import type { SendCallbackReplay } from './destinations/callback-replays';

/** Five deltas a second: twice what a reader of numbers can follow, half of what the window may get at most. */
const DELTA_MS = 200;

type Start = Extract<ToEngine, { kind: 'start' }>;
type Call = Extract<ToEngine, { kind: 'call' }>;

/** Serves until `stop`; then `stopped` is sent and nothing is left running. */
export function serveEngine(link: Link<ToEngine, FromEngine>): void {
  const server = new EngineServer(link);
  link.onMessage((message) => void server.take(message));
}

class EngineServer {
  readonly #link: Link<ToEngine, FromEngine>;
  readonly #asked = new Map<number, (outcome: Outcome<Grant>) => void>();
  readonly #signing = new Map<number, (outcome: Outcome<UploadUrlAnswer>) => void>();
  readonly #noticing = new Map<number, (outcome: Outcome<void>) => void>();
  readonly #detecting = new Map<number, (outcome: Outcome<LocalFaces>) => void>();
  #ferry: Promise<Outcome<UploadEngine>> | null = null;
  #nextAsk = 1;
  #ticking: NodeJS.Timeout | null = null;
  readonly #quiet = new Quiet(() => void this.#rest(), after);

  constructor(link: Link<ToEngine, FromEngine>) {
    this.#link = link;
  }

  async take(message: ToEngine): Promise<void> {
    this.#quiet.heard();
    if (message.kind === 'start') {
      this.#ferry ??= this.#start(message);
      return;
    }
    if (message.kind === 'credentials') {
      this.#asked.get(message.id)?.(message.outcome);
      this.#asked.delete(message.id);
      return;
    }
    if (message.kind === 'upload-urls') {
      this.#signing.get(message.id)?.(message.outcome);
      this.#signing.delete(message.id);
      return;
    }
    if (message.kind === 'noticed') {
      this.#noticing.get(message.id)?.(message.outcome);
      this.#noticing.delete(message.id);
      return;
    }
    if (message.kind === 'detected') {
      this.#detecting.get(message.id)?.(message.outcome);
      this.#detecting.delete(message.id);
      return;
    }
    const ferry = await this.#ferry;
    if (message.kind === 'call') {
      const reply = ferry?.ok === true ? await this.#answer(ferry.value, message) : notOpen(ferry);
      this.#link.send({ kind: 'reply', id: message.id, reply });
    } else if (message.kind === 'stop') await this.#stop(ferry);
    else if (ferry?.ok === true) this.#note(ferry.value, message);
  }

  async #start({ directory, destinations, connections }: Start): Promise<Outcome<UploadEngine>> {
    const ask = (destinationId: DestinationId, fresh: boolean): Promise<Outcome<Grant>> =>
      new Promise((resolve) => {
        const id = this.#nextAsk++;
        this.#asked.set(id, resolve);
        this.#link.send({ kind: 'ask-credentials', id, destinationId, fresh });
      });
    const askUploadUrls: AskUploadUrls = (destinationId, question, fresh) =>
      new Promise((resolve) => {
        const id = this.#nextAsk++;
        this.#signing.set(id, resolve);
        this.#link.send({ kind: 'ask-upload-urls', id, destinationId, question, fresh });
      });
    const sendNotice: SendCallbackReplay = (destinationId, notice) =>
      new Promise((resolve) => {
        const id = this.#nextAsk++;
        this.#noticing.set(id, resolve);
        this.#link.send({ kind: 'send-notice', id, destinationId, notice });
      });
    // The detector's process is main's.
    const detector: Detector = {
      detect: (path) =>
        new Promise((resolve) => {
          const id = this.#nextAsk++;
          this.#detecting.set(id, resolve);
          this.#link.send({ kind: 'detect', id, path });
        }),
    };
    const onChange = (change: FacesChange): void => this.#link.send({ kind: 'faces-changed', change });
    const ferry = await openUploadEngine({
      directory,
      destinations,
      connections,
      ask,
      askUploadUrls,
      sendNotice,
      faces: { detector, onChange },
    });
    if (!ferry.ok) {
      this.#link.send({ kind: 'broken', fault: ferry.fault });
      return ferry;
    }
    this.#link.send({ kind: 'ready', ...ferry.value.kept });
    this.#ticking = setInterval(() => {
      const delta = ferry.value.view.delta();
      if (delta === null) return;
      this.#quiet.heard();
      this.#link.send({ kind: 'delta', delta });
    }, DELTA_MS);
    return ferry;
  }

  async #stop(ferry: Outcome<UploadEngine> | null): Promise<void> {
    if (this.#ticking !== null) clearInterval(this.#ticking);
    this.#quiet.end();
    if (ferry?.ok === true) await ferry.value.close();
    this.#link.send({ kind: 'stopped' });
  }

  /** V8 collects only while it allocates: without this the garbage of the last uploads stays as long as nothing happens. */
  async #rest(): Promise<void> {
    const ferry = await this.#ferry;
    if (ferry?.ok === true) ferry.value.rest();
    // There where the process was started with it.
    globalThis.gc?.();
  }

  #note(
    ferry: UploadEngine,
    message: Exclude<
      ToEngine,
      { kind: 'start' | 'credentials' | 'upload-urls' | 'noticed' | 'detected' | 'call' | 'stop' }
    >,
  ): void {
    switch (message.kind) {
      case 'destinations':
        ferry.setDestinations(message.destinations);
        return;
      case 'connections':
        ferry.runner.dispatch({ kind: 'connections', connections: message.connections });
        return;
      case 'credentials-changed':
        ferry.runner.dispatch({ kind: 'credentials-changed', destinationId: message.destinationId });
        ferry.faces.nudge();
        return;
      case 'nudge':
        ferry.runner.dispatch({ kind: 'nudge' });
        ferry.faces.nudge();
    }
  }

  async #answer(ferry: UploadEngine, call: Call): Promise<Reply<CallValue<EngineCall>>> {
    switch (call.name) {
      case 'faces.batches':
      case 'faces.page':
      case 'faces.sheet':
      case 'faces.detail':
      case 'faces.ask':
      case 'faces.clear':
      case 'faces.decide':
        return answerFaces(ferry, call.name, call.input);
      case 'queue.snapshot':
        return ferry.view.snapshot();
      case 'queue.items': {
        const { batchId, offset, limit } = calls['queue.items'].input.parse(call.input);
        return ferry.view.items(batchId, offset, limit);
      }
      case 'queue.detail':
        return ferry.view.detail(calls['queue.detail'].input.parse(call.input).itemId);
      case 'queue.command': {
        const { verb, scope } = calls['queue.command'].input.parse(call.input);
        const outcome =
          verb === 'notify' ? await ferry.notify(scope) : await ferry.runner.command(verb, scope);
        ferry.view.noteCommand();
        return outcome;
      }
      case 'queue.add': {
        const { destinationId, paths } = calls['queue.add'].input.parse(call.input);
        const conflict = ferry.profile(destinationId)?.conflict ?? 'ask';
        return ferry.add({ destinationId, paths, conflict, join: false });
      }
    }
  }
}

function notOpen(ferry: Outcome<UploadEngine> | null): Reply<never> {
  if (ferry?.ok === false) return failure(ferry.fault);
  return failure(fault('engine-stopped', 'The engine has not been started.'));
}
