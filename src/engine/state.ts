import type { Fault } from '../shared/faults';
import type { Crc64, DestinationId, ItemId, UploadId } from '../shared/ids';
import { FIRST_CONNECTIONS, IN_FLIGHT_BYTES, MOST_CONNECTIONS } from './limits';
import { LiveWindow } from './live-window';
import type { CredentialsNote, ListedPart, UploadedPart } from './ports';
import type { ItemEnd, Leftover, ScanJob, WorkItem } from './queue-ports';

/** The multipart upload of an item. */
export interface Upload {
  readonly uploadId: UploadId;
  readonly partSizeBytes: number;
  /** Parts whose CRC-64 the server has confirmed, by number. */
  readonly acknowledged: ReadonlyMap<number, UploadedPart>;
  /** Numbers still to be sent, in order; those in flight are not among them. */
  readonly remaining: readonly number[];
  /** Parts that only the server knows of: adopted after their bytes were read again. */
  readonly unproven: readonly ListedPart[];
  /** The record of the last part: Complete waits until it is on the disk. */
  readonly lastSeq: number;
}

/** What comes next for an item. It is never begun while something of it is in flight, `parts` excepted. */
export type Todo =
  | { readonly kind: 'look' }
  | { readonly kind: 'find-orphans'; readonly sinceServer: number }
  /** `gone`: the server has said already that it does not know the upload. */
  | { readonly kind: 'list-parts'; readonly gone?: true }
  | { readonly kind: 'adopt' }
  | { readonly kind: 'head' }
  | { readonly kind: 'compare'; readonly theirs: { readonly crc64: Crc64; readonly etag: ItemEtag } }
  | { readonly kind: 'put' }
  | { readonly kind: 'mark-initiating' }
  | { readonly kind: 'initiate'; readonly sinceServer: number }
  | { readonly kind: 'parts' }
  | { readonly kind: 'complete' }
  /** HeadObject decides what became of a request whose answer was lost. */
  | { readonly kind: 'settle'; readonly why: 'exists' | 'gone'; readonly ours: Crc64 }
  /** HeadObject proves what OSS stored (203) without saying its CRC-64. */
  | {
      readonly kind: 'settle';
      readonly why: 'callback-failed';
      readonly ours: Crc64;
      readonly callbackFault: Fault;
    }
  /** The upload belongs to an older state of the file. */
  | { readonly kind: 'abort' };
type ItemEtag = UploadedPart['etag'];

export interface LiveItem {
  readonly work: WorkItem;
  readonly todo: Todo;
  /** Requests on their way: number of the request to number of its part (0: not a part). */
  readonly inFlight: ReadonlyMap<number, number>;
  /** Nothing goes on before this record is on the disk. */
  readonly awaitsSeq: number | null;
  /** Once that record is there: this end is told and the item leaves. */
  readonly ended: { readonly at: number; readonly end: ItemEnd } | null;
  /** The end that follows once nothing is in flight any more. */
  readonly closing: ItemEnd | null;
  readonly upload: Upload | null;
  readonly intent: 'go' | 'pause';
  /** No new request before this instant (backoff), and why. */
  readonly blockedUntil: number;
  readonly trouble: { readonly fault: Fault; readonly attempt: number } | null;
  /** Failures in a row by part (0: not a part; below 0: counters of item-faults.ts); a success forgets them. */
  readonly failures: ReadonlyMap<number, number>;
  /** An answer to Put or Complete was lost, so that what is in the bucket may be ours. */
  readonly outcomeUnknown: boolean;
  /** HeadObject showed another object and the policy says to replace it. */
  readonly mayReplace: boolean;
  /** HeadObject is forbidden: skip-identical acts as never-overwrite. */
  readonly headForbidden: boolean;
  readonly partsBegun: ReadonlySet<number>;
  readonly requestIds: readonly string[];
}

export type CredentialsState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'held';
      readonly generation: number;
      readonly expiresAtServer: number | null;
      readonly way: CredentialsNote['way'];
      readonly receivedAt: number;
      /** New ones are being asked for while these still serve. */
      readonly renewing: boolean;
      readonly renewAt: number;
    }
  /** `changed`: the user gave others meanwhile, so that a refusal of these says nothing. */
  | { readonly kind: 'asking'; readonly changed?: true }
  /** `retryAt` null: someone must act. */
  | { readonly kind: 'waiting'; readonly fault: Fault; readonly retryAt: number | null };

