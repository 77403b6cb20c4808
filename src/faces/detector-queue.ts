/**
 * Takes questions about pictures and has them answered one at a time in a process or thread of its own, which is
 * started when first asked, ended after a while without questions, and started again when it dies.
 */
import type { Answer, Answers, Problem, Question } from './questions';

/** What the desk says to the place where the work is done, and hears from it. */
export interface AskedOf {
  readonly id: number;
  readonly question: Question;
}
export interface AnsweredBy {
  readonly id: number;
  readonly answer: Answer<Answers[Question['kind']]>;
}

/** The place where the work is done. */
export interface DetectorWorker {
  send(message: AskedOf): void;
  onMessage(listener: (message: AnsweredBy) => void): void;
  /** Told once, whatever ended it. */
  onExit(listener: () => void): void;
  kill(): void;
}

export interface DetectorQueuePorts {
  /** Starts a workplace. What it throws is answered to the question that needed it. */
  fork(): DetectorWorker;
  /** Calls back once after `delayMs`; the answer takes the timer away. */
  after(delayMs: number, ring: () => void): () => void;
  /** How long the workplace is kept without a question. */
  readonly idleMs: number;
}

interface Job {
  readonly question: Question;
  readonly settle: (answer: Answer<never> | AnsweredBy['answer']) => void;
  /** How often the workplace died over it. */
  deaths: number;
}

/** A death may be another one's fault (memory taken by others); two over the same picture are that picture's. */
const MOST_DEATHS = 2;
/** A question is a path and a few numbers: so many are a few hundred kilobytes. */
const MOST_WAITING = 2000;

const problem = (code: Problem['code'], message: string): Answer<never> => ({
  ok: false,
  problem: { code, message },
});
const STOPPED = problem('stopped', 'The face detector was stopped.');

export class DetectorQueue {
  readonly #ports: DetectorQueuePorts;
  /** Looked at by nobody yet: oldest first. */
  readonly #faces: Job[] = [];
  /** For somebody who looks at the window now: newest first, before all faces. */
  readonly #shown: Job[] = [];
  #workplace: DetectorWorker | null = null;
  #current: { readonly id: number; readonly job: Job } | null = null;
  #lastId = 0;
  #cancelIdle: (() => void) | null = null;
  #isClosed = false;

  constructor(ports: DetectorQueuePorts) {
    this.#ports = ports;
  }

  /** Answers always, with a problem where it must; `stopped` after `close` and where too much waits already. */
  ask<K extends Question['kind']>(
    question: Extract<Question, { readonly kind: K }>,
  ): Promise<Answer<Answers[K]>> {
    return new Promise((resolve) => {
      // The workplace answers a question with the value of its kind.
      const settle: Job['settle'] = (answer) => resolve(answer as Answer<Answers[K]>);
      if (this.#isClosed) {
        settle(STOPPED);
        return;
      }
      const job: Job = { question, settle, deaths: 0 };
      if (question.kind === 'faces') this.#faces.push(job);
      else this.#shown.push(job);
      this.#refuseSurplus();
      this.#next();
    });
  }

  /** Whether a workplace stands now. */
  get isRunning(): boolean {
    return this.#workplace !== null;
  }

  /** Ends the workplace; what waits is answered `stopped`. */
  close(): void {
    this.#isClosed = true;
    this.#stopIdling();
    const jobs = [
      ...(this.#current ? [this.#current.job] : []),
      ...this.#shown.splice(0),
      ...this.#faces.splice(0),
    ];
    this.#current = null;
    this.#end();
    for (const job of jobs) job.settle(STOPPED);
  }

  /** What was asked for first to be shown is scrolled away by now; what waits for faces is told to come again. */
  #refuseSurplus(): void {
    if (this.#shown.length + this.#faces.length <= MOST_WAITING) return;
    const surplus = this.#shown.shift() ?? this.#faces.pop();
    surplus?.settle(problem('stopped', 'Too many pictures wait for the face detector.'));
  }

  #next(): void {
    if (this.#current !== null) return;
    const job = this.#shown.pop() ?? this.#faces.shift();
    if (job === undefined) {
      this.#idle();
      return;
    }
    this.#stopIdling();
    const id = ++this.#lastId;
    this.#current = { id, job };
    try {
      this.#workplace ??= this.#start();
      this.#workplace.send({ id, question: job.question });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#settle(problem('failed', `The face detector cannot be started: ${why}`));
    }
  }

  #start(): DetectorWorker {
    const workplace = this.#ports.fork();
    workplace.onMessage(({ id, answer }) => {
      if (this.#workplace === workplace && this.#current?.id === id) this.#settle(answer);
    });
    workplace.onExit(() => {
      if (this.#workplace === workplace) this.#bury();
    });
    return workplace;
  }

  #settle(answer: Answer<never> | AnsweredBy['answer']): void {
    const job = this.#current?.job;
    this.#current = null;
    job?.settle(answer);
    this.#next();
  }

  /** The workplace died: its question is asked once more of a fresh one, then given up. */
  #bury(): void {
    this.#workplace = null;
    if (this.#current === null) return;
    const { job } = this.#current;
    job.deaths += 1;
    if (job.deaths >= MOST_DEATHS) {
      this.#settle(
        problem('unreadable', 'The picture cannot be decoded: the face detector ended over it twice.'),
      );
      return;
    }
    this.#current = null;
    if (job.question.kind === 'faces') this.#faces.unshift(job);
    else this.#shown.push(job);
    this.#next();
  }

  #idle(): void {
    if (this.#workplace === null || this.#cancelIdle !== null) return;
    this.#cancelIdle = this.#ports.after(this.#ports.idleMs, () => {
      this.#cancelIdle = null;
      this.#end();
    });
  }

  #stopIdling(): void {
    this.#cancelIdle?.();
    this.#cancelIdle = null;
  }

  #end(): void {
    const workplace = this.#workplace;
    this.#workplace = null;
    workplace?.kill();
  }
}
