import type { EngineCall } from '../../shared/engine-link';
import { failure, fault, success } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';
import type { CallInput, CallValue, Handlers, Reply } from '../../shared/ipc/contract';
import type { EngineStatus } from '../../shared/queue-view';
import { inspectSources } from '../sources';

/** What the handlers need of the engine's supervisor. */
export interface EngineClient {
  call<C extends EngineCall>(name: C, input: CallInput<C>): Promise<Reply<CallValue<C>>>;
  status(): EngineStatus;
}

/** What the handlers need of the desktop around the window. */
export interface Desktop {
  /** Absolute paths; none when the dialog was closed. */
  choose(what: 'files' | 'folder'): Promise<readonly string[]>;
  /** False when there is no such file. */
  reveal(path: string): Promise<boolean>;
  copy(text: string): void;
}

type Served = Extract<keyof Handlers, `queue.${string}`> | 'source.reveal' | 'clipboard.write';

export interface QueueDependencies {
  readonly engine: EngineClient;
  readonly desktop: Desktop;
  readonly hasDestination: (destinationId: DestinationId) => boolean;
}

/** What the window asks about the queue; all but the looks at the desktop goes to the engine. */
export function queueHandlers({
  engine,
  desktop,
  hasDestination,
}: QueueDependencies): Pick<Handlers, Served> {
  const add = async (
    destinationId: DestinationId,
    paths: readonly string[],
  ): Promise<Reply<CallValue<'queue.add'>>> => {
    if (!hasDestination(destinationId))
      return failure(fault('invalid-input', 'This destination no longer exists; choose another one.'));
    const sound = await inspectSources(paths);
    return sound.ok ? engine.call('queue.add', { destinationId, paths: [...paths] }) : sound;
  };
  return {
    'queue.choose': async ({ destinationId, what }) => {
      const paths = await desktop.choose(what);
      return paths.length === 0 ? success({ batchId: null }) : add(destinationId, paths);
    },
    'queue.add': ({ destinationId, paths }) => add(destinationId, paths),
    'queue.snapshot': async (input) => {
      const reply = await engine.call('queue.snapshot', input);
      // Only main knows how often the engine was started.
      return reply.ok ? success({ ...reply.value, engine: engine.status() }) : reply;
    },
    'queue.items': (input) => engine.call('queue.items', input),
    'queue.detail': (input) => engine.call('queue.detail', input),
    'queue.command': (input) => engine.call('queue.command', input),
    'source.reveal': async ({ itemId }) => {
      const detail = await engine.call('queue.detail', { itemId });
      if (!detail.ok) return detail;
      // The window names an item, never a path: only what was queued can be shown.
      if (detail.value === null)
        return failure(fault('invalid-input', 'This file is not in the queue any more.'));
      const path = detail.value.sourcePath;
      const isShown = await desktop.reveal(path);
      return isShown ? success({}) : failure(fault('source-missing', `${path} is not there any more.`));
    },
    'clipboard.write': ({ text }) => {
      desktop.copy(text);
      return Promise.resolve(success({}));
    },
  };
}
