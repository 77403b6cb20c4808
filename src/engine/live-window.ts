import type { ItemId } from '../shared/ids';

const BUCKETS = 32;
type Bucket<T> = ReadonlyMap<ItemId, T>;

/**
 * The admitted items by id. A value that never changes: `set` and `delete` copy one of 32 buckets (some 30 entries)
 * and share the rest, so that keeping `next` pure costs a microsecond and not a copy of the window.
 */
export class LiveWindow<T> {
  readonly size: number;
  readonly #buckets: readonly Bucket<T>[];

  private constructor(buckets: readonly Bucket<T>[], size: number) {
    this.#buckets = buckets;
    this.size = size;
  }

  static empty<T>(): LiveWindow<T> {
    return new LiveWindow<T>(
      Array.from({ length: BUCKETS }, () => new Map<ItemId, T>()),
      0,
    );
  }

  get(id: ItemId): T | undefined {
    return this.#bucket(id).get(id);
  }

  has(id: ItemId): boolean {
    return this.#bucket(id).has(id);
  }

  set(id: ItemId, item: T): LiveWindow<T> {
    const bucket = new Map(this.#bucket(id));
    const grown = bucket.has(id) ? 0 : 1;
    bucket.set(id, item);
    return this.#with(id, bucket, grown);
  }

  delete(id: ItemId): LiveWindow<T> {
    if (!this.has(id)) return this;
    const bucket = new Map(this.#bucket(id));
    bucket.delete(id);
    return this.#with(id, bucket, -1);
  }

  *values(): IterableIterator<T> {
    for (const bucket of this.#buckets) yield* bucket.values();
  }

  #bucket(id: ItemId): Bucket<T> {
    return this.#buckets[id % BUCKETS] ?? new Map<ItemId, T>();
  }

  #with(id: ItemId, bucket: Bucket<T>, grown: number): LiveWindow<T> {
    const buckets = this.#buckets.slice();
    buckets[id % BUCKETS] = bucket;
    return new LiveWindow(buckets, this.size + grown);
  }
}
