import { useEffect, useState } from 'react';
import type { FacesDetail, Picture } from '../../../shared/faces';
import type { ItemId } from '../../../shared/ids';
import { useFaces, useAppContext, useQueue } from '../../app-context';

/** What is known of a picture; undefined until the first answer, null where its row is gone. */
export function useFacesDetail(itemId: ItemId): FacesDetail | null | undefined {
  const { faces } = useAppContext();
  const version = useFaces((state) => state.version);
  useEffect(() => faces.wantDetail(itemId), [faces, itemId, version]);
  return faces.detail(itemId);
}

/** While one walks quickly through pictures, only the one that one stays at is opened. */
const STAY_MS = 90;

/** The picture of an item from this disk; undefined while it is being opened. */
export function usePicture(itemId: ItemId): Picture | undefined {
  const { bridge } = useAppContext();
  const isRunning = useQueue((state) => state.engine.kind === 'running');
  const [known, setKnown] = useState<{ readonly itemId: ItemId; readonly picture: Picture } | null>(null);
  useEffect(() => {
    let isGone = false;
    const timer = setTimeout(() => {
      void bridge.call('faces.picture', { itemId }).then((reply) => {
        // A refusal is the engine's and says nothing of the picture: it is asked again when that runs again.
        if (!isGone && reply.ok) setKnown({ itemId, picture: reply.value });
      });
    }, STAY_MS);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [bridge, itemId, isRunning]);
  return known?.itemId === itemId ? known.picture : undefined;
}
