import { memo, type CSSProperties, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { BatchRow, ItemRow } from '../../../shared/queue-view';
import { useApp, useFormat, useQueue } from '../../ferry';
import { shareOf, splitName } from '../../i18n/format';
import { useAtMostEvery, useSecond } from '../../ui/hooks';
import { Icon } from '../../ui/icon';
import { Bar, FileName, fileIcon, Spoken } from '../../ui/parts';
import { StateLabel } from '../../ui/state-label';
import { byRuleWord } from '../../ingest-words';
import type { RowKey } from './row-map';
import {
  batchStateName,
  batchWord,
  itemStateName,
  itemWord,
  LOOKS,
  noteOf,
  timeLeftWords,
  unfinishedOf,
  type Note,
  type StateName,
} from './states';

/** Numbers may change twice a second, bars with each delta. */
const NUMBERS_EVERY_MS = 500;

/** Only a whole object that is proven is all of it; parts that match say 99% at most. */
const UNPROVEN = 0.99;

interface Placed {
  readonly rowKey: RowKey;
  readonly rowIndex: number;
  readonly offsetPx: number;
  readonly selected: boolean;
  readonly tabStop: boolean;
  /** The pane is open: fewer columns. */
  readonly narrow: boolean;
}

const placed = (offsetPx: number): CSSProperties => ({ transform: `translateY(${offsetPx}px)` });

function Cells({ children, numeric = false }: { readonly children?: ReactNode; readonly numeric?: boolean }) {
  return (
    <div role="gridcell" className={numeric ? 'num' : undefined}>
      {children}
    </div>
  );
}

function Progress(props: {
  readonly label: string;
  readonly sentBytes: number;
  readonly verifiedBytes: number;
  readonly totalBytes: number;
  readonly timeLeft: string;
  readonly held: boolean;
}) {
  const format = useFormat();
  const { t } = useTranslation();
  const verified = shareOf(props.verifiedBytes, props.totalBytes);
  const percent = format.percent(useAtMostEvery(Math.min(UNPROVEN, verified), NUMBERS_EVERY_MS));
  const words = props.timeLeft === '' ? percent : t('progress.words', { percent, timeLeft: props.timeLeft });
  return (
    <div className="prog" role="gridcell">
      <Bar
        name={props.label}
        sent={shareOf(props.sentBytes, props.totalBytes)}
        verified={verified}
        words={words}
        held={props.held}
      />
      <span className="pc">{percent}</span>
    </div>
  );
}

function NoteCell({ note }: { readonly note: Note }) {
  return (
    <div className="note" role="gridcell">
      <span className="cut">{note.text}</span>
      {note.action !== null && (
        <button
          type="button"
          tabIndex={-1}
          className={`act ${note.action.soft ? 'soft' : ''}`}
          data-act={note.action.act}
        >
          {note.action.label}
        </button>
      )}
    </div>
  );
}

const ASKS_RETRY: readonly StateName[] = ['failed', 'conflict', 'source-changed'];

interface BatchViewProps extends Placed {
  readonly batch: BatchRow;
  readonly expanded: boolean;
  readonly first: boolean;
}

export const BatchView = memo(function BatchView({ batch, expanded, first, ...place }: BatchViewProps) {
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
