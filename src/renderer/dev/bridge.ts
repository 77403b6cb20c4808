import { fault } from '../../shared/faults';
import type { FacesDetail } from '../../shared/faces';
import { batchOf, positionOf, type BatchId, type DestinationId, type ItemId } from '../../shared/ids';
import type {
  Bridge,
  CallInput,
  CallName,
  CallValue,
  CredentialsView,
  DestinationView,
  Reply,
  Settings,
  StreamName,
  StreamValue,
} from '../../shared/ipc/contract';
import { profileSchema } from '../../shared/profile';
import type { EngineStatus, ItemRow, QueueSnapshot, Scope } from '../../shared/queue-view';
import { trialRun } from './doctor';
import { TrialFaces } from './faces';
import { trialBatches, trialCauses, trialDetail, trialSummary, type TrialBatch } from './queue';

const NO_SECRET: CredentialsView = {
  configured: true,
  expiresAt: null,
  accessKeyIdHint: null,
  keptIn: 'nowhere',
};

const destination = (id: string, name: string, prefix: string, region: string): DestinationView => ({
  destinationId: id as DestinationId,
  profile: profileSchema.parse({
    name,
    bucket: name,
    prefix,
    region,
    authorization: { kind: 'token-server', url: 'https://upload.example.com/get_sts_token' },
    imm: { project: 'press' },
    faces: { detect: 'after-upload', ingest: { ask: true, tag: true, prefix: 'ingest/private/' } },
  }),
  credentials: NO_SECRET,
});

const ok = <T>(value: T): Reply<T> => ({ ok: true, value });

class Trial {
  readonly faces: TrialFaces;
  facesRevision = 1;
  revision = 1;
  readonly listeners = new Map<StreamName, Set<(value: never) => void>>();
  batches: TrialBatch[];
  destinations: DestinationView[];
  settings: Settings = { theme: 'system', language: 'system', currentDestinationId: null, connections: 8 };
  engine: EngineStatus;
  readonly #changed = new Map<number, ItemRow>();
  readonly #query: URLSearchParams;

  constructor(query: URLSearchParams) {
    this.#query = query;
    const scene = query.get('scene') ?? 'queue';
    this.faces = new TrialFaces(scene);
    this.batches = scene === 'queue' ? trialBatches() : [];
    this.destinations =
      scene === 'first-run'
        ? []
        : [
            destination('team', 'team-media', 'ingest/2026/', 'cn-hangzhou'),
            destination('studio', 'studio-raw', '', 'cn-shanghai'),
            destination('tokyo', 'backup-tokyo', 'ledger/', 'ap-northeast-1'),
          ];
    this.engine = query.has('restarted')
      ? { kind: 'running', restarts: 1, resumedItems: 3, keptBytes: 41.2e9 }
      : { kind: 'running', restarts: 0, resumedItems: 0, keptBytes: 0 };
    if (!query.has('still')) setInterval(() => this.#tick(), 200);
  }

  snapshot(): QueueSnapshot {
    const batches = this.batches.map((one) => one.batch);
    return {
      revision: this.revision,
      batches,
      causes: batches.length === 0 ? [] : trialCauses(),
      summary: trialSummary(batches),
      engine: this.engine,
    };
  }

  rows(batchId: BatchId, offset: number, limit: number): readonly ItemRow[] {
    const found = this.batches.find((one) => one.batch.batchId === batchId);
    if (found === undefined) return [];
    const most = Math.max(0, Math.min(limit, found.batch.items - offset));
    return Array.from({ length: most }, (_, index) => {
      const made = found.rowAt(offset + index);
      return this.#changed.get(made.itemId) ?? made;
    });
  }

  emit<S extends StreamName>(stream: S, value: StreamValue<S>): void {
    for (const listener of this.listeners.get(stream) ?? []) listener(value as never);
  }

  changeFaces(scope: Scope, change: Partial<FacesDetail>): number {
    const itemIds = scope.kind === 'items' ? scope.itemIds : [];
    for (const itemId of itemIds) this.faces.change(itemId, change);
    this.facesRevision += 1;
    this.emit('faces.changed', {
      revision: this.facesRevision,
      counts: this.faces.counts,
      itemIds: itemIds,
      cut: false,
    });
    return itemIds.length;
  }

  add(name: string): BatchId {
    const batchId = (Math.max(0, ...this.batches.map((one) => one.batch.batchId)) + 1) as BatchId;
    const [template] = trialBatches();
    if (template === undefined) return batchId;
    const batch = { ...template.batch, batchId, name, createdAt: Date.now() };
    this.batches.push({ batch, rowAt: (index) => ({ ...template.rowAt(index), batchId }) });
    this.#send([]);
    return batchId;
  }

  take(verb: string, batchId: BatchId): void {
    if (verb === 'cancel' || verb === 'remove')
      this.batches = this.batches.filter((one) => one.batch.batchId !== batchId);
    this.#send([], [batchId]);
  }

  #send(items: ItemRow[], removedBatchIds: BatchId[] = []): void {
    this.revision += 1;
    const batches = this.batches.map((one) => one.batch);
    this.emit('queue.delta', {
      revision: this.revision,
      batches,
      removedBatchIds,
      items,
      itemsCut: false,
      causes: batches.length === 0 ? [] : trialCauses(),
      summary: trialSummary(batches),
    });
  }

