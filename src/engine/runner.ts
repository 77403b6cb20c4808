/** Carries the reducer's effects out through the ports and feeds back what came of them. It decides nothing. */
import { fault, failure, type Fault, type Outcome } from '../shared/faults';
import type { DestinationId, ItemId } from '../shared/ids';
import type { Scope, Verb } from '../shared/queue-view';
import type { Effect, EngineEvent, TimerName } from './events';
import { next } from './next';
import type { Ports, ScanJob } from './queue-ports';
import { initialState, isIdle, type EngineState } from './state';
import { Cancellation, runStep } from './step-runner';
import { isLocal, outcomeOf, type StepOutcome } from './steps';

/** Bytes of one request on their way now. */
export interface InFlight {
  readonly itemId: ItemId;
  /** 0: not a part. */
  readonly partNumber: number;
  sentBytes: number;
}

type Untimed<E> = E extends unknown ? Omit<E, 'at'> : never;
type NewEvent = Untimed<EngineEvent>;
type RequestEffect = Extract<Effect, { kind: 'request' }>;

const internal = (error: unknown): Fault =>
  fault('internal', `Something went wrong inside: ${error instanceof Error ? error.message : String(error)}`);

export class Runner {
  /** What is on sockets now, by the number of the request. */
  readonly inFlight = new Map<number, InFlight>();
  /** Body bytes put on sockets in this run, and those of ranges that were begun before. */
  readonly sent = { bytes: 0, againBytes: 0 };
  /** Requests to which the server said yes in this run. */
  successes = 0;
  readonly #ports: Ports;
  readonly #cancellations = new Map<number, Cancellation>();
  readonly #timers = new Map<TimerName, () => void>();
  readonly #commands = new Map<number, (outcome: Outcome<{ readonly affected: number }>) => void>();
  readonly #listeners: (() => void)[] = [];
  readonly #scans = new Cancellation();
  readonly #events: EngineEvent[] = [];
  #state: EngineState;
  #turning = false;
  #stopped = false;
  #nextCommand = 1;

  constructor(ports: Ports, connections: number) {
    this.#ports = ports;
    this.#state = initialState(ports.random.seed(), connections);
    ports.store.onPersisted((seq) => this.dispatch({ kind: 'persisted', seq }));
    ports.store.onTrouble((trouble) => this.dispatch({ kind: 'store-trouble', fault: trouble }));
  }

  get state(): EngineState {
    return this.#state;
  }

  /** Opens the queue and goes on with what an earlier run left. */
  async start(): Promise<Outcome<void>> {
    const recovered = await this.#ports.store.recover();
    if (!recovered.ok) return recovered;
    this.dispatch({ kind: 'recovered', recovered: recovered.value });
    return { ok: true, value: undefined };
  }

  scan(job: ScanJob): void {
    this.dispatch({ kind: 'scan-asked', job });
  }

  command(verb: Verb, scope: Scope): Promise<Outcome<{ readonly affected: number }>> {
    const id = this.#nextCommand++;
    return new Promise((resolve) => {
      this.#commands.set(id, resolve);
      this.dispatch({ kind: 'command', id, verb, scope });
    });
  }

