import type { Destination } from '../../shared/engine-link';
import { failure, fault, type Outcome } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';
import { endpointOf, type Profile } from '../../shared/profile';
import type { QueueStore } from '../../store/queue-types';

type PlaceStore = Pick<QueueStore, 'destinations' | 'registerDestination'>;

/** The destinations as they are set now, held against what their files in the queue were meant for. */
export class Destinations {
  readonly #store: PlaceStore;
  readonly #profiles = new Map<DestinationId, Profile>();
  #moved: ReadonlySet<DestinationId> = new Set();

  constructor(store: PlaceStore, destinations: readonly Destination[]) {
    this.#store = store;
    this.set(destinations);
  }

  set(destinations: readonly Destination[]): void {
    this.#profiles.clear();
    for (const { destinationId, profile } of destinations) this.#profiles.set(destinationId, profile);
    this.#moved = this.#findMoved();
  }

  profile(destinationId: DestinationId): Profile | null {
    return this.#profiles.get(destinationId) ?? null;
  }

  /** Where files of the queue may be sent; null also when the id stands for another place by now. */
  ofQueue(destinationId: DestinationId): Profile | null {
    return this.#moved.has(destinationId) ? null : this.profile(destinationId);
  }

  /** The ids that have files in the queue, or had. */
  known(): readonly DestinationId[] {
    const known = this.#store.destinations();
    return known.ok ? known.value.map(({ destinationId }) => destinationId) : [];
  }

  /** Remembers where it is. Fault `invalid-input`: not known, or known for another place. */
  register(destinationId: DestinationId): Outcome<Profile> {
    const profile = this.profile(destinationId);
    if (profile === null) return failure(fault('invalid-input', 'This destination is not known (any more).'));
    const { region, bucket } = profile;
    const registered = this.#store.registerDestination({
      destinationId,
      region,
      bucket,
      endpoint: endpointOf(profile),
    });
    return registered.ok ? { ok: true, value: profile } : registered;
  }

  #findMoved(): ReadonlySet<DestinationId> {
    const moved = new Set<DestinationId>();
    const known = this.#store.destinations();
    for (const { destinationId, region, bucket, endpoint } of known.ok ? known.value : []) {
      const profile = this.profile(destinationId);
      if (profile === null) continue;
      const same = profile.region === region && profile.bucket === bucket && endpointOf(profile) === endpoint;
      if (!same) moved.add(destinationId);
    }
    return moved;
  }
}
