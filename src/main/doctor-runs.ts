/**
 * Checks of a destination's set-up, one at a time. They run here in main and not in the engine's process: main is where
 * the credentials are, a broken engine must not silence them, and they wait for the network without ever holding main
 * up (no file is read, what is sent goes out in pieces of 256 KiB).
 */
import type { Grant } from '../shared/credentials';
import type { Check, DoctorRun } from '../shared/doctor';
import type { Destination } from '../shared/engine-link';
import type { Outcome } from '../shared/faults';
import type { AppInfo } from '../shared/ipc/contract';
import type { UploadUrlAnswer, UploadUrlQuestion } from '../shared/upload-urls';

export interface DoctorPorts {
  ask(destination: Destination, fresh: boolean): Promise<Outcome<Grant>>;
  askUploadUrls(
    destination: Destination,
    question: UploadUrlQuestion,
    fresh: boolean,
  ): Promise<Outcome<UploadUrlAnswer>>;
  /** What the system's settings say for a URL, as a proxy script does. */
  proxyOfSystem(url: string): Promise<string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  publish(run: DoctorRun): void;
  product(): Pick<AppInfo, 'version' | 'runtime'>;
  now(): number;
  /** Calls back once after `delayMs`; the answer takes the timer away. */
  after(delayMs: number, ring: () => void): () => void;
}

interface Run {
  readonly runId: number;
  readonly destination: Destination;
  readonly checks: Check[];
  readonly listeners: (() => void)[];
  canceled: boolean;
  over: Promise<unknown>;
}

/** To take away what a run made, when the app ends. */
const CLOSE_LIMIT_MS = 3_000;

export class DoctorRuns {
  readonly #ports: DoctorPorts;
  #current: Run | null = null;
  #lastId = 0;

  constructor(ports: DoctorPorts) {
    this.#ports = ports;
  }

  /** Ends the run before it. @returns the run's number */
  async start(destination: Destination): Promise<number> {
    this.#cancel(this.#current);
    this.#lastId += 1;
    const run: Run = {
      runId: this.#lastId,
      destination,
      checks: [],
      listeners: [],
      canceled: false,
      over: Promise.resolve(),
    };
    this.#current = run;
    // With the wire it brings more than the start of the app should wait for.
    const { plannedChecks, runDoctor } = await import('../host/doctor/doctor');
    const { profile } = destination;
    const planned = [...plannedChecks(profile)];
    const tell = (isRunning: boolean): void => {
      if (this.#current !== run) return;
      const { runId, checks } = run;
      const { destinationId } = destination;
      this.#ports.publish({ runId, destinationId, planned, checks: [...checks], isRunning });
    };
    run.over = runDoctor({
      profile,
      ask: (fresh) => this.#ports.ask(destination, fresh),
      askUploadUrls: (_, question, fresh) => this.#ports.askUploadUrls(destination, question, fresh),
      environment: this.#ports.environment,
      proxyOfSystem: (url) => this.#ports.proxyOfSystem(url),
      cancel: {
        get canceled() {
          return run.canceled;
        },
        onCancel: (listener) => void run.listeners.push(listener),
      },
      onCheck: (check) => {
        run.checks.push(check);
        tell(true);
      },
    }).finally(() => tell(false));
    return run.runId;
  }

  stop(runId: number): void {
    if (this.#current?.runId === runId) this.#cancel(this.#current);
  }

  /** Null: that run is not the last one. */
  async report(runId: number): Promise<string | null> {
    const run = this.#current;
    if (run?.runId !== runId) return null;
    const { doctorReport } = await import('../host/doctor/report');
    const { version, runtime } = this.#ports.product();
    const { profile } = run.destination;
    return doctorReport({ profile, checks: run.checks, version, runtime, at: this.#ports.now() });
  }

  /** Ends what runs, and gives it three seconds to take away what it made. */
  async close(): Promise<void> {
    const run = this.#current;
    if (run === null) return;
    this.#cancel(run);
    await new Promise<void>((resolve) => {
      const cancel = this.#ports.after(CLOSE_LIMIT_MS, resolve);
      void run.over.finally(() => {
        cancel();
        resolve();
      });
    });
  }

  #cancel(run: Run | null): void {
    if (run === null || run.canceled) return;
    run.canceled = true;
    for (const listener of run.listeners) listener();
  }
}
