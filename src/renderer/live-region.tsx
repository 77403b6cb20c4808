import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import { useAppContext, useFormat } from './app-context';
import type { Format } from './i18n/format';
import { milestones, QUIET_MS, type Milestone } from './store/announcer';
import type { QueueState } from './store/queue-state';

function words(t: TFunction, format: Format, milestone: Milestone): string {
  switch (milestone.kind) {
    case 'begins':
      return t('live.begins', { name: milestone.batch.name });
    case 'share':
      return t('live.share', {
        name: milestone.batch.name,
        percent: format.percent(milestone.percent / 100),
      });
    case 'done':
      return t('live.done', {
        name: milestone.batch.name,
        count: milestone.batch.items,
        size: format.bytes(milestone.batch.totalBytes),
      });
    case 'needs':
      return t('live.needs', { count: milestone.causes });
  }
}

const viewOf = (queue: QueueState) => ({
  batches: queue.batches,
  causeIds: new Set(queue.causes.map((cause) => cause.id)),
});

/** Says politely what changed in the large; while it has to be quiet, a newer message takes the older one's place. */
export function LiveRegion() {
  const { queue } = useAppContext();
  const { t } = useTranslation();
  const format = useFormat();
  const [text, setText] = useState('');
  const saidAt = useRef(0);
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const stop = queue.api.subscribe((after, before) => {
      if (after.queue === before.queue || after.queue === null || before.queue === null) return;
      const last = milestones(viewOf(before.queue), viewOf(after.queue)).at(-1);
      if (last === undefined) return;
      clearTimeout(waiting);
      waiting = setTimeout(
        () => {
          saidAt.current = Date.now();
          setText(words(t, format, last));
        },
        Math.max(0, saidAt.current + QUIET_MS - Date.now()),
      );
    });
    return () => {
      clearTimeout(waiting);
      stop();
    };
  }, [queue, t, format]);
  return (
    <div className="hidden live" aria-live="polite">
      {text}
    </div>
  );
}