  #tick(): void {
    const [first] = this.batches;
    if (first === undefined) return;
    const was = this.rows(first.batch.batchId, 0, 1)[0];
    if (was === undefined || was.state.kind !== 'uploading') return;
    const bytesPerSecond = 71.2e6 * (0.8 + Math.random() * 0.4);
    const step = (bytesPerSecond / 5) * Number(this.#query.get('speed') ?? 1);
    const item = {
      ...was,
      bytesPerSecond,
      sentBytes: Math.min(was.sizeBytes, was.sentBytes + step),
      verifiedBytes: Math.min(was.sizeBytes, was.verifiedBytes + step),
    };
    this.#changed.set(item.itemId, item);
    this.batches[0] = {
      ...first,
      batch: { ...first.batch, bytesPerSecond, verifiedBytes: first.batch.verifiedBytes + step },
    };
    this.#send([item]);
  }
}

type Answers = { readonly [C in CallName]: (input: CallInput<C>) => Reply<CallValue<C>> };

function destinationAnswers(trial: Trial): Pick<Answers, Extract<CallName, `destinations.${string}`>> {
  return {
    'destinations.list': () => ok(trial.destinations),
    'destinations.save': ({ destinationId, profile }) => {
      const parsed = profileSchema.safeParse(profile);
      if (!parsed.success) return { ok: false, fault: fault('invalid-input', 'The profile is not valid.') };
      const saved: DestinationView = {
        destinationId: (destinationId ?? `made-${trial.destinations.length}`) as DestinationId,
        profile: parsed.data,
        credentials: NO_SECRET,
      };
      trial.destinations = [
        ...trial.destinations.filter((one) => one.destinationId !== saved.destinationId),
        saved,
      ];
      trial.emit('destinations.changed', trial.destinations);
      return ok(saved);
    },
    'destinations.remove': ({ destinationId }) => {
      trial.destinations = trial.destinations.filter((one) => one.destinationId !== destinationId);
      return ok({});
    },
    'destinations.export': () => ok({ file: 'team-media.json' }),
    'destinations.link': () => ok({ link: 'ossferry://destination/example' }),
    'destinations.import': () => {
      const [first] = trial.destinations;
      if (first !== undefined)
        trial.emit('destinations.proposed', {
          origin: 'file',
          file: 'team-media.json',
          found: { kind: 'destination', profile: first.profile },
        });
      return ok({ chosen: true });
    },
    'destinations.proposal': () => ok(null),
    'destinations.dismiss': () => {
      trial.emit('destinations.proposed', null);
      return ok({});
    },
  };
}

