import type { KeychainStatus } from '../../shared/ipc/contract';
import type { FromKeychain, KeychainQuestion, ToKeychain } from './keychain-server';
import type { Log } from '../log';
import type { ServiceProcess } from '../processes/service-process';

/** A keychain that is unlocked answers in a fifth of a second; one that waits for a password never does. */
const PROBE_MS = 3_000;
/** Time for a person to find and type the password of the keychain. */
const PATIENT_MS = 60_000;
/** The process is let go when nothing was asked for so long. */
const IDLE_MS = 60_000;

/** The keychain's process as the client needs it. */
export type KeychainProcess = ServiceProcess<FromKeychain, ToKeychain>;

export interface KeychainPorts {
  fork(): KeychainProcess;
  /** Calls back once after `delayMs`; the answer takes the timer away. */
  after(delayMs: number, ring: () => void): () => void;
  readonly log: Log;
}

/** `isThere: false`: the keychain could not be asked; nothing was kept, read or removed. */
export type KeychainAnswer =
  { readonly isThere: true; readonly value: string | null } | { readonly isThere: false };

type Phase =
  /** Not looked at yet, or its process was let go or died: the next question looks. */
  | { readonly kind: 'untried' }
  | { readonly kind: 'checking'; readonly process: KeychainProcess; readonly done: Promise<void> }
  | { readonly kind: 'open'; readonly process: KeychainProcess }
  /** It is not there or stays locked; only `retry` looks again. */
  | { readonly kind: 'given-up' };

const NOT_THERE: KeychainAnswer = { isThere: false };

/**
 * The system's keychain, asked through a process of its own: a locked one blocks that process and never this one,
 * and is killed when its time is over. Looked at with a probe before it is used for the first time.
 */
export class Keychain {
  readonly #ports: KeychainPorts;
  readonly #pending = new Map<number, (answer: FromKeychain | null) => void>();
  readonly #listeners: ((status: KeychainStatus) => void)[] = [];
  #phase: Phase = { kind: 'untried' };
  #status: KeychainStatus = 'checking';
  #lastId = 0;
  #cancelIdle: () => void = () => undefined;

  constructor(ports: KeychainPorts) {
    this.#ports = ports;
  }

  /** As the window is told; `checking` also before the first look. */
  status(): KeychainStatus {
    return this.#status;
  }

  onStatus(listener: (status: KeychainStatus) => void): void {
    this.#listeners.push(listener);
  }

  /** Null where there is no such entry. */
  get(account: string): Promise<KeychainAnswer> {
    return this.#use({ kind: 'get', account });
  }

  set(account: string, value: string): Promise<KeychainAnswer> {
    return this.#use({ kind: 'set', account, value });
  }

  delete(account: string): Promise<KeychainAnswer> {
    return this.#use({ kind: 'delete', account });
  }

  /** Looks at it if that was not done yet, in three seconds at most. */
  async look(): Promise<void> {
    await this.#open(PROBE_MS);
  }

  /** Looks at it again, for as long as a person needs to unlock it. */
  async retry(): Promise<void> {
    if (this.#phase.kind === 'checking') await this.#phase.done;
    if (this.#phase.kind === 'given-up') this.#phase = { kind: 'untried' };
    await this.#open(PATIENT_MS);
  }

  /** Ends the process, also one that hangs. */
  close(): void {
    this.#cancelIdle();
    const phase = this.#phase;
    this.#phase = { kind: 'untried' };
    if (phase.kind === 'open' || phase.kind === 'checking') phase.process.kill();
  }

  async #use(question: KeychainQuestion, isSecondTry = false): Promise<KeychainAnswer> {
    const process = await this.#open(PROBE_MS);
    if (process === null) return NOT_THERE;
    // It can have been locked since: then a person is asked for the password.
    const answer = await this.#ask(process, question, PATIENT_MS);
    if (answer === null) this.#giveUp(process, 'it did not answer');
    // The process died: what was asked does the same when it is asked again.
    if (answer === null && this.#phase.kind === 'untried' && !isSecondTry) return this.#use(question, true);
    this.#restLater();
    return answer?.ok === true ? { isThere: true, value: answer.value } : NOT_THERE;
  }

  async #open(limitMs: number): Promise<KeychainProcess | null> {
    if (this.#phase.kind === 'untried') this.#check(limitMs);
    if (this.#phase.kind === 'checking') await this.#phase.done;
    return this.#phase.kind === 'open' ? this.#phase.process : null;
  }

  #check(limitMs: number): void {
    const process = this.#ports.fork();
    process.onMessage((message) => {
      this.#pending.get(message.id)?.(message);
    });
    process.onExit(() => this.#bury(process));
    // One that was open a while ago is looked at without a word.
    if (this.#status === 'memory') this.#tell('checking');
    const done = this.#ask(process, { kind: 'probe' }, limitMs).then((answer) => {
      if (this.#phase.kind !== 'checking' || this.#phase.process !== process) return;
      if (answer?.ok !== true) {
        this.#giveUp(process, answer?.reason ?? 'it did not answer');
        return;
      }
      this.#phase = { kind: 'open', process };
      this.#restLater();
      this.#tell('available');
    });
    this.#phase = { kind: 'checking', process, done };
  }

  /** Null: no answer in time, or the process died. */
  #ask(process: KeychainProcess, question: KeychainQuestion, limitMs: number): Promise<FromKeychain | null> {
    this.#cancelIdle();
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      const settle = (answer: FromKeychain | null): void => {
        cancel();
        this.#pending.delete(id);
        resolve(answer);
      };
      const cancel = this.#ports.after(limitMs, () => settle(null));
      this.#pending.set(id, settle);
      process.send({ ...question, id });
    });
  }

  #giveUp(process: KeychainProcess, reason: string): void {
    const phase = this.#phase;
    if (phase.kind === 'given-up' || phase.kind === 'untried' || phase.process !== process) return;
    this.#phase = { kind: 'given-up' };
    process.kill();
    for (const settle of [...this.#pending.values()]) settle(null);
    this.#ports.log('the keychain cannot be used', { reason });
    this.#tell('memory');
  }

  #bury(process: KeychainProcess): void {
    const phase = this.#phase;
    if (phase.kind === 'given-up' || phase.kind === 'untried' || phase.process !== process) return;
    const wasOpen = phase.kind === 'open';
    if (wasOpen) this.#phase = { kind: 'untried' };
    for (const settle of [...this.#pending.values()]) settle(null);
    if (wasOpen) this.#ports.log('the keychain process ended');
  }

  #restLater(): void {
    this.#cancelIdle();
    if (this.#phase.kind !== 'open' || this.#pending.size > 0) return;
    this.#cancelIdle = this.#ports.after(IDLE_MS, () => this.close());
  }

  #tell(status: KeychainStatus): void {
    if (this.#status === status) return;
    this.#status = status;
    for (const listener of this.#listeners) listener(status);
  }
}
