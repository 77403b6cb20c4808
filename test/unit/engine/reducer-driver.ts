/** Drives the reducer by hand: events in, effects out, time as told. */
import type { Effect, EngineEvent } from '../../../src/engine/events';
import { next } from '../../../src/engine/next';
import type { StoredObject, UploadedPart } from '../../../src/engine/ports';
import type { ItemEnd, StoreRecord, WorkItem } from '../../../src/engine/queue-ports';
import { initialState, type DestinationState, type EngineState } from '../../../src/engine/state';
import type { StepKind, StepResults } from '../../../src/engine/steps';
import { failure, fault, success, type FaultCode, type Outcome } from '../../../src/shared/faults';
import {
  itemIdAt,
  type BatchId,
  type Crc64,
  type DestinationId,
  type ETag,
  type ItemId,
  type ObjectKey,
  type UploadId,
} from '../../../src/shared/ids';

export const MIB = 1024 * 1024;
export const HOME = 'home' as DestinationId;
export const BATCH = 1 as BatchId;
export const OURS = '111' as Crc64;
export const THEIRS = '222' as Crc64;
export const UPLOAD = 'upload-1' as UploadId;
export const idOf = (position: number): ItemId => itemIdAt(BATCH, position);
export const no = (code: FaultCode, more = {}): Outcome<never> => failure(fault(code, `${code}.`, more));

export function work(position: number, sizeBytes: number, more: Partial<WorkItem> = {}): WorkItem {
  return {
    itemId: idOf(position),
    batchId: BATCH,
    destinationId: HOME,
    key: `uploads/${position}` as ObjectKey,
    renamedFrom: null,
    name: String(position),
    source: {
      path: `/data/${position}`,
      snapshot: { sizeBytes, modifiedAt: 1, fingerprint: `look ${position}` },
    },
    conflict: 'overwrite',
    tagging: null,
    checkpoint: null,
    initiatingAtServer: null,
    begun: [],
    fromEarlierRun: false,
    lookAgain: false,
    ...more,
  };
}

export const stored = (crc64: Crc64 | null): Outcome<StoredObject> =>
  success({ crc64, etag: 'ETAG' as ETag, versionId: null, requestId: 'request-1', callbackFault: null });
export const present = (crc64: Crc64 | null, sizeBytes: number): StepResults['head'] =>
  success({
    kind: 'present',
    sizeBytes,
    crc64,
    etag: 'ETAG' as ETag,
    versionId: null,
    requestId: 'request-2',
  });
export const put = (sent: Outcome<StoredObject>): StepResults['put'] => ({ read: success(OURS), sent });
export const part = (partNumber: number, sizeBytes = MIB): UploadedPart => ({
  partNumber,
  sizeBytes,
  etag: `E${partNumber}` as ETag,
  crc64: OURS,
});
export const partSent = (partNumber: number, crc64: Crc64 | null = OURS): StepResults['part'] => ({
  read: success(OURS),
  sent: success({ etag: `E${partNumber}` as ETag, crc64, requestId: 'request-3' }),
});
export const initiated: StepResults['initiate'] = success({ uploadId: UPLOAD, requestId: 'request-0' });

type Untimed<E> = E extends unknown ? Omit<E, 'at'> : never;
type Of<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

export class Desk {
  at = 1_700_000_000_000;
  state: EngineState;
  /** Of the last event. */
  effects: readonly Effect[] = [];
  readonly #open: Of<'request'>[] = [];
  readonly records: StoreRecord[] = [];
  readonly ends: ItemEnd[] = [];

  constructor(connections = 8) {
    this.state = initialState(1, connections);
  }

  send(event: Untimed<EngineEvent>): readonly Effect[] {
    const { state, effects } = next(this.state, { ...event, at: this.at });
    this.state = state;
    this.effects = effects;
    for (const effect of effects) {
      if (effect.kind === 'request') this.#open.push(effect);
      if (effect.kind === 'write') this.records.push(effect.record);
      if (effect.kind === 'announce') this.ends.push(effect.end);
    }
    return effects;
  }

  /** With credentials and these items in the window. */
  static with(...items: readonly WorkItem[]): Desk {
    const desk = new Desk();
    desk.open();
    desk.credentials();
    desk.load(items);
    return desk;
  }

  open(): void {
    const recovered = { destinationIds: [HOME], unfinishedScans: [], leftovers: [] };
    this.send({ kind: 'recovered', recovered });
  }

  credentials(generation = 1, expiresAtServer: number | null = null, callsBack = false): readonly Effect[] {
    const outcome = success({ generation, expiresAtServer, way: 'requests' as const, callsBack });
    return this.send({ kind: 'credentials', destinationId: HOME, outcome });
  }

  load(items: readonly WorkItem[], limit = 1024): readonly Effect[] {
    return this.send({ kind: 'work-loaded', destinationId: HOME, limit, items: success(items) });
  }

  get home(): DestinationState {
    const home = this.state.destinations.get(HOME);
    if (home === undefined) throw new Error('no destination');
    return home;
  }

  get asked(): readonly StepKind[] {
    return this.#open.map((request) => request.step.kind);
  }

  of<K extends Effect['kind']>(kind: K): readonly Of<K>[] {
    return this.effects.filter((effect): effect is Of<K> => effect.kind === kind);
  }

  /** The first request of this kind that was not answered yet. */
  request(step: StepKind): Of<'request'> {
    const found = this.#open.find((request) => request.step.kind === step);
    if (found === undefined) throw new Error(`no ${step} is asked for, but: ${this.asked.join()}`);
    return found;
  }

  answer<K extends StepKind>(step: K, result: StepResults[K], clockOffsetMs: number | null = 0): void {
    const found = this.request(step);
    this.#open.splice(this.#open.indexOf(found), 1);
    const { request, itemId } = found;
    const event = { kind: 'step-done', request, itemId, clockOffsetMs, step, result };
    this.send(event as Untimed<EngineEvent>);
  }

  /** Everything that was written is on the disk. */
  persist(): readonly Effect[] {
    return this.send({ kind: 'persisted', seq: this.state.nextSeq - 1 });
  }

  wait(ms: number): readonly Effect[] {
    this.at += ms;
    return this.send({ kind: 'timer', timer: `destination:${HOME}` });
  }

  wrote(kind: StoreRecord['kind']): boolean {
    return this.records.some((record) => record.kind === kind);
  }

  /** The end that was told, once it is on the disk. */
  end(): ItemEnd | undefined {
    this.persist();
    return this.ends.at(-1);
  }
}
