import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { BatchRow } from '../../../../shared/queue-view';
import { useFormat } from '../../../app-context';
import { useAtMostEvery } from '../../../ui/hooks';
import { Icon } from '../../../ui/icon';
import { Spoken } from '../../../ui/parts';
import { StateLabel } from '../../../ui/state-label';
import { Cells, NoteCell, NUMBERS_EVERY_MS, placed, Progress, type Placed } from './row-parts';
import { batchStateName, batchWord, LOOKS, timeLeftWords, unfinishedOf, type StateName } from '../states';

/** A conflict wants an answer, not the same question again: its answers stand above the queue and in the pane. */
const ASKS_RETRY: readonly StateName[] = ['failed', 'source-changed'];

interface BatchRowViewProps extends Placed {
  readonly batch: BatchRow;
  readonly expanded: boolean;
  readonly first: boolean;
}

export const BatchRowView = memo(function BatchView({ batch, expanded, first, ...place }: BatchRowViewProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = batchStateName(batch);
  const numbers = useAtMostEvery(batch, NUMBERS_EVERY_MS);
  const atLeast = t('numbers.atLeast');
  const bound = batch.scanning ? '≥ ' : '';
  const size = format.bytes(numbers.totalBytes);
  const unfinished = batch.scanning || unfinishedOf(batch) > 0;
  const timeLeft = timeLeftWords(t, format, numbers.secondsLeft);
  const moving = unfinished && (batch.verifiedBytes > 0 || batch.sentBytes > 0);
  const held = ['paused', 'schedule', 'offline', 'credentials'].includes(name);
  const waits = name === 'offline' || name === 'credentials';
  return (
    <div
      className={`row batch cols ${place.narrow ? 'narrow' : ''} ${name === 'done' ? 'done' : ''} ${first ? 'first' : ''}`}
      role="row"
      aria-level={1}
      aria-rowindex={place.rowIndex}
      aria-expanded={expanded}
      aria-selected={place.selected}
      tabIndex={place.tabStop ? 0 : -1}
      data-row-key={place.rowKey}
      data-batch-id={batch.batchId}
      data-state={name}
      style={placed(place.offsetPx)}
    >
      <div className="name" role="gridcell">
        <span className="twist" data-act="twist" aria-hidden="true">
          <Icon name={expanded ? 'chevron-down' : 'chevron-right'} />
        </span>
        <Icon name={batch.kind === 'folder' ? 'folder' : 'file'} />
        <span className="cut">{batch.name}</span>
        {!place.narrow && (
          <span className="meta">
            <Spoken text={`${bound}${t('queue.files', { count: batch.items })}`} atLeast={atLeast} />
          </span>
        )}
      </div>
      <div className="st" role="gridcell">
        <StateLabel {...LOOKS[name]}>
          <Spoken text={batchWord(t, format, batch, place.narrow)} atLeast={atLeast} />
        </StateLabel>
      </div>
      {waits && !place.narrow ? (
        <NoteCell
          note={{
            text: t(name === 'offline' ? 'notes.offline' : 'notes.credentials'),
            action: name === 'offline' ? null : { act: 'resume', label: t('actions.tryNow'), soft: false },
          }}
        />
      ) : (
        <>
          {moving && !waits ? (
            <Progress
              label={t('progress.of', { name: batch.name })}
              {...batch}
              timeLeft={timeLeft}
              held={held}
            />
          ) : (
            <Cells />
          )}
          <Cells numeric>
            {moving && !place.narrow && !batch.scanning && (
              <span className="part">{format.partOf(numbers.verifiedBytes, numbers.totalBytes)} / </span>
            )}
            <Spoken text={`${bound}${size}`} atLeast={atLeast} />
          </Cells>
          {!place.narrow && (
            <>
              <Cells numeric>{numbers.bytesPerSecond > 0 && format.speed(numbers.bytesPerSecond)}</Cells>
              <Cells numeric>
                <BatchAction name={name} timeLeft={unfinished ? timeLeft : ''} />
              </Cells>
            </>
          )}
        </>
      )}
    </div>
  );
});

function BatchAction({ name, timeLeft }: { readonly name: StateName; readonly timeLeft: string }) {
  const { t } = useTranslation();
  const act = name === 'paused' ? 'resume' : ASKS_RETRY.includes(name) ? 'retry' : null;
  if (act === null) return timeLeft;
  const asks = name === 'source-changed';
  return (
    <button type="button" tabIndex={-1} className={`act ${asks ? '' : 'soft'}`} data-act={act}>
      {t(asks ? 'actions.uploadAgain' : `actions.${act}`)}
    </button>
  );
}