  /** Calls back after every change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Nothing new is begun and what is on its way is cut off; resolves when the last request is gone. */
  async stop(): Promise<void> {
    this.#scans.cancel();
    this.dispatch({ kind: 'stop' });
    await this.#until((state) => state.requests.size === 0);
    this.#stopped = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** Resolves once nothing is left to do; what the user paused does not count. */
  whenIdle(): Promise<void> {
    return this.#until(isIdle);
  }

  dispatch(event: NewEvent): void {
    // What comes in late (an answer to a question for credentials) must set no timer any more; what is committed
    // last may still be told.
    if (this.#stopped && event.kind !== 'persisted') return;
    this.#events.push({ ...event, at: this.#ports.clock.now() });
    if (this.#turning) return;
    this.#turning = true;
    try {
      for (let due = this.#events.shift(); due !== undefined; due = this.#events.shift()) this.#turn(due);
    } finally {
      this.#turning = false;
    }
    for (const listener of [...this.#listeners]) listener();
  }

  #turn(event: EngineEvent): void {
    const { state, effects } = next(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
  }

  #until(reached: (state: EngineState) => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (reached(this.#state)) {
        resolve();
        return;
      }
      const listener = (): void => {
        if (!reached(this.#state)) return;
        this.#listeners.splice(this.#listeners.indexOf(listener), 1);
        resolve();
      };
      this.#listeners.push(listener);
    });
  }

  #carryOut(effect: Effect): void {
    const { store, observer } = this.#ports;
    switch (effect.kind) {
      case 'write':
        store.write(effect.seq, effect.record);
        return;
      case 'set-timer':
        this.#setTimer(effect.timer, effect.at);
        return;
      case 'cancel':
        this.#cancellations.get(effect.request)?.cancel();
        return;
      case 'announce':
        observer.onEnded(effect.item, effect.at, effect.end);
        return;
      case 'command-done':
        this.#commands.get(effect.id)?.(effect.outcome);
        this.#commands.delete(effect.id);
        return;
      default:
        void this.#begin(effect);
    }
  }

  async #begin(
    effect: Exclude<Effect, { kind: 'write' | 'set-timer' | 'cancel' | 'announce' | 'command-done' }>,
  ): Promise<void> {
    const { store, credentials } = this.#ports;
    switch (effect.kind) {
      case 'request':
        await this.#request(effect);
        return;
      case 'load-work': {
        const { destinationId, after, limit } = effect;
        const items = await guarded(store.loadWork(destinationId, after, limit));
        this.dispatch({ kind: 'work-loaded', destinationId, limit, items });
        return;
      }
      case 'ask-credentials': {
        const { destinationId, fresh } = effect;
        this.dispatch({
          kind: 'credentials',
          destinationId,
          outcome: await guarded(credentials.ask(destinationId, fresh)),
        });
        return;
      }
      case 'store-command': {
        const { id, verb, scope, live } = effect;
        this.dispatch({
          kind: 'command-applied',
          id,
          verb,
          result: await guarded(store.command(verb, scope, live)),
        });
        return;
      }
      case 'scan':
        await this.#scan(effect.job);
        return;
      case 'probe':
        await this.#probe(effect.destinationId, effect.generation, effect.clockOffsetMs);
    }
  }

  async #request(effect: RequestEffect): Promise<void> {
    const { request, itemId, step } = effect;
    const cancel = new Cancellation();
    const flight: InFlight = {
      itemId,
      partNumber: step.kind === 'part' ? step.range.partNumber : 0,
      sentBytes: 0,
    };
    this.#cancellations.set(request, cancel);
    this.inFlight.set(request, flight);
    const onSent = (bytes: number): void => {
      flight.sentBytes += bytes;
      this.sent.bytes += bytes;
      if (effect.again) this.sent.againBytes += bytes;
    };
    const { destinationId, generation, clockOffsetMs } = effect;
    const done = await runStep(
      this.#ports,
      { destinationId, generation, clockOffsetMs, cancel, onSent },
      step,
    );
    this.#cancellations.delete(request);
    this.inFlight.delete(request);
    if (saidYes(done)) this.successes += 1;
    this.dispatch({ kind: 'step-done', request, itemId, ...done });
  }

  async #scan(job: ScanJob): Promise<void> {
    const found = (): void => this.dispatch({ kind: 'work-found', job });
    const outcome = await guarded(this.#ports.scanner.scan(job, found, this.#scans));
    this.dispatch({ kind: 'scan-ended', job, fault: outcome.ok ? null : outcome.fault });
  }

  async #probe(destinationId: DestinationId, generation: number, clockOffsetMs: number): Promise<void> {
    const context = {
      destinationId,
      generation,
      clockOffsetMs,
      cancel: new Cancellation(),
      onSent: () => undefined,
    };
    try {
      const outcome = await this.#ports.objects.probe(context);
      this.dispatch({ kind: 'probed', destinationId, outcome, clockOffsetMs: outcome.clockOffsetMs });
    } catch (error) {
      this.dispatch({
        kind: 'probed',
        destinationId,
        outcome: failure(internal(error)),
        clockOffsetMs: null,
      });
    }
  }

  #setTimer(timer: TimerName, at: number): void {
    this.#timers.get(timer)?.();
    const cancel = this.#ports.clock.schedule(at, () => {
      this.#timers.delete(timer);
      this.dispatch({ kind: 'timer', timer });
    });
    this.#timers.set(timer, cancel);
  }
}

function saidYes(done: StepOutcome): boolean {
  if (isLocal(done.step)) return false;
  return outcomeOf(done).ok;
}

/** Ports do not throw; if one does all the same, it is a fault of ours and not the end of the queue. */
async function guarded<T>(promise: Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await promise;
  } catch (error) {
    return failure(internal(error));
  }
}
