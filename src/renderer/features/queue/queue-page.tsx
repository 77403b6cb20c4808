import type { ReactNode } from 'react';
import { useQueue } from '../../app-context';
import { EmptyQueue } from './empty';
import { QueueGrid } from './grid/grid';

/** @param needs What needs attention, shown above the rows. */
export function QueuePage({ needs }: { readonly needs: ReactNode }) {
  const loaded = useQueue((state) => state.queue !== null);
  const empty = useQueue((state) => state.queue?.batches.length === 0);
  if (!loaded) return null;
  if (empty) return <EmptyQueue />;
  return (
    <>
      {needs}
      <QueueGrid />
    </>
  );
}
