import type { Handlers, Reply } from '../../shared/ipc/contract';
import type { Picture } from '../../shared/faces';
import type { ItemId } from '../../shared/ids';
import type { EngineClient } from './handlers-queue';

type Served = Extract<keyof Handlers, `faces.${string}`>;

export interface FacesDependencies {
  readonly engine: EngineClient;
  /** The picture of an item, made by the detector's process. */
  readonly picture: (itemId: ItemId) => Promise<Reply<Picture>>;
}

/** What the window asks about faces; all but the picture itself goes to the engine. */
export function facesHandlers({ engine, picture }: FacesDependencies): Pick<Handlers, Served> {
  return {
    'faces.batches': (input) => engine.call('faces.batches', input),
    'faces.page': (input) => engine.call('faces.page', input),
    'faces.sheet': (input) => engine.call('faces.sheet', input),
    'faces.detail': (input) => engine.call('faces.detail', input),
    'faces.picture': ({ itemId }) => picture(itemId),
    'faces.ask': (input) => engine.call('faces.ask', input),
    'faces.clear': (input) => engine.call('faces.clear', input),
    'faces.decide': (input) => engine.call('faces.decide', input),
  };
}
