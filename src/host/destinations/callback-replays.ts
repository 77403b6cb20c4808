/** Tells servers of objects of which OSS could not tell them, once more, where they take notices. */
import { setTimeout } from 'node:timers/promises';
import { failure, fault, retryPolicyOf, success, type Fault, type Outcome } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';
import type { CallbackReplay } from '../../shared/callback-replay';
import type { Profile } from '../../shared/profile';
import type { Scope } from '../../shared/queue-view';
import type { QueueStore, CallbackFaultItem } from '../../store/queue-types';

/** One notice to the server that a destination names, with the bearer that whoever sends it holds. */
export type SendCallbackReplay = (
  destinationId: DestinationId,
  notice: CallbackReplay,
) => Promise<Outcome<void>>;

interface CallbackReplayPorts {
  readonly store: Pick<QueueStore, 'callbackFaults' | 'noteCallback'>;
  /** Null: no such destination (any more), or it is another place now. */
  profile(destinationId: DestinationId): Profile | null;
  readonly send: SendCallbackReplay;
}

/** Notices at once: a server looks at each object. */
const AT_ONCE = 4;
/** How long a close waits for the answers to notices that are on their way. */
const PATIENCE_MS = 2_000;

/** The notices of a queue. Once it is closed nothing more is sent; what a server has taken by then is noted. */
export class CallbackReplays {
  readonly #parts: CallbackReplayPorts;
  readonly #running = new Set<Promise<unknown>>();
  #phase: 'open' | 'closing' | 'closed' = 'open';

  constructor(parts: CallbackReplayPorts) {
    this.#parts = parts;
  }

  /**
   * Goes once through the files of a scope of which their server does not know. What it takes is noted for good, what it
   * refuses is noted with why. Ends early where the server cannot be reached or wants a sign-in: the rest would meet the
   * same. `affected` counts those that were told; a fault is the first one that was met.
   */
  async tell(scope: Scope): Promise<Outcome<{ readonly affected: number }>> {
    const running = tellAgain(this.#parts, scope, () => this.#phase);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Resolves when nothing more is written to the store. */
  async close(): Promise<void> {
    this.#phase = 'closing';
    const patience = new AbortController();
    await Promise.race([
      Promise.allSettled(this.#running),
      setTimeout(PATIENCE_MS, null, { signal: patience.signal }).catch(() => null),
    ]);
    patience.abort();
    this.#phase = 'closed';
  }
}

type Phase = () => 'open' | 'closing' | 'closed';

async function tellAgain(
  parts: CallbackReplayPorts,
  scope: Scope,
  phase: Phase,
): Promise<Outcome<{ readonly affected: number }>> {
  const run = new ReplayRun(parts, phase);
  for (let after = 0; ;) {
    if (run.isOver) return run.outcome();
    const page = parts.store.callbackFaults(scope, after);
    if (!page.ok) return page;
    const last = page.value.at(-1);
    if (last === undefined) return run.outcome();
    await run.take(page.value);
    after = last.itemId;
  }
}

class ReplayRun {
  readonly #parts: CallbackReplayPorts;
  readonly #phase: Phase;
  #isCutOff = false;
  #told = 0;
  #first: Fault | null = null;

  constructor(parts: CallbackReplayPorts, phase: Phase) {
    this.#parts = parts;
    this.#phase = phase;
  }

  get isOver(): boolean {
    return this.#isCutOff || this.#phase() !== 'open';
  }

  async take(items: readonly CallbackFaultItem[]): Promise<void> {
    const waiting = [...items];
    const work = async (): Promise<void> => {
      for (let item = waiting.shift(); item !== undefined && !this.isOver; item = waiting.shift())
        await this.#tell(item);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  outcome(): Outcome<{ readonly affected: number }> {
    return this.#first === null ? success({ affected: this.#told }) : failure(this.#first);
  }

  async #tell({ itemId, destinationId, key, sizeBytes, crc64, etag }: CallbackFaultItem): Promise<void> {
    const profile = this.#parts.profile(destinationId);
    if (profile?.callback?.noticeUrl === undefined) {
      this.#first ??= notOffered(profile);
      return;
    }
    const notice = { bucket: profile.bucket, key, size: sizeBytes, crc64, etag };
    const outcome = await this.#parts.send(destinationId, notice);
    // Too late to be noted: the next start tells it again, which is no harm.
    if (this.#phase() === 'closed') return;
    const why = outcome.ok ? null : outcome.fault;
    // The cause stays the same whatever keeps the server from knowing.
    const noted = this.#parts.store.noteCallback(
      itemId,
      why === null ? null : fault('callback-failed', why.message),
    );
    const problem = why ?? (noted.ok ? null : noted.fault);
    if (problem === null) this.#told += 1;
    else this.#meet(problem);
  }

  #meet(why: Fault): void {
    this.#first ??= why;
    if (retryPolicyOf(why.code) !== 'never') this.#isCutOff = true;
  }
}

function notOffered(profile: Profile | null): Fault {
  if (profile === null) return fault('invalid-input', 'The destination of this file is not known any more.');
  const what = `The destination "${profile.name}" names no address for notices (callback.noticeUrl), so its server cannot be told again.`;
  return fault('invalid-input', what);
}
