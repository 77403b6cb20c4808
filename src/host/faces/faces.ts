/**
 * Faces in pictures, beside the uploads and without ever changing one: the lines of questions, the rule that looks
 * before it sends, and what the window asks (docs/decisions/faces-are-questions.md).
 */
import type { TemporaryCredentials } from '../../shared/credentials';
import type { Detector, FacesChange, FacesSource, IngestAnswer } from '../../shared/faces';
import type { Fault, Outcome } from '../../shared/faults';
import { batchOf, type BatchId, type DestinationId, type ItemId } from '../../shared/ids';
import type { Scope } from '../../shared/queue-view';
import type { FaceQuestion, FacesNote } from '../../store/faces/faces-types';
import type { QueueStore } from '../../store/queue-types';
import { FacesFeed } from './faces-feed';
import { ImmCredentials } from './imm-credentials';
import { askImm, lookHere, type AskPorts } from './askers';
import { nobodyToAsk, verdictOf } from './ingest-rule';
import { Lane, MOST_AT_ONCE, type Asked } from './lane';

/** How often IMM may refuse one picture before that is its answer. */
const MOST_REFUSALS = 8;
/** A detector that stumbles over one picture gets two more tries: an upload may wait for it. */
const MOST_LOCAL_FAILURES = 3;
const MOST_ASKING = 100;
const DEFAULT_PER_SECOND = 5;
const THIS_DEVICE = '' as DestinationId;

/** What came to its end without the engine. */
export interface RefusedPicture {
  readonly key: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly at: number;
  readonly fault: Fault;
}

/** What a rule made of a picture that goes by itself: told when it is decided, before a byte of it moves. */
export interface DecidedPicture {
  readonly path: string;
  /** Where it goes. */
  readonly key: string;
  /** Null: nobody could look (`fault` says why), and it goes as usual. */
  readonly faces: number | null;
  readonly tag: string | null;
  readonly fault: Fault | null;
}

export interface FacesOptions extends AskPorts {
  readonly store: QueueStore;
  readonly random: () => number;
  /** Null: none here. */
  readonly detector: Detector | null;
  /** Somebody answers where a rule asks; else such a picture ends as failed. */
  readonly asksUser: boolean;
  readonly destinationIds: () => readonly DestinationId[];
  readonly credentials: {
    readonly newest: (destinationId: DestinationId) => TemporaryCredentials | null;
    readonly ask: (destinationId: DestinationId, fresh: boolean) => Promise<Outcome<TemporaryCredentials>>;
    readonly clockOffsetMs: (destinationId: DestinationId) => number;
  };
  readonly onChange: (change: FacesChange) => void;
  /** Rows became runnable, none of this destination before this one. */
  readonly onFreed: (destinationId: DestinationId, itemId: ItemId) => void;
  /** So many rows will become runnable, or end, by themselves. */
  readonly onHeld: (items: number) => void;
  /** Rows that no engine holds look different now. */
  readonly onRows: (itemIds: readonly ItemId[]) => void;
  readonly onRefused: (refused: RefusedPicture) => void;
  readonly onDecided?: (decided: DecidedPicture) => void;
}

export class Faces {
  readonly feed: FacesFeed;
  readonly #options: FacesOptions;
  readonly #credentials: ImmCredentials;
  readonly #local: Lane;
  readonly #lanes = new Map<DestinationId, Lane>();
  readonly #destinationOf = new Map<BatchId, DestinationId>();
  #held = -1;
  #closed = false;

