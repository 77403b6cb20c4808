/** The engine on Node, put together: what main's engine process and the command both run. */
import { setImmediate } from 'node:timers/promises';
import { createObjectStore } from '../oss/object/object-store';
import type { AskUploadUrls } from '../shared/upload-urls';
import type { ItemEnd, WorkItem } from '../engine/queue-ports';
import { waitingOf, type Waiting } from '../engine/waiting';
import { Runner } from '../engine/runner';
import { failure, fault, success, type Fault, type Outcome } from '../shared/faults';
import type { Destination } from '../shared/engine-link';
import type { BatchId, DestinationId } from '../shared/ids';
import type { ConflictPolicy, Profile } from '../shared/profile';
import type { Scope } from '../shared/queue-view';
import { openQueueStore } from '../store/queue-store';
import type { QueueStore } from '../store/queue-types';
import { batchPrefix } from './disk/batch-prefix';
import { systemClock, systemRandom } from './time/clock';
import { callsBack } from './credentials/calls-back';
import { CredentialsKeeper, type AskCredentials } from './credentials/credentials-keeper';
import { Destinations } from './destinations/destinations';
import { canAskImm } from './faces/askers';
import type { Faces } from './faces/faces';
import {
  createFacesService,
  scannerWaking,
  storeWaking,
  type FacesSetting,
  type FacesWiring,
} from './faces/wiring';
import { createFiles } from './disk/files';
import { CallbackReplays, type SendCallbackReplay } from './destinations/callback-replays';
import { QueueView } from './views/queue-view';
import { createScanner } from './disk/scanner';
import { uploadRoots } from './disk/upload-roots';

export type { Waiting } from '../engine/waiting';

export interface UploadEngineOptions {
  /** Folder of the durable queue; made if missing. */
  readonly directory: string;
  readonly destinations: readonly Destination[];
  /** The one destination that the queue belongs to: if it is known for another place, nothing is begun. */
  readonly owner?: DestinationId;
  /** Most sockets at once, 1 to 32. */
  readonly connections: number;
  readonly ask: AskCredentials;
  /** Asks the server that signs for a destination of `signed-url`; left out: there are none. */
  readonly askUploadUrls?: AskUploadUrls;
  /** Sends a notice with the bearer of its destination; left out: servers are told nothing again. */
  readonly sendNotice?: SendCallbackReplay;
  /** Silence after which a request is given up; the transport's 20 s unless told otherwise. */
  readonly stallMs?: number;
  /** Told once for each item, when its end is on the disk. */
  readonly onEnded?: (ended: Ended) => void;
  /** Faces in pictures; left out, there is no detector here and nobody listens. */
  readonly faces?: FacesSetting;
  /** A scan ended early: files of its batch may be missing from the queue. */
  readonly onScanFault?: (fault: Fault) => void;
}

/** A file that has come to its end. */
export interface Ended {
  readonly key: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly at: number;
  readonly end: ItemEnd;
}

export interface AddOptions {
  readonly destinationId: DestinationId;
  readonly paths: readonly string[];
  /** In place of the profile's; it may hold the same placeholders. */
  readonly prefix?: string;
  readonly conflict: ConflictPolicy;
  /** Takes up an unfinished batch of the same paths instead of making another. */
  readonly join: boolean;
}

export interface UploadEngine {
  readonly runner: Runner;
  readonly store: QueueStore;
  readonly view: QueueView;
  readonly faces: Faces;
  /** What an earlier run left unfinished, and the bytes of it that are safe already. */
  readonly kept: { readonly resumedItems: number; readonly keptBytes: number };
  setDestinations(destinations: readonly Destination[]): void;
  profile(destinationId: DestinationId): Profile | null;
  add(options: AddOptions): Promise<Outcome<{ readonly batchId: BatchId }>>;
  /** See `Notices`. */
  notify(scope: Scope): Promise<Outcome<{ readonly affected: number }>>;
  /** What all that is unfinished waits for, if it does. */
  waiting(): Waiting | null;
  /** Lets go of memory that is only quick to have again. */
  rest(): void;
  /** Stops cleanly and closes the queue. */
  close(): Promise<void>;
}

/** OSS, as the destinations of this moment lead to it. */
function objectsOf(options: UploadEngineOptions, destinations: Destinations, keeper: CredentialsKeeper) {
  return createObjectStore({
    destination: (id) => destinations.ofQueue(id),
    credentials: (id, generation) => keeper.credentials(id, generation),
    ...(options.askUploadUrls === undefined ? {} : { askUploadUrls: options.askUploadUrls }),
    now: () => systemClock.now(),
    connections: options.connections,
    ...(options.stallMs === undefined ? {} : { stallMs: options.stallMs }),
  });
}

const facesWiring = ({ faces = {}, ask, stallMs, onEnded }: UploadEngineOptions): FacesWiring => ({
  faces,
  ask,
  ...(stallMs === undefined ? {} : { stallMs }),
  onRefused: ({ fault: why, ...picture }) => onEnded?.({ ...picture, end: { kind: 'failed', fault: why } }),
});

