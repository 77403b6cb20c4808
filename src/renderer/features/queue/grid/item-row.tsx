import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ItemRow } from '../../../../shared/queue-view';
import { useApp, useFormat, useQueue } from '../../../app-context';
import { splitName } from '../../../i18n/format';
import { useAtMostEvery, useSecond } from '../../../ui/hooks';
import { Icon } from '../../../ui/icon';
import { FileName, fileIcon } from '../../../ui/parts';
import { StateLabel } from '../../../ui/state-label';
import { byRuleWord } from '../../../ingest-words';
import { Cells, NoteCell, NUMBERS_EVERY_MS, placed, Progress, type Placed } from './row-parts';
import { itemStateName, itemWord, LOOKS, noteOf, timeLeftWords, type StateName } from '../states';

/** "Retrying in 8 s" counts down; all other words stand. */
function ItemWord({ row }: { readonly row: ItemRow }) {
  return row.state.kind === 'retrying' ? <TickingWord row={row} /> : <StillWord row={row} now={0} />;
}

function TickingWord({ row }: { readonly row: ItemRow }) {
  return <StillWord row={row} now={useSecond()} />;
}

function StillWord({ row, now }: { readonly row: ItemRow; readonly now: number }) {
  const { t } = useTranslation();
  return itemWord(t, useFormat(), row.state, now);
}

interface ItemViewProps extends Placed {
  /** Absent while its page is on its way: the place is kept, nothing moves when it lands. */
  readonly row: ItemRow | undefined;
}

export const ItemView = memo(function ItemView({ row, ...place }: ItemViewProps) {
  const name = row === undefined ? undefined : itemStateName(row.state);
  const quiet = name === 'done' ? 'done' : name === 'skipped' || name === 'canceled' ? 'skipped' : '';
  return (
    <div
      className={`row item cols ${place.narrow ? 'narrow' : ''} ${quiet}`}
      role="row"
      aria-level={2}
      aria-rowindex={place.rowIndex}
      aria-selected={place.selected}
      aria-busy={row === undefined}
      tabIndex={place.tabStop ? 0 : -1}
      data-row-key={place.rowKey}
      data-item-id={row?.itemId}
      data-state={name}
      style={placed(place.offsetPx)}
    >
      {row === undefined || name === undefined ? (
        <div className="name" role="gridcell" />
      ) : (
        <ItemCells row={row} name={name} narrow={place.narrow} />
      )}
    </div>
  );
});

interface ItemCellsProps {
  readonly row: ItemRow;
  readonly name: StateName;
  readonly narrow: boolean;
}

/** The rule of the destination asks: both answers stand in the row. */
function FacesAnswers({ row, text }: { readonly row: ItemRow; readonly text: string }) {
  const { t } = useTranslation();
  const destinationId = useQueue(
    (state) => state.queue?.batches.find((batch) => batch.batchId === row.batchId)?.destinationId,
  );
  const ingest = useApp(
    (state) => state.destinations?.find((one) => one.destinationId === destinationId)?.profile.faces?.ingest,
  );
  const byRule = byRuleWord(t, ingest);
  return (
    <div className="note" role="gridcell">
      <span className="cut">{text}</span>
      {byRule !== null && (
        <button type="button" tabIndex={-1} className="act" data-act="by-rule">
          {byRule}
        </button>
      )}
      <button type="button" tabIndex={-1} className="act soft" data-act="as-usual">
        {t('faces.rule.asUsual')}
      </button>
    </div>
  );
}

function ItemCells({ row, name, narrow }: ItemCellsProps) {
  const { t } = useTranslation();
  const note = noteOf(t, useFormat(), row);
  return (
    <>
      <div className="name" role="gridcell">
        <Icon name={fileIcon(row.name)} />
        <FileName {...splitName(row.name)} />
      </div>
      <div className="st" role="gridcell">
        <StateLabel {...LOOKS[name]}>
          <ItemWord row={row} />
        </StateLabel>
        {row.state.kind === 'done' && row.state.callbackFault !== undefined && (
          // Without the note's column (the pane is open) this is all that tells it.
          <span
            className="state t-ask mark"
            role="img"
            aria-label={t('notes.untold')}
            title={t('notes.untold')}
          >
            <Icon name="warn" />
          </span>
        )}
      </div>
      {note === null || narrow ? (
        <ItemNumbers row={row} narrow={narrow} />
      ) : name === 'faces' ? (
        <FacesAnswers row={row} text={note.text} />
      ) : (
        <NoteCell note={note} />
      )}
    </>
  );
}

function ItemNumbers({ row, narrow }: { readonly row: ItemRow; readonly narrow: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const numbers = useAtMostEvery(row, NUMBERS_EVERY_MS);
  const { kind } = row.state;
  const paused = kind === 'paused';
  const uploading = kind === 'uploading';
  const speed = uploading ? numbers.bytesPerSecond : 0;
  const secondsLeft = speed > 0 ? (row.sizeBytes - numbers.sentBytes) / speed : null;
  const timeLeft = timeLeftWords(t, format, secondsLeft);
  const hasBar =
    uploading || kind === 'verifying' || kind === 'completing' || (paused && row.verifiedBytes > 0);
  return (
    <>
      {hasBar ? (
        <Progress
          label={t('progress.of', { name: row.name })}
          {...row}
          totalBytes={row.sizeBytes}
          timeLeft={timeLeft}
          held={paused}
        />
      ) : (
        <Cells />
      )}
      <Cells numeric>{format.bytes(row.sizeBytes)}</Cells>
      {!narrow && (
        <>
          <Cells numeric>{speed > 0 && format.speed(speed)}</Cells>
          <Cells numeric>
            {paused ? (
              <button type="button" tabIndex={-1} className="act soft" data-act="resume">
                {t('actions.resume')}
              </button>
            ) : row.state.kind === 'done' ? (
              format.clock(row.state.at)
            ) : (
              timeLeft
            )}
          </Cells>
        </>
      )}
    </>
  );
}