  constructor(options: FacesOptions) {
    this.#options = options;
    const { credentials, clock, store } = options;
    this.#credentials = new ImmCredentials({
      newest: credentials.newest,
      ask: credentials.ask,
      serverNow: (id) => clock.now() + credentials.clockOffsetMs(id),
    });
    this.feed = new FacesFeed({
      store: store.faces,
      clock,
      onChange: (change) => {
        options.onRows(change.itemIds);
        options.onChange(change);
      },
      onReleased: (itemIds) => this.#released(itemIds),
    });
    this.#local = new Lane({
      ...this.#laneOf('local', THIS_DEVICE),
      perSecond: () => null,
      // The detector is one process with one model in memory.
      atOnce: () => 1,
      mostRefusals: MOST_LOCAL_FAILURES,
      ask: (question) => lookHere(options.detector, question),
    });
    store.faces.onTouched(() => this.wake());
  }

  /** To be called when questions, destinations or rows may have changed. */
  wake(): void {
    if (this.#closed) return;
    this.feed.note();
    if (!this.#options.asksUser) this.#refuseAsking();
    this.#tellHeld();
    this.#local.wake();
    for (const destinationId of this.#options.destinationIds()) this.#lane(destinationId).wake();
  }

  /** Credentials or the network may be there again. */
  nudge(): void {
    this.#local.nudge();
    for (const lane of this.#lanes.values()) lane.nudge();
  }

  ask(
    source: FacesSource,
    scope: Scope,
    allowed: (destinationId: DestinationId) => boolean,
  ): Promise<Outcome<{ readonly queued: number; readonly refused: number }>> {
    return this.#options.store.faces.ask(source, scope, allowed);
  }

  clear(scope: Scope): Promise<Outcome<{ readonly cleared: number }>> {
    return this.#options.store.faces.clear(scope);
  }

  /** What the questions of a destination to IMM wait for; null: their turn alone. */
  immWait(destinationId: DestinationId): Fault | null {
    return this.#lanes.get(destinationId)?.trouble ?? null;
  }

  decide(itemIds: readonly ItemId[], how: IngestAnswer): Outcome<{ readonly affected: number }> {
    return this.#options.store.faces.decide(itemIds, how);
  }

  /** Nothing more is asked; questions stay on the disk. */
  close(): void {
    this.#closed = true;
    this.feed.close();
    this.#local.close();
    for (const lane of this.#lanes.values()) lane.close();
    this.#options.watch.close();
  }

  #lane(destinationId: DestinationId): Lane {
    const known = this.#lanes.get(destinationId);
    if (known !== undefined) return known;
    const perSecond = (): number =>
      this.#options.place(destinationId)?.faces?.perSecond ?? DEFAULT_PER_SECOND;
    const made = new Lane({
      ...this.#laneOf('imm', destinationId),
      perSecond,
      // Two seconds for an answer keep the rate; slower ones lower it.
      atOnce: () => Math.min(MOST_AT_ONCE, Math.max(2, Math.ceil(perSecond() * 2))),
      mostRefusals: MOST_REFUSALS,
      ask: (question) => askImm(this.#options, this.#credentials, question),
    });
    this.#lanes.set(destinationId, made);
    return made;
  }

  #laneOf(source: FacesSource, destinationId: DestinationId) {
    const { clock, random, store } = this.#options;
    return {
      source,
      destinationId,
      clock,
      random,
      store: store.faces,
      settle: (question: FaceQuestion, asked: Extract<Asked, { kind: 'answered' }>) =>
        this.#settle(question, asked),
      onTrouble: () => this.feed.noteWaits(),
    };
  }

  #settle(question: FaceQuestion, { outcome, project }: Extract<Asked, { kind: 'answered' }>): boolean {
    const { store, clock } = this.#options;
    const { itemId, source, key, etag } = question;
    const isImm = source === 'imm';
    const note: FacesNote = {
      itemId,
      source,
      at: clock.now(),
      project,
      etag: isImm ? etag : null,
      key: isImm ? key : null,
      answer: outcome.ok ? outcome.value : { kind: 'failed', fault: outcome.fault },
      verdict: verdictOf(question, outcome.ok ? outcome.value.faces : null),
    };
    const noted = store.faces.note(note);
    if (!noted.ok) return false;
    if (noted.value) this.#tellVerdict(question, note);
    return true;
  }

  #tellVerdict(question: FaceQuestion, { at, answer, verdict }: FacesNote): void {
    if (verdict?.kind === 'refuse') this.#tellRefused(question, at, verdict.fault);
    if (verdict?.kind !== 'go') return;
    const { faces, tag, key } = verdict;
    const why = answer.kind === 'failed' ? answer.fault : null;
    const { sourcePath: path, key: usual } = question;
    this.#options.onDecided?.({ path, key: key ?? usual, faces, tag, fault: why });
  }

  #tellRefused({ itemId, key, sourcePath }: FaceQuestion, at: number, why: Fault): void {
    const row = this.#options.store.row(itemId);
    const sizeBytes = row.ok ? (row.value?.sizeBytes ?? 0) : 0;
    this.#options.onRefused({ key, path: sourcePath, sizeBytes, at, fault: why });
  }

  /** Where nobody can be asked, a picture that a rule asks about has failed, as a conflict under `ask` has. */
  #refuseAsking(): void {
    const { store, clock, onRefused } = this.#options;
    for (;;) {
      const asking = store.faces.asking(MOST_ASKING);
      if (!asking.ok || asking.value.length === 0) return;
      for (const { itemId, key, sourcePath, sizeBytes, faces } of asking.value) {
        const at = clock.now();
        const why = nobodyToAsk(faces, key);
        if (!store.faces.refuse(itemId, at, why).ok) return;
        onRefused({ key, path: sourcePath, sizeBytes, at, fault: why });
      }
    }
  }

  #released(itemIds: readonly ItemId[]): void {
    const { onFreed, onRows } = this.#options;
    const first = new Map<DestinationId, ItemId>();
    for (const itemId of itemIds) {
      const destinationId = this.#destination(batchOf(itemId));
      if (destinationId !== null)
        first.set(destinationId, Math.min(first.get(destinationId) ?? itemId, itemId) as ItemId);
    }
    // Told to be runnable before they stop being waited for: the engine must not believe that nothing is left.
    for (const [destinationId, itemId] of first) onFreed(destinationId, itemId);
    this.#tellHeld();
    onRows(itemIds);
  }

  #destination(batchId: BatchId): DestinationId | null {
    const known = this.#destinationOf.get(batchId);
    if (known !== undefined) return known;
    const plan = this.#options.store.batchPlan(batchId);
    if (!plan.ok || plan.value === null) return null;
    this.#destinationOf.set(batchId, plan.value.destinationId);
    return plan.value.destinationId;
  }

  #tellHeld(): void {
    const { store, asksUser, onHeld } = this.#options;
    const held = store.faces.held();
    if (!held.ok) return;
    const items = held.value.looking + (asksUser ? 0 : held.value.asking);
    if (items === this.#held) return;
    this.#held = items;
    onHeld(items);
  }
}