/** Opens the queue and goes on with it at once. Faults in one sentence: the queue cannot be opened. */
export async function openUploadEngine(options: UploadEngineOptions): Promise<Outcome<UploadEngine>> {
  const opened = openQueueStore({ directory: options.directory, ...systemClock });
  if (!opened.ok) return opened;
  const store = opened.value;
  const destinations = new Destinations(store, options.destinations);
  const keeper = new CredentialsKeeper(options.ask, (id, grant) =>
    callsBack(destinations.profile(id), grant),
  );
  const objects = objectsOf(options, destinations, keeper);
  const observer = {
    onEnded: (item: WorkItem, at: number, end: ItemEnd): void => {
      view.noteEnded(item, at, end);
      const { key, source } = item;
      options.onEnded?.({ key, path: source.path, sizeBytes: source.snapshot.sizeBytes, at, end });
    },
  };
  const scanner = createScanner(store, ({ key, path, sizeBytes, fault: why }) => {
    options.onEnded?.({ key, path, sizeBytes, at: systemClock.now(), end: { kind: 'failed', fault: why } });
  });
  const wake = (): void => faces.wake();
  const files = createFiles();
  const ports = {
    clock: systemClock,
    random: systemRandom,
    files,
    objects,
    credentials: keeper,
    store: storeWaking(store, wake),
    scanner: scannerWaking(scanner, wake, options.onScanFault),
    observer,
  };
  const runner = new Runner(ports, options.connections);
  const address = (id: DestinationId, key: string): string =>
    `oss://${destinations.profile(id)?.bucket ?? '?'}/${key}`;
  const view = new QueueView({ runner, store, now: () => systemClock.now(), address });
  const faces = createFacesService(facesWiring(options), { store, destinations, keeper, runner, view });
  const notices = new CallbackReplays({
    store,
    profile: (id) => destinations.ofQueue(id),
    send: options.sendNotice ?? nobodySends,
  });
  const undo = (why: Fault): Outcome<never> => {
    faces.close();
    store.close();
    return failure(why);
  };
  const owned = options.owner === undefined ? success(null) : destinations.register(options.owner);
  if (!owned.ok) return undo(owned.fault);
  const recovered = await store.recover();
  faces.wake();
  if (!recovered.ok) return undo(recovered.fault);
  const started = await runner.start();
  if (!started.ok) return undo(started.fault);
  // Also those that have nothing to do yet: their files may be sent again.
  for (const destinationId of destinations.known())
    runner.dispatch({ kind: 'destination-added', destinationId });
  const { resumedItems, keptBytes } = recovered.value;
  return success({
    runner,
    store,
    view,
    kept: { resumedItems, keptBytes },
    faces,
    setDestinations: (changed) => {
      destinations.set(changed);
      faces.wake();
    },
    profile: (id) => destinations.profile(id),
    add: (add) => addUpload({ store, runner, destinations, asksImm: options.faces?.asksImm !== false }, add),
    notify: (scope) => notices.tell(scope),
    waiting: () => waitingOf(runner.state),
    rest: () => files.rest(),
    close: async () => {
      faces.close();
      await Promise.all([notices.close(), runner.stop()]);
      objects.close();
      store.close();
      // The store tells what it committed last in a microtask.
      await setImmediate();
    },
  });
}

const nobodySends: SendCallbackReplay = () =>
  Promise.resolve(failure(fault('internal', 'Nobody was named who sends notices.')));

interface Uploading {
  readonly store: QueueStore;
  readonly runner: Runner;
  readonly destinations: Destinations;
  readonly asksImm: boolean;
}

async function addUpload(
  { store, runner, destinations, asksImm }: Uploading,
  { destinationId, paths, prefix, conflict, join }: AddOptions,
): Promise<Outcome<{ readonly batchId: BatchId }>> {
  const registered = destinations.register(destinationId);
  if (!registered.ok) return registered;
  const profile = registered.value;
  const template = prefix ?? profile.prefix;
  const createdAt = systemClock.now();
  const filled = batchPrefix(template, createdAt);
  const found = await uploadRoots(paths, filled);
  if (!found.ok) return found;
  const batch = {
    ...found.value,
    destinationId,
    prefix: filled,
    conflict,
    createdAt,
    normalizeNames: profile.normalizeNames,
    faces: {
      detect: asksImm && profile.faces?.detect === 'after-upload' && canAskImm(profile),
      ingest: profile.faces?.ingest ?? null,
    },
  };
  const batchId = join ? joined(store, batch, template) : store.createBatch(batch);
  if (!batchId.ok) return batchId;
  runner.scan({ batchId: batchId.value, destinationId });
  return success({ batchId: batchId.value });
}

function joined(
  store: QueueStore,
  batch: Parameters<QueueStore['createBatch']>[0],
  template: string,
): Outcome<BatchId> {
  const paths = batch.roots.map((root) => root.path);
  const known = store.findUnfinishedBatch(batch.destinationId, paths, template);
  if (!known.ok) return known;
  if (known.value === null) return store.createBatch(batch);
  const taken = store.joinBatch(known.value, batch.conflict, batch.faces);
  return taken.ok ? success(known.value) : taken;
}
