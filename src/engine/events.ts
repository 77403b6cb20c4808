import type { Fault, Outcome } from '../shared/faults';
import type { DestinationId, ItemId } from '../shared/ids';
import type { Scope, Verb } from '../shared/queue-view';
import type { CredentialsNote } from './ports';
import type { CommandResult, ItemEnd, Recovered, ScanJob, StoreRecord, WorkItem } from './queue-ports';
import type { Step, StepOutcome } from './steps';

/** Timers by name: setting one again replaces it. */
export type TimerName =
  `item:${ItemId}` | `destination:${DestinationId}` | `leftovers:${DestinationId}` | `load:${DestinationId}`;

/** What happened. Every event carries the local time at which it did. */
export type EngineEvent = { readonly at: number } & (
  | { readonly kind: 'recovered'; readonly recovered: Recovered }
  | { readonly kind: 'destination-added'; readonly destinationId: DestinationId }
  | { readonly kind: 'connections'; readonly connections: number }
  | { readonly kind: 'scan-asked'; readonly job: ScanJob }
  | { readonly kind: 'work-found'; readonly job: ScanJob }
  /** Rows that a rule had held became runnable, none before this one. They may lie behind the cursor. */
  | { readonly kind: 'work-freed'; readonly destinationId: DestinationId; readonly itemId: ItemId }
  /** So many rows are held by a rule and will become runnable, or end, by themselves. */
  | { readonly kind: 'held-by-rules'; readonly items: number }
  | { readonly kind: 'scan-ended'; readonly job: ScanJob; readonly fault: Fault | null }
  | {
      readonly kind: 'work-loaded';
      readonly destinationId: DestinationId;
      readonly limit: number;
      readonly items: Outcome<readonly WorkItem[]>;
    }
  | { readonly kind: 'persisted'; readonly seq: number }
  | { readonly kind: 'store-trouble'; readonly fault: Fault | null }
  | { readonly kind: 'timer'; readonly timer: TimerName }
  | {
      readonly kind: 'credentials';
      readonly destinationId: DestinationId;
      readonly outcome: Outcome<CredentialsNote>;
    }
  | { readonly kind: 'credentials-changed'; readonly destinationId: DestinationId }
  | {
      readonly kind: 'probed';
      readonly destinationId: DestinationId;
      readonly outcome: Outcome<void>;
      readonly clockOffsetMs: number | null;
    }
  | { readonly kind: 'nudge' }
  | { readonly kind: 'command'; readonly id: number; readonly verb: Verb; readonly scope: Scope }
  | {
      readonly kind: 'command-applied';
      readonly id: number;
      readonly verb: Verb;
      readonly result: Outcome<CommandResult>;
    }
  | ({
      readonly kind: 'step-done';
      readonly request: number;
      readonly itemId: ItemId;
      readonly clockOffsetMs: number | null;
    } & StepOutcome)
  | { readonly kind: 'stop' }
);

/** What shall be done. The runner does it through the ports and feeds what came of it back as events. */
export type Effect =
  | { readonly kind: 'write'; readonly seq: number; readonly record: StoreRecord }
  | {
      readonly kind: 'load-work';
      readonly destinationId: DestinationId;
      readonly after: number;
      readonly limit: number;
    }
  | { readonly kind: 'ask-credentials'; readonly destinationId: DestinationId; readonly fresh: boolean }
  | {
      readonly kind: 'probe';
      readonly destinationId: DestinationId;
      readonly generation: number;
      readonly clockOffsetMs: number;
    }
  | { readonly kind: 'set-timer'; readonly timer: TimerName; readonly at: number }
  | {
      readonly kind: 'request';
      readonly request: number;
      readonly itemId: ItemId;
      readonly destinationId: DestinationId;
      readonly generation: number;
      readonly clockOffsetMs: number;
      readonly step: Step;
      /** These bytes were begun before. */
      readonly again: boolean;
    }
  | { readonly kind: 'cancel'; readonly request: number }
  | { readonly kind: 'scan'; readonly job: ScanJob }
  | {
      readonly kind: 'store-command';
      readonly id: number;
      readonly verb: Verb;
      readonly scope: Scope;
      readonly live: readonly ItemId[];
    }
  | {
      readonly kind: 'command-done';
      readonly id: number;
      readonly outcome: Outcome<{ readonly affected: number }>;
    }
  /** The end of an item is on the disk and may be told. */
  | { readonly kind: 'announce'; readonly item: WorkItem; readonly at: number; readonly end: ItemEnd };