function answers(trial: Trial, parts: number): Answers {
  return {
    'app.info': () =>
      ok({ version: '0.1.0', platform: 'linux', locale: 'en-GB', runtime: 'a browser', notices: [] }),
    'settings.get': () => ok(trial.settings),
    'settings.set': (change) => {
      trial.settings = { ...trial.settings, ...(change as Partial<Settings>) };
      return ok(trial.settings);
    },
    ...destinationAnswers(trial),
    'credentials.set': ({ secret }) =>
      ok({ ...NO_SECRET, keptIn: secret.kind === 'temporary' ? 'memory' : 'keychain' }),
    'credentials.forget': () => ok(NO_SECRET),
    'keychain.status': () => ok({ keychain: 'available' }),
    'keychain.retry': () => ok({ keychain: 'available' }),
    'doctor.start': ({ destinationId }) => {
      setTimeout(() => trial.emit('doctor.changed', trialRun(destinationId as DestinationId)), 0);
      return ok({ runId: 1 });
    },
    'doctor.stop': () => ok({}),
    'doctor.report': () => ok({ text: '' }),
    'queue.choose': ({ what }) => ok({ batchId: trial.add(what) }),
    'queue.add': () => ok({ batchId: trial.add('dropped') }),
    'queue.snapshot': () => ok(trial.snapshot()),
    'queue.items': ({ batchId, offset, limit }) => {
      const rows = [...trial.rows(batchId as BatchId, offset, limit)];
      const total = trial.batches.find((one) => one.batch.batchId === batchId)?.batch.items ?? 0;
      return ok({ revision: trial.revision, total, rows });
    },
    'queue.detail': ({ itemId }) => {
      const [item] = trial.rows(batchOf(itemId as never), positionOf(itemId as never) - 1, 1);
      return ok(item === undefined ? null : trialDetail(item, parts));
    },
    'queue.command': ({ verb, scope }) => {
      if (scope.kind === 'batch') trial.take(verb, scope.batchId as BatchId);
      return ok({ affected: 1 });
    },
    'faces.batches': () => ok(trial.faces.batches()),
    'faces.page': ({ batchId, filter, offset, limit }) =>
      ok(trial.faces.page(batchId, filter, offset, limit)),
    'faces.sheet': ({ offset, limit }) => ok(trial.faces.sheet(offset, limit)),
    'faces.detail': ({ itemId }) => ok(trial.faces.detail(itemId as ItemId)),
    'faces.picture': ({ itemId }) => ok(trial.faces.picture(itemId as ItemId)),
    'faces.ask': ({ scope }) => ok({ queued: trial.changeFaces(scope as Scope, {}), refused: 0 }),
    'faces.clear': ({ scope }) =>
      ok({ cleared: trial.changeFaces(scope as Scope, { imm: null, local: null }) }),
    'faces.decide': ({ itemIds }) => {
      const scope = { kind: 'items', itemIds } as Scope;
      return ok({ affected: trial.changeFaces(scope, { decision: null, state: { kind: 'waiting' } }) });
    },
    'source.reveal': () => ok({}),
    'clipboard.write': () => ok({}),
  };
}

/** A bridge without a main process, for looking at the window in a browser. It is no part of the product's build. */
export function createTrialBridge(query: URLSearchParams): Bridge {
  const trial = new Trial(query);
  const known = answers(trial, Number(query.get('parts') ?? 549));
  return {
    call: (name, input) => Promise.resolve(known[name](input)),
    subscribe: (stream, listener) => {
      const all = trial.listeners.get(stream) ?? new Set();
      trial.listeners.set(stream, all);
      const known = listener as (value: never) => void;
      all.add(known);
      return () => void all.delete(known);
    },
    addFiles: (_destinationId, files) => {
      const [first] = files;
      return Promise.resolve(ok({ batchId: trial.add(first instanceof File ? first.name : 'dropped') }));
    },
  };
}
