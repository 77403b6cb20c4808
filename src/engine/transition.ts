import type { DestinationId, ItemId } from '../shared/ids';
import { draw } from './random';
import type { Effect } from './events';
import type { StoreRecord } from './queue-ports';
import { newDestination, type DestinationState, type EngineState, type LiveItem } from './state';

/**
 * One call of `next` while it is being worked out. The state inside is replaced, never changed, so whoever holds the
 * old one keeps it whole; effects are gathered in the order in which they must be carried out.
 */
export class Transition {
  state: EngineState;
  readonly at: number;
  readonly effects: Effect[] = [];

  constructor(state: EngineState, at: number) {
    this.state = state;
    this.at = at;
  }

  patch(change: Partial<EngineState>): void {
    this.state = { ...this.state, ...change };
  }

  emit(effect: Effect): void {
    this.effects.push(effect);
  }

  /** A number in [0, 1). */
  random(): number {
    const { value, state } = draw(this.state.randomState);
    this.patch({ randomState: state });
    return value;
  }

  /** Keeps a fact; what rests on it waits for `persisted` with the seq that comes back. */
  write(record: StoreRecord): number {
    const seq = this.state.nextSeq;
    this.patch({ nextSeq: seq + 1 });
    this.emit({ kind: 'write', seq, record });
    return seq;
  }

  destination(id: DestinationId): DestinationState {
    const known = this.state.destinations.get(id);
    if (known !== undefined) return known;
    const made = newDestination(id, this.at);
    this.#keep(made);
    return made;
  }

  patchDestination(id: DestinationId, change: Partial<DestinationState>): DestinationState {
    const patched = { ...this.destination(id), ...change };
    this.#keep(patched);
    return patched;
  }

  item(id: ItemId): LiveItem | undefined {
    return this.state.items.get(id);
  }

  keepItem(item: LiveItem): LiveItem {
    this.patch({ items: this.state.items.set(item.work.itemId, item) });
    return item;
  }

  /** Holds the item back until record `seq` is on the disk. */
  awaitRecord(item: LiveItem, seq: number): LiveItem {
    this.patch({ awaiting: [...this.state.awaiting, { seq, itemId: item.work.itemId }] });
    return this.keepItem({ ...item, awaitsSeq: seq });
  }

  /** Puts an item in line; begun ones go first. */
  enqueue(item: LiveItem, line: 'begun' | 'fresh' = 'begun'): void {
    const destination = this.destination(item.work.destinationId);
    const id = item.work.itemId;
    if (destination.begun.includes(id)) return;
    const fresh = destination.fresh.includes(id)
      ? destination.fresh.filter((other) => other !== id)
      : destination.fresh;
    if (line === 'begun')
      this.patchDestination(destination.destinationId, { begun: [...destination.begun, id], fresh });
    else this.patchDestination(destination.destinationId, { fresh: [...fresh, id] });
  }

  dequeue(item: LiveItem): void {
    const destination = this.destination(item.work.destinationId);
    const id = item.work.itemId;
    const without = (line: readonly ItemId[]): readonly ItemId[] =>
      line[0] === id ? line.slice(1) : line.includes(id) ? line.filter((other) => other !== id) : line;
    this.patchDestination(destination.destinationId, {
      begun: without(destination.begun),
      fresh: without(destination.fresh),
    });
  }

  /** The item leaves the window. */
  evict(item: LiveItem): void {
    this.dequeue(item);
    const { destinationId } = item.work;
    this.patch({ items: this.state.items.delete(item.work.itemId) });
    this.patchDestination(destinationId, { live: this.destination(destinationId).live - 1 });
  }

  #keep(destination: DestinationState): void {
    this.patch({
      destinations: new Map(this.state.destinations).set(destination.destinationId, destination),
    });
  }
}
