import type { CSSProperties, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../app-context';
import { shareOf } from '../../../i18n/format';
import { useAtMostEvery } from '../../../ui/hooks';
import { Bar } from '../../../ui/parts';
import type { RowKey } from './row-map';
import type { Note } from '../states';

/** Numbers may change twice a second, bars with each delta. */
export const NUMBERS_EVERY_MS = 500;

/** Only a whole object that is proven is all of it; parts that match say 99% at most. */
const UNPROVEN = 0.99;

export interface Placed {
  readonly rowKey: RowKey;
  readonly rowIndex: number;
  readonly offsetPx: number;
  readonly selected: boolean;
  readonly tabStop: boolean;
  /** The pane is open: fewer columns. */
  readonly narrow: boolean;
}

export const placed = (offsetPx: number): CSSProperties => ({ transform: `translateY(${offsetPx}px)` });

export function Cells({
  children,
  numeric = false,
}: {
  readonly children?: ReactNode;
  readonly numeric?: boolean;
}) {
  return (
    <div role="gridcell" className={numeric ? 'num' : undefined}>
      {children}
    </div>
  );
}

export function Progress(props: {
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

export function NoteCell({ note }: { readonly note: Note }) {
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
