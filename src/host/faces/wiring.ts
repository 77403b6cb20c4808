/** Wires the faces service to the engine, the store and the destinations. */
import { randomInt } from 'node:crypto';
import type { ScanPort, StorePort } from '../../engine/queue-ports';
import type { Runner } from '../../engine/runner';
import type { Detector, FacesChange } from '../../shared/faces';
import { keysOf } from '../../shared/credentials';
import type { Fault } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';
import type { QueueStore } from '../../store/queue-types';
import { systemClock } from '../time/clock';
import type { AskCredentials, CredentialsKeeper } from '../credentials/credentials-keeper';
import type { Destinations } from '../destinations/destinations';
import { Faces, type DecidedPicture, type RefusedPicture } from './faces';
import { createObjectWatch } from './object-watch';
import type { QueueView } from '../views/queue-view';

export interface FacesSetting {
  readonly detector?: Detector;
  /** False: nobody can be asked; a picture whose rule asks ends as failed. True unless told otherwise. */
  readonly asksUser?: boolean;
  /** False: IMM is not asked about what is uploaded from now on. True unless told otherwise. */
  readonly asksImm?: boolean;
  /** At most five a second. */
  readonly onChange?: (change: FacesChange) => void;
  /** A rule has decided; not told of pictures that ask, and those that it refuses end. */
  readonly onDecided?: (decided: DecidedPicture) => void;
}

export interface FacesWiring {
  readonly faces: FacesSetting;
  readonly ask: AskCredentials;
  readonly stallMs?: number;
  readonly onRefused: (refused: RefusedPicture) => void;
}

interface FacesPlaces {
  readonly store: QueueStore;
  readonly destinations: Destinations;
  readonly keeper: CredentialsKeeper;
  readonly runner: Runner;
  readonly view: QueueView;
}

export function createFacesService(
  { faces, ask, stallMs, onRefused }: FacesWiring,
  { store, destinations, keeper, runner, view }: FacesPlaces,
): Faces {
  const clockOffsetMs = (id: DestinationId): number => runner.state.destinations.get(id)?.clockOffsetMs ?? 0;
  return new Faces({
    store,
    clock: systemClock,
    random: () => randomInt(2 ** 32) / 2 ** 32,
    detector: faces.detector ?? null,
    asksUser: faces.asksUser !== false,
    place: (id) => destinations.ofQueue(id),
    destinationIds: () => destinations.known(),
    watch: createObjectWatch({
      destination: (id) => destinations.ofQueue(id),
      now: () => systemClock.now(),
      clockOffsetMs,
      ...(stallMs === undefined ? {} : { stallMs }),
    }),
    credentials: {
      newest: (id) => keeper.newest(id),
      ask: async (id, fresh) => keysOf(await ask(id, fresh)),
      clockOffsetMs,
    },
    onChange: (change) => faces.onChange?.(change),
    onFreed: (destinationId, itemId) => runner.dispatch({ kind: 'work-freed', destinationId, itemId }),
    onHeld: (items) => runner.dispatch({ kind: 'held-by-rules', items }),
    onRows: (itemIds) => view.noteRows(itemIds),
    ...(faces.onDecided === undefined ? {} : { onDecided: faces.onDecided }),
    onRefused,
  });
}

/** Commands move pictures that a rule holds: the engine hears how many are left before it hears of the command's end. */
export function storeWaking(store: StorePort, wake: () => void): StorePort {
  return {
    ...store,
    command: async (...command) => {
      const result = await store.command(...command);
      wake();
      return result;
    },
  };
}

/** Pictures that were found are looked at while the scan goes on. `onFault`: files of the batch may be missing. */
export function scannerWaking(
  scanner: ScanPort,
  wake: () => void,
  onFault?: (fault: Fault) => void,
): ScanPort {
  return {
    async scan(job, onFound, cancel) {
      const found = (items: number): void => {
        wake();
        onFound(items);
      };
      const outcome = await scanner.scan(job, found, cancel);
      if (!outcome.ok) onFault?.(outcome.fault);
      return outcome;
    },
  };
}
