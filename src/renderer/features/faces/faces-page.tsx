import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { inReadingOrder, type Face, type FacesCounts, type FacesDetail } from '../../../shared/faces';
import type { BatchId, ItemId } from '../../../shared/ids';
import { useFaces, useAppContext, useView } from '../../app-context';
import { rowsName, type FacesBatch, type RowsOf } from '../../store/faces-store';
import { Icon } from '../../ui/icon';
import { ContactSheet } from './contact-sheet';
import { FacesBar } from './faces-bar';
import { FacesPane } from './faces-pane';
import { FilmStrip } from './film-strip';
import { filterAtFirst, shownResult } from './results';
import { Stage } from './stage';
import { useFacesDetail, usePicture } from './use-faces';

const NO_BATCHES: readonly FacesBatch[] = [];
const NO_FACES: readonly Face[] = [];
const NOTHING: FacesCounts = { all: 0, with: 0, without: 0, failed: 0, waiting: 0, asking: 0 };

/** The batch that was chosen while it is there, and its counts; else all. */
function useBatch(): {
  readonly batches: readonly FacesBatch[];
  readonly batchId: BatchId | null;
  readonly counts: FacesCounts;
} {
  const { faces } = useAppContext();
  const version = useFaces((state) => state.version);
  const batches = useFaces((state) => state.batches ?? NO_BATCHES);
  const all = useFaces((state) => state.counts ?? NOTHING);
  const wished = useView((state) => state.faces.batchId);
  useEffect(() => faces.wantBatches(), [faces, version]);
  const chosen = batches.find(({ batchId }) => batchId === wished);
  return { batches, batchId: chosen?.batchId ?? null, counts: chosen?.counts ?? all };
}

/** The list on view, its first page wanted, and the picture of it that is shown. */
function useList(of: RowsOf, itemId: ItemId | null) {
  const { faces, view } = useAppContext();
  const version = useFaces((state) => state.version);
  const { batchId, filter } = of;
  useEffect(() => faces.wantRows({ batchId, filter }, 0, 0), [faces, batchId, filter, version]);
  const list = rowsName(of);
  const shownId = itemId ?? faces.rows.rowAt(list, 0)?.itemId ?? null;
  // What was first stays on the stage when others come before it.
  useEffect(() => {
    if (itemId === null && shownId !== null)
      view.setState((state) => ({ faces: { ...state.faces, itemId: shownId } }));
  }, [view, itemId, shownId]);
  const at = shownId === null ? undefined : faces.rows.find(list, (row) => row.itemId === shownId);
  return { total: faces.rows.total(list), shownId, at };
}

function Empty({ filter }: { readonly filter: RowsOf['filter'] | 'none' }) {
  const { t } = useTranslation();
  return (
    <div className="hollow" data-zone="stage">
      <div className="say">
        <Icon name="face" />
        <h2>{t(`faces.empty.${filter}`)}</h2>
        {filter === 'none' && <p>{t('faces.empty.noneMore')}</p>}
      </div>
    </div>
  );
}

interface Around {
  readonly strip: ReactNode;
  readonly notes: ReactNode;
}

/** One picture on the stage with its pane. */
function PictureView({ detail, strip, notes }: Around & { readonly detail: FacesDetail }) {
  const { view } = useAppContext();
  const { faceIndex, source, boxes } = useView((state) => state.faces);
  const picture = usePicture(detail.itemId);
  const [lit, setLit] = useState<number | null>(null);
  const result = shownResult(detail, source);
  const faces = result?.state.kind === 'found' ? result.faces : NO_FACES;
  const order = useMemo(() => inReadingOrder(faces), [faces]);
  const at = faceIndex === null ? 0 : order.indexOf(faceIndex);
  const chosen = at < 0 ? 0 : at;
  const change = (some: Partial<ReturnType<typeof view.getState>['faces']>): void =>
    view.setState((state) => ({ faces: { ...state.faces, ...some } }));
  const pair = {
    faces,
    order,
    chosen,
    lit,
    onLit: setLit,
    onChoose: (position: number) => change({ faceIndex: order[position] ?? null }),
  };
  return (
    <>
      <main className="page">
        {notes}
        <Stage
          name={detail.name}
          picture={picture}
          frame={result?.image ?? null}
          boxes={boxes}
          onBoxes={(shown) => change({ boxes: shown })}
          {...pair}
        />
        {strip}
      </main>
      <FacesPane
        detail={detail}
        result={result}
        picture={picture}
        onSource={(wished) => change({ source: wished, faceIndex: null })}
        {...pair}
      />
    </>
  );
}

function Pictures({ of, notes }: { readonly of: RowsOf; readonly notes: ReactNode }) {
  const { view } = useAppContext();
  const itemId = useView((state) => state.faces.itemId);
  const { total, shownId, at } = useList(of, itemId);
  const select = (next: ItemId): void =>
    view.setState(({ faces }) => ({ faces: { ...faces, itemId: next, faceIndex: null } }));
  const strip =
    total === null || total === 0 ? null : (
      <FilmStrip key={rowsName(of)} of={of} total={total} selected={at} onSelect={select} />
    );
  if (shownId === null)
    return (
      <main className="page">
        {notes}
        {total === 0 && <Empty filter={of.filter} />}
      </main>
    );
  return <OnePicture itemId={shownId} strip={strip} notes={notes} />;
}

function OnePicture({ itemId, strip, notes }: Around & { readonly itemId: ItemId }) {
  const { t } = useTranslation();
  const detail = useFacesDetail(itemId);
  if (detail === undefined || detail === null)
    return (
      <main className="page">
        {notes}
        <div className="stage" data-zone="stage">
          {detail === null && <p className="no-picture">{t('detail.gone')}</p>}
        </div>
        {strip}
      </main>
    );
  return <PictureView key={itemId} detail={detail} strip={strip} notes={notes} />;
}

interface FacesPageProps {
  /** What the start, the engine and refused calls have to say. */
  readonly notes: ReactNode;
}

/** The place Faces: pictures that were looked at, one by one or all their faces at once. */
export function FacesPage({ notes }: FacesPageProps) {
  const { view } = useAppContext();
  const { filter: wished, sheet } = useView((state) => state.faces);
  const { batches, batchId, counts } = useBatch();
  const known = useFaces((state) => state.counts !== null);
  const filter = wished ?? filterAtFirst(counts);
  return (
    <>
      <FacesBar batches={batches} batchId={batchId} counts={counts} filter={filter} />
      {known && counts.all === 0 && (
        <main className="page">
          {notes}
          <Empty filter="none" />
        </main>
      )}
      {counts.all > 0 && sheet && (
        <main className="page">
          {notes}
          <ContactSheet
            key={batchId ?? 'all'}
            batchId={batchId}
            onOpen={({ itemId, faceIndex, source }) =>
              view.setState(({ faces }) => ({
                faces: { ...faces, sheet: false, filter: 'with', itemId, faceIndex, source },
              }))
            }
          />
        </main>
      )}
      {counts.all > 0 && !sheet && <Pictures of={{ batchId, filter }} notes={notes} />}
    </>
  );
}