export type NetworkState =
  | {
      readonly kind: 'online';
      /** Requests in a row without an answer. */
      readonly silent: number;
      /** Something else gave no answer: a probe is on its way to tell whether the network is there. */
      readonly doubted?: true;
    }
  | {
      readonly kind: 'offline';
      readonly since: number;
      readonly fault: Fault;
      readonly attempt: number;
      readonly probing: boolean;
      readonly probeAt: number;
    };

export interface DestinationState {
  readonly destinationId: DestinationId;
  readonly credentials: CredentialsState;
  /** New tokens refused in a row. */
  readonly tokenRefusals: number;
  /** Failed attempts to get credentials in a row. */
  readonly askFailures: number;
  readonly network: NetworkState;
  /** Server minus local; null: no answer has been seen. */
  readonly clockOffsetMs: number | null;
  /** Items to go on with: those begun first, then the fresh ones, each in the order of the queue. */
  readonly begun: readonly ItemId[];
  readonly fresh: readonly ItemId[];
  readonly live: number;
  /**
   * Work is on its way from the store. `moved`: rows came in meanwhile; `stale`: a command changed rows meanwhile;
   * `failed`: it could not be read and is asked for again when its timer rings.
   */
  readonly loading: 'no' | 'yes' | 'moved' | 'stale' | 'failed';
  readonly cursor: number;
  readonly exhausted: boolean;
  readonly leftovers: readonly Leftover[];
  readonly leftoversBlockedUntil: number;
  readonly leftoverFailures: number;
  /** Requests at once: grows by one while goodput grows, halves on 5xx, limits and timeouts. */
  readonly connections: number;
  /** As the newest credentials say. */
  readonly callsBack: boolean;
  readonly halvedAt: number;
  readonly goodput: {
    readonly since: number;
    readonly bytes: number;
    readonly before: number;
    readonly full: boolean;
  };
}

export interface RequestNote {
  readonly destinationId: DestinationId;
  readonly bytes: number;
  readonly generation: number;
  /** The request aborts what an ended item left behind. */
  readonly leftover: Leftover | null;
}

export interface EngineState {
  readonly destinations: ReadonlyMap<DestinationId, DestinationState>;
  readonly items: LiveWindow<LiveItem>;
  readonly requests: ReadonlyMap<number, RequestNote>;
  readonly inFlightBytes: number;
  /** Live items that wait for a record, in the order of their seq. */
  readonly awaiting: readonly { readonly seq: number; readonly itemId: ItemId }[];
  readonly nextSeq: number;
  readonly persistedSeq: number;
  readonly nextRequest: number;
  readonly randomState: number;
  readonly connections: number;
  readonly inFlightLimit: number;
  readonly storeTrouble: Fault | null;
  readonly scans: readonly ScanJob[];
  readonly commands: number;
  /** Rows of the store that are looked at before they may be sent: work that is still to come. */
  readonly heldByRules: number;
  readonly phase: 'starting' | 'running' | 'stopping';
}

/** @param seed of the engine's own chance; the same seed and events give the same state. */
export function initialState(seed: number, connections = MOST_CONNECTIONS): EngineState {
  return {
    destinations: new Map(),
    items: LiveWindow.empty(),
    requests: new Map(),
    inFlightBytes: 0,
    awaiting: [],
    nextSeq: 1,
    persistedSeq: 0,
    nextRequest: 1,
    randomState: seed | 0,
    connections,
    inFlightLimit: IN_FLIGHT_BYTES,
    storeTrouble: null,
    scans: [],
    commands: 0,
    heldByRules: 0,
    phase: 'starting',
  };
}

export function newDestination(destinationId: DestinationId, at: number): DestinationState {
  return {
    destinationId,
    credentials: { kind: 'none' },
    tokenRefusals: 0,
    askFailures: 0,
    network: { kind: 'online', silent: 0 },
    clockOffsetMs: null,
    begun: [],
    fresh: [],
    live: 0,
    loading: 'no',
    cursor: 0,
    exhausted: false,
    leftovers: [],
    leftoversBlockedUntil: 0,
    leftoverFailures: 0,
    connections: FIRST_CONNECTIONS,
    callsBack: false,
    halvedAt: 0,
    goodput: { since: at, bytes: 0, before: 0, full: false },
  };
}

/** True when nothing is left to do: no item, no scan, no leftover, nothing unwritten. */
export function isIdle(state: EngineState): boolean {
  if (state.phase !== 'running' || state.items.size > 0 || state.scans.length > 0 || state.commands > 0)
    return false;
  if (state.heldByRules > 0) return false;
  if (state.nextSeq - 1 > state.persistedSeq) return false;
  for (const destination of state.destinations.values()) {
    if (!destination.exhausted || destination.loading !== 'no' || destination.leftovers.length > 0)
      return false;
  }
  return state.requests.size === 0;
}
