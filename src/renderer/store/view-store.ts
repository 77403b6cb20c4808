import { createStore, type StoreApi } from 'zustand/vanilla';
import type { BatchId, DestinationId, ItemId } from '../../shared/ids';
import type { Fault } from '../../shared/faults';
import type { FacesFilter, FacesSource } from '../../shared/faces';
import type { Scope } from '../../shared/queue-view';
import { NOTHING_SELECTED, type Selection } from '../features/queue/grid/selection';

type Place =
  | { readonly kind: 'queue' }
  | { readonly kind: 'needs' }
  | { readonly kind: 'faces' }
  /** A new one where `destinationId` is null, like another one where `like` names it. */
  | {
      readonly kind: 'destination';
      readonly destinationId: DestinationId | null;
      readonly like?: DestinationId;
    }
  | { readonly kind: 'doctor'; readonly destinationId: DestinationId };

type Sheet =
  | { readonly kind: 'none' }
  | { readonly kind: 'settings' }
  | { readonly kind: 'cancel'; readonly scopes: readonly Scope[]; readonly keptBytes: number };

/** Files over the window: over a destination, over the rest, or with no destination to go to. */
type Drag =
  { readonly kind: 'none' } | { readonly kind: 'over'; readonly destinationId: DestinationId | null };

export interface Undo {
  readonly batchId: BatchId;
  readonly destinationId: DestinationId;
}

/** A call that was refused, said in a line that stays until it is read. */
interface Problem {
  readonly id: number;
  readonly fault: Fault;
}

/** What the page of faces shows. */
export interface FacesView {
  /** Null: of all batches. */
  readonly batchId: BatchId | null;
  /** Null: whichever has something to show. */
  readonly filter: FacesFilter | null;
  /** Null: the first of the list. */
  readonly itemId: ItemId | null;
  /** In the order of the answer; null: the first to be read. */
  readonly faceIndex: number | null;
  /** Null: the better of the two results. */
  readonly source: FacesSource | null;
  readonly sheet: boolean;
  readonly boxes: boolean;
}

/** What became of a wish to look for faces. */
export interface FacesAsked {
  readonly queued: number;
  readonly refused: number;
}

export interface ViewState {
  readonly place: Place;
  readonly sheet: Sheet;
  readonly drag: Drag;
  readonly detailId: ItemId | null;
  readonly selection: Selection;
  /** Grows when the row with the keyboard should take the focus. */
  readonly focusWishes: number;
  /** Batches that were opened or closed by hand. */
  readonly expanded: ReadonlyMap<BatchId, boolean>;
  readonly undo: Undo | null;
  readonly faces: FacesView;
  readonly facesAsked: FacesAsked | null;
  readonly problems: readonly Problem[];
  /** Notices of the start and of the engine that have been read. */
  readonly dismissed: ReadonlySet<string>;
}

export type ViewStore = StoreApi<ViewState>;

export function createViewStore(): ViewStore {
  return createStore<ViewState>(() => ({
    place: { kind: 'queue' },
    sheet: { kind: 'none' },
    drag: { kind: 'none' },
    detailId: null,
    selection: NOTHING_SELECTED,
    focusWishes: 0,
    expanded: new Map(),
    undo: null,
    faces: {
      batchId: null,
      filter: null,
      itemId: null,
      faceIndex: null,
      source: null,
      sheet: false,
      boxes: true,
    },
    facesAsked: null,
    problems: [],
    dismissed: new Set(),
  }));
}
