import { useTranslation } from 'react-i18next';
import type { BatchRow } from '../../../shared/queue-view';
import { useFormat, useQueue } from '../../app-context';
import { shareOf } from '../../i18n/format';
import { speedPath } from '../../store/speed-history';
import { useAtMostEvery, useSecond } from '../../ui/hooks';
import { Bar, Spoken } from '../../ui/parts';
import { provenOf, timeAtLeastWords, timeLeftWords, unfinishedOf } from './states';

const SPARK = { width: 168, height: 30 };
const NUMBERS_EVERY_MS = 500;

function Sparkline({ label }: { readonly label: string }) {
  const speed = useQueue((state) => state.speed);
  const path = speedPath(speed, useSecond(), SPARK.width, SPARK.height);
  return (
    <svg
      viewBox={`0 0 ${SPARK.width} ${SPARK.height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {path !== null && (
        <>
          <path className="plot-fill" d={path.area} />
          <path className="plot-line" d={path.line} />
        </>
      )}
      <path className="plot-base" d={`M0 ${SPARK.height - 0.5}H${SPARK.width}`} />
    </svg>
  );
}

/** The batch that was proven last, for the quiet strip. */
function lastVerified(batches: readonly BatchRow[]): BatchRow | undefined {
  return batches.find((batch) => !batch.scanning && provenOf(batch) > 0 && unfinishedOf(batch) === 0);
}

function QuietStrip() {
  const { t } = useTranslation();
  const format = useFormat();
  const last = lastVerified(useQueue((state) => state.queue?.batches ?? []));
  return (
    <footer className="strip" data-zone="strip">
      <div className="two">
        <b>{t('strip.nothing')}</b>
        <span>
          {last === undefined
            ? t('strip.nothingYet')
            : t('strip.last', {
                name: last.name,
                count: provenOf(last),
                size: format.bytes(last.verifiedBytes),
              })}
        </span>
      </div>
    </footer>
  );
}

/** What all of it comes to. */
export function Strip() {
  const { t } = useTranslation();
  const format = useFormat();
  const summary = useQueue((state) => state.queue?.summary);
  const shown = useAtMostEvery(summary, NUMBERS_EVERY_MS) ?? summary;
  if (summary === undefined || shown === undefined) return <footer className="strip" data-zone="strip" />;
  const ended = summary.endedItems === summary.items && !summary.scanning;
  if (ended) return <QuietStrip />;
  // All of it is said only when all is proven: then the strip is quiet.
  const verified = Math.min(0.99, shareOf(summary.verifiedBytes, summary.totalBytes));
  const percent = Math.floor(shareOf(shown.verifiedBytes, shown.totalBytes) * 100 + 1e-9);
  const atLeast = t('numbers.atLeast');
  const bound = shown.scanning ? '≥ ' : '';
  const timeLeft = (shown.scanning ? timeAtLeastWords : timeLeftWords)(t, format, shown.secondsLeft);
  const time = shown.pausedByUser ? t('strip.paused') : timeLeft || t('strip.calculating');
  return (
    <footer className="strip" data-zone="strip">
      <Bar
        className="line"
        name={t('queue.title')}
        sent={shareOf(summary.sentBytes, summary.totalBytes)}
        verified={verified}
        words={t('progress.words', { percent: format.percent(verified), timeLeft: time })}
      />
      <div className="total">
        <b>
          {format.count(Math.min(99, percent))}
          <small>%</small>
        </b>
        <div className="two">
          <b>
            <Spoken
              text={t('strip.verified', {
                part: format.bytes(shown.verifiedBytes),
                all: `${bound}${format.bytes(shown.totalBytes)}`,
              })}
              atLeast={atLeast}
            />
          </b>
          <span>
            <Spoken
              text={t('strip.files', {
                done: format.count(shown.doneItems),
                count: shown.items,
                all: `${bound}${format.count(shown.items)}`,
              })}
              atLeast={atLeast}
            />
          </span>
        </div>
      </div>
      <div className="spark">
        <Sparkline label={t('strip.spark', { speed: format.speed(shown.bytesPerSecond) })} />
        <div className="two">
          <b>{format.speed(shown.bytesPerSecond)}</b>
          <span>{t('strip.connections', { count: shown.connections })}</span>
        </div>
      </div>
      <div className="two">
        <b>{time}</b>
        <span>{shown.scanning ? t('strip.scanning') : shown.pausedByUser ? t('strip.kept') : ''}</span>
      </div>
    </footer>
  );
}
