import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ItemDetail } from '../../../../shared/queue-view';
import { useFormat } from '../../../app-context';
import { layoutParts, type PartGroups } from './part-map';

const MAP_WIDTH_PX = 332;

/** Each part of a file as a cell: what is proven, on its way, sent again, or still waits. */
export function PartsSection({
  detail,
  groups,
}: {
  readonly detail: ItemDetail;
  readonly groups: PartGroups;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const layout = useMemo(() => layoutParts(groups.cells, MAP_WIDTH_PX), [groups]);
  const { counts, total, partsPerCell } = groups;
  const words = {
    v: t('parts.verified', { amount: format.count(counts.v) }),
    s: t('parts.sending', { amount: format.count(counts.s) }),
    a: t('parts.again', { amount: format.count(counts.a) }),
    w: t('parts.waiting', { amount: format.count(counts.w) }),
  };
  const size = format.binaryBytes(Math.min(detail.partSizeBytes, detail.row.sizeBytes));
  return (
    <section>
      <h2>
        {t('parts.title')}
        <small>{t('parts.of', { count: total, size })}</small>
      </h2>
      <div className="parts-map">
        <svg
          width={MAP_WIDTH_PX}
          height={layout.height}
          viewBox={`0 0 ${MAP_WIDTH_PX} ${layout.height}`}
          role="img"
          aria-label={t('parts.name', { counts: format.list(Object.values(words)), count: total })}
        >
          <path className="cell-wait" d={layout.paths.w} />
          <path className="cell-sent" d={layout.paths.s} />
          <path className="cell-proven" d={layout.paths.v} />
          <path className="cell-hold" d={layout.paths.a} />
        </svg>
      </div>
      <div className="legend">
        <span>
          <i className="proven" />
          {words.v}
        </span>
        {counts.s > 0 && (
          <span>
            <i className="sent" />
            {words.s}
          </span>
        )}
        {counts.a > 0 && (
          <span>
            <i className="hold" />
            {words.a}
          </span>
        )}
        {counts.w > 0 && (
          <span>
            <i />
            {words.w}
          </span>
        )}
      </div>
      {partsPerCell > 1 && (
        <p className="legend">{t('parts.perCell', { amount: format.count(partsPerCell) })}</p>
      )}
    </section>
  );
}
