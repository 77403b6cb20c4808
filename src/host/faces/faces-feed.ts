import type { ClockPort } from '../../engine/ports';
import type { FacesChange } from '../../shared/faces';
import type { ItemId } from '../../shared/ids';
import type { FacesStore } from '../../store/faces/faces-types';

/** At most five changes a second are told. */
const CHANGE_MS = 200;

interface FeedOptions {
  readonly store: FacesStore;
  readonly clock: ClockPort;
  readonly onChange: (change: FacesChange) => void;
  /** These were let go: what was decided of them has been told. */
  readonly onReleased: (itemIds: readonly ItemId[]) => void;
}

/**
 * Tells the window what changed of pictures, and only then lets go what was decided: what a rule makes of a picture is
 * told before its bytes move.
 */
export class FacesFeed {
  readonly #options: FeedOptions;
  revision = 0;
  #toldAt = -Infinity;
  #disarm: (() => void) | null = null;
  /** Changed for pictures that are not named. */
  #some = false;
  #closed = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** What questions wait for is another thing now: no row changed, and what is in view is asked for again. */
  noteWaits(): void {
    this.#some = true;
    this.note();
  }

  /** Something changed, or was decided. */
  note(): void {
    if (this.#disarm !== null || this.#closed) return;
    const { clock } = this.#options;
    this.#disarm = clock.schedule(Math.max(clock.now(), this.#toldAt + CHANGE_MS), () => {
      this.#disarm = null;
      this.#tell();
    });
  }

  close(): void {
    this.#closed = true;
    this.#disarm?.();
    this.#disarm = null;
  }

  #tell(): void {
    const { store, clock, onChange, onReleased } = this.#options;
    this.#toldAt = clock.now();
    const { itemIds, cut: more } = store.takeTouched();
    const cut = more || this.#some;
    const counts = store.counts();
    if (counts.ok && (itemIds.length > 0 || cut)) {
      this.#some = false;
      this.revision += 1;
      onChange({ revision: this.revision, counts: counts.value, itemIds: [...itemIds], cut });
    }
    const released = store.release();
    // A disk that is full: what was decided stays decided, and is let go later.
    if (!released.ok) this.note();
    else if (released.value.length > 0) {
      onReleased(released.value);
      this.note();
    }
  }
}
