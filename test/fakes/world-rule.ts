/** A rule of the world's destinations that looks at some files before they are sent, and tags them. */
import type { StorePort } from '../../src/engine/queue-ports';
import type { Runner } from '../../src/engine/runner';
import { batchOf } from '../../src/shared/ids';
import type { MemoryDisk, Row } from './memory-disk';
import { isHeldByRule } from './memory-faces';
import type { MemoryStore } from './memory-store';
import type { Chance, WorldClock } from './world-clock';

interface Surroundings {
  readonly clock: WorldClock;
  readonly chance: Chance;
  readonly queue: MemoryDisk;
  readonly store: MemoryStore;
  readonly runner: () => Runner;
  readonly alive: () => boolean;
}

/** As host/faces/faces.ts does it: decided, kept, let go, and the engine told of each. */
export class WorldRule {
  readonly #world: Surroundings;
  #looking = false;

  constructor(world: Surroundings) {
    this.#world = world;
  }

  /** Rows may have come or changed. */
  tend(): void {
    const { clock, chance, runner, alive } = this.#world;
    if (!alive()) return;
    runner().dispatch({ kind: 'held-by-rules', items: this.#held().length });
    if (this.#looking || this.#held().length === 0) return;
    this.#looking = true;
    clock.after(chance.between(20, 700), () => {
      this.#looking = false;
      if (!alive()) return;
      this.#decideOne();
      this.#release();
      this.tend();
    });
  }

  /** The store, which has commands followed by a look at what they moved. */
  port(): StorePort {
    const { store } = this.#world;
    return {
      recover: () => store.recover(),
      write: (seq, record) => store.write(seq, record),
      onPersisted: (listener) => store.onPersisted(listener),
      onTrouble: (listener) => store.onTrouble(listener),
      loadWork: (...asked) => store.loadWork(...asked),
      command: async (...asked) => {
        const result = await store.command(...asked);
        this.tend();
        return result;
      },
    };
  }

  #held(): readonly Row[] {
    return [...this.#world.queue.rows.values()].filter(
      (row) => row.end === null && !row.held && isHeldByRule(row),
    );
  }

  #decideOne(): void {
    const { chance, store } = this.#world;
    const row = this.#held().find(({ decision }) => decision?.state === 'to-be-made');
    if (row === undefined) return;
    const tag = chance.happens(0.2) ? null : `faces=${chance.below(4)}`;
    store.faces.note({
      itemId: row.itemId,
      source: 'local',
      at: 1,
      project: null,
      etag: null,
      key: null,
      answer: { kind: 'found', faces: 0, raw: '{}', image: null, milliseconds: null },
      verdict: { kind: 'go', faces: 0, tag, key: null },
    });
  }

  #release(): void {
    const { queue, store, runner } = this.#world;
    const released = store.faces.release();
    for (const itemId of released.ok ? released.value : []) {
      const destinationId = queue.batches.get(batchOf(itemId))?.plan.destinationId;
      if (destinationId !== undefined) runner().dispatch({ kind: 'work-freed', destinationId, itemId });
    }
  }
}

/** What is sent under a key carries the tag of a row of that key, and only once the rule has let it go. */
export function tagProblem(
  queue: MemoryDisk,
  key: string,
  tagging: string | null | undefined,
): string | null {
  const rows = [...queue.rows.values()].filter((row) => row.key === key);
  const fits = rows.some((row) => !isHeldByRule(row) && (row.decision?.tag ?? null) === (tagging ?? null));
  return fits ? null : `${key} is sent with ${tagging ?? 'no tag'}, which no row of it says`;
}
