/** The messages between main and the engine process. Both sides are ours, so they are types alone. */
import type { Grant } from './credentials';
import type { Fault, Outcome } from './faults';
import type { FacesChange, LocalFaces } from './faces';
import type { DestinationId } from './ids';
import type { CallInput, CallName, CallValue, Reply } from './ipc/contract';
import type { CallbackReplay } from './callback-replay';
import type { Profile } from './profile';
import type { QueueDelta } from './queue-view';
import type { UploadUrlAnswer, UploadUrlQuestion } from './upload-urls';

export interface Destination {
  readonly destinationId: DestinationId;
  readonly profile: Profile;
}

/** The calls that main hands on to the engine process (`queue.add` after it has looked at the paths). */
export type EngineCall =
  | 'queue.add'
  | 'queue.snapshot'
  | 'queue.items'
  | 'queue.detail'
  | 'queue.command'
  | Exclude<Extract<CallName, `faces.${string}`>, 'faces.picture'>;

export type ToEngine =
  | {
      readonly kind: 'start';
      /** Folder of the durable queue; made if missing. */
      readonly directory: string;
      readonly destinations: readonly Destination[];
      /** Most sockets at once, 1 to 32. */
      readonly connections: number;
    }
  | { readonly kind: 'destinations'; readonly destinations: readonly Destination[] }
  | { readonly kind: 'connections'; readonly connections: number }
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly name: EngineCall;
      readonly input: CallInput<EngineCall>;
    }
  | { readonly kind: 'credentials'; readonly id: number; readonly outcome: Outcome<Grant> }
  | { readonly kind: 'upload-urls'; readonly id: number; readonly outcome: Outcome<UploadUrlAnswer> }
  | { readonly kind: 'noticed'; readonly id: number; readonly outcome: Outcome<void> }
  | { readonly kind: 'detected'; readonly id: number; readonly outcome: Outcome<LocalFaces> }
  /** New credentials can be had (the user signed in): ask again at once. */
  | { readonly kind: 'credentials-changed'; readonly destinationId: DestinationId }
  /** The machine woke up or the system says that the network is back: probe at once. */
  | { readonly kind: 'nudge' }
  /** Stops cleanly: nothing new is sent, what is known is committed. Answered by `stopped`. */
  | { readonly kind: 'stop' };

export type FromEngine =
  /** The queue is open. Counts what an earlier run left unfinished, and the bytes of it that are safe already. */
  | { readonly kind: 'ready'; readonly resumedItems: number; readonly keptBytes: number }
  /** The queue cannot be opened (disk, damage): the sentence goes to the user. */
  | { readonly kind: 'broken'; readonly fault: Fault }
  | { readonly kind: 'reply'; readonly id: number; readonly reply: Reply<CallValue<EngineCall>> }
  | { readonly kind: 'delta'; readonly delta: QueueDelta }
  | {
      readonly kind: 'ask-credentials';
      readonly id: number;
      readonly destinationId: DestinationId;
      readonly fresh: boolean;
    }
  /** The server that signs wants a bearer token, which only main has. */
  | {
      readonly kind: 'ask-upload-urls';
      readonly id: number;
      readonly destinationId: DestinationId;
      readonly question: UploadUrlQuestion;
      readonly fresh: boolean;
    }
  /** The server that takes notices wants the same bearer. */
  | {
      readonly kind: 'send-notice';
      readonly id: number;
      readonly destinationId: DestinationId;
      readonly notice: CallbackReplay;
    }
  /** Looks for faces in a file; the detector's process is main's. */
  | { readonly kind: 'detect'; readonly id: number; readonly path: string }
  | { readonly kind: 'faces-changed'; readonly change: FacesChange }
  | { readonly kind: 'stopped' };

/** One end of the link, whatever carries it (parentPort, UtilityProcess, a pair in memory for tests). */
export interface Link<In, Out> {
  send(message: Out): void;
  onMessage(listener: (message: In) => void): void;
}
