import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { inReadingOrder, type FacesDetail, type FacesResult } from '../../../shared/faces';
import type { ItemId } from '../../../shared/ids';
import { useAppContext } from '../../app-context';
import { AskVerbs, Failure } from './ask-verbs';
import { FaceBoxes } from './boxes';
import { filterOf, shownResult } from './results';
import { Rule } from './rule';
import { Waiting } from './waiting';
import { useFacesDetail, usePicture } from './use-faces';

function openFaces(view: ReturnType<typeof useAppContext>['view'], detail: FacesDetail): void {
  const { itemId, batchId } = detail;
  view.setState(({ faces }) => ({
    place: { kind: 'faces' },
    detailId: null,
    faces: {
      ...faces,
      batchId,
      filter: filterOf(detail),
      itemId,
      faceIndex: null,
      source: null,
      sheet: false,
    },
  }));
}

function SmallPicture({ detail, result }: { readonly detail: FacesDetail; readonly result: FacesResult }) {
  const { t } = useTranslation();
  const { view } = useAppContext();
  const picture = usePicture(detail.itemId);
  const order = useMemo(() => inReadingOrder(result.faces), [result.faces]);
  const count = result.faces.length;
  const words = count === 0 ? t('faces.noFace') : t('faces.count', { count });
  return (
    <div className="small-picture">
      {picture?.kind === 'picture' && (
        <button
          type="button"
          className="photo"
          aria-label={t('faces.open')}
          title={t('faces.open')}
          style={{ aspectRatio: `${picture.width} / ${picture.height}` }}
          onClick={() => openFaces(view, detail)}
        >
          <img src={picture.url} alt="" decoding="async" />
          <FaceBoxes faces={result.faces} order={order} frame={result.image ?? picture} numbered={false} />
        </button>
      )}
      <div className="link-line">
        <b className="grow">{words}</b>
        <button type="button" className="btn quiet" onClick={() => openFaces(view, detail)}>
          {t('faces.open')}
        </button>
      </div>
    </div>
  );
}

/** Faces in the details of a picture of the queue: what was found, what the rule says, and the way to ask. */
export function FacesSection({ itemId }: { readonly itemId: ItemId }) {
  const { t } = useTranslation();
  const detail = useFacesDetail(itemId);
  if (detail === undefined || detail === null) return null;
  const result = shownResult(detail, null);
  return (
    <>
      <section className="faces-section">
        <h2>
          {t('faces.title')}
          {result?.state.kind === 'found' && result.source === 'local' && (
            <small>{t('faces.by.local')}</small>
          )}
        </h2>
        {result?.state.kind === 'found' && <SmallPicture detail={detail} result={result} />}
        {result !== null && <Waiting detail={detail} result={result} />}
        <AskVerbs detail={detail} result={result} />
      </section>
      {result !== null && <Failure detail={detail} result={result} />}
      <Rule detail={detail} />
    </>
  );
}
