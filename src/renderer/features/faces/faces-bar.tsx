import { useTranslation } from 'react-i18next';
import type { FacesCounts, FacesFilter } from '../../../shared/faces';
import type { BatchId } from '../../../shared/ids';
import { useAppContext, useFormat, useView } from '../../app-context';
import type { FacesBatch } from '../../store/faces-store';
import { Icon } from '../../ui/icon';
import { IconButton } from '../../ui/parts';
import { ClearResults } from './clear-results';
import { FILTERS, filtersFor } from './results';

interface BatchChoiceProps {
  readonly batches: readonly FacesBatch[];
  /** Null: all of them. */
  readonly batchId: BatchId | null;
}

interface FacesBarProps extends BatchChoiceProps {
  readonly counts: FacesCounts;
  readonly filter: FacesFilter;
}

function BatchChoice({ batches, batchId }: BatchChoiceProps) {
  const { t } = useTranslation();
  const { view } = useAppContext();
  if (batches.length < 2) return batches[0]?.name ?? null;
  return (
    <span className="batch-choice">
      <select
        aria-label={t('faces.batch')}
        value={batchId ?? ''}
        onChange={({ target }) => {
          const chosen = batches.find((batch) => String(batch.batchId) === target.value);
          chooseBatch(view, chosen?.batchId ?? null);
        }}
      >
        <option value="">{t('faces.allBatches')}</option>
        {batches.map((batch) => (
          <option key={batch.batchId} value={batch.batchId}>
            {batch.name}
          </option>
        ))}
      </select>
      <Icon name="chevron-down" />
    </span>
  );
}

type View = ReturnType<typeof useAppContext>['view'];

function chooseBatch(view: View, batchId: BatchId | null): void {
  view.setState(({ faces }) => ({
    faces: { ...faces, batchId, filter: null, itemId: null, faceIndex: null },
  }));
}

function chooseFilter(view: View, filter: FacesFilter): void {
  view.setState(({ faces }) => ({ faces: { ...faces, filter, itemId: null, faceIndex: null } }));
}

/** Which pictures are shown; where there is little room, the same choice as a menu. */
function Filters({ counts, filter }: { readonly counts: FacesCounts; readonly filter: FacesFilter }) {
  const { t } = useTranslation();
  const { view } = useAppContext();
  const format = useFormat();
  const offered = filtersFor(counts, filter);
  const word = (one: (typeof FILTERS)[number]): string =>
    t(`faces.filters.${one}`, { amount: format.count(counts[one]) });
  return (
    <>
      <span className="seg wide-only" role="radiogroup" aria-label={t('faces.show')}>
        {offered.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="faces-filter"
              value={one}
              checked={filter === one}
              onChange={() => chooseFilter(view, one)}
            />
            {word(one)}
          </label>
        ))}
      </span>
      <span className="batch-choice slim-only">
        <select
          aria-label={t('faces.show')}
          value={filter}
          onChange={({ target }) => {
            const chosen = FILTERS.find((one) => one === target.value);
            if (chosen !== undefined) chooseFilter(view, chosen);
          }}
        >
          {offered.map((one) => (
            <option key={one} value={one}>
              {word(one)}
            </option>
          ))}
        </select>
        <Icon name="chevron-down" />
      </span>
    </>
  );
}

/** The bar of the place: whose pictures, which of them, and as pictures or as faces. */
export function FacesBar({ batches, batchId, counts, filter }: FacesBarProps) {
  const { t } = useTranslation();
  const { view } = useAppContext();
  const sheet = useView((state) => state.faces.sheet);
  return (
    <header className="bar faces-bar">
      <h1>{t('faces.title')}</h1>
      {counts.all > 0 && (
        <>
          <span className="of">
            <BatchChoice batches={batches} batchId={batchId} />
          </span>
          <span className="of cut">{t('faces.pictures', { count: counts.all })}</span>
        </>
      )}
      <span className="gap" />
      {counts.all > 0 && (
        <>
          <IconButton
            icon={sheet ? 'image' : 'grid'}
            label={t(sheet ? 'faces.onePicture' : 'faces.sheet')}
            onPress={() => view.setState(({ faces }) => ({ faces: { ...faces, sheet: !sheet } }))}
          />
          {!sheet && <Filters counts={counts} filter={filter} />}
          <ClearResults batchId={batchId} pictures={counts.all} />
        </>
      )}
    </header>
  );
}
