/**
 * Orders keys as OSS does, by their UTF-8 bytes. UTF-16 disagrees where a surrogate pair meets U+E000
 * and above.
 */
export function compareKeys(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const leftUnit = left.charCodeAt(index);
    const rightUnit = right.charCodeAt(index);
    if (leftUnit !== rightUnit) return byteOrder(leftUnit) - byteOrder(rightUnit);
  }
  return left.length - right.length;
}

function byteOrder(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

/** The keys of a map in OSS's order, sorted again only after they have changed. */
export class SortedKeys {
  readonly #source: ReadonlyMap<string, unknown>;
  #sorted: string[] | null = null;

  constructor(source: ReadonlyMap<string, unknown>) {
    this.#source = source;
  }

  changed(): void {
    this.#sorted = null;
  }

  all(): readonly string[] {
    this.#sorted ??= [...this.#source.keys()].sort(compareKeys);
    return this.#sorted;
  }

  /** The index of the first key after `key`, or not before it where `isInclusive`. */
  indexAfter(key: string, isInclusive: boolean): number {
    const keys = this.all();
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = compareKeys(keys[middle] ?? '', key);
      if (order < 0 || (order === 0 && !isInclusive)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
