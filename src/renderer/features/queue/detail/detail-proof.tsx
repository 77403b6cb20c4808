import { useTranslation } from 'react-i18next';
import type { ItemDetail } from '../../../../shared/queue-view';
import { copy } from '../../../actions';
import { useAppContext, useFormat } from '../../../app-context';
import { IconButton } from '../../../ui/parts';
import { StateLabel } from '../../../ui/state-label';
import type { PartGroups } from './part-map';

const isToday = (at: number): boolean => new Date(at).toDateString() === new Date().toDateString();

/** A value that is only read to be copied. */
function Copied({
  name,
  value,
  label,
}: {
  readonly name: string;
  readonly value: string;
  readonly label: string;
}) {
  const ferry = useAppContext();
  return (
    <>
      <dt>{name}</dt>
      <dd className="mono cut" title={value}>
        {value}
      </dd>
      <dd>
        <IconButton icon="copy" label={label} onPress={() => void copy(ferry, value)} />
      </dd>
    </>
  );
}

/** What proves that the object is the file, to be read and copied. */
export function ProofSection({
  detail,
  groups,
}: {
  readonly detail: ItemDetail;
  readonly groups: PartGroups;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const done = detail.row.state.kind === 'done';
  const requestId = detail.requestIds.at(-1);
  const matching = t('proof.partsMatch', {
    match: format.count(groups.counts.v),
    count: groups.total,
    all: format.count(groups.total),
  });
  return (
    <section>
      <h2>{t('proof.title')}</h2>
      <dl className="pairs">
        {done && detail.crc64 !== null ? (
          <Copied name={t('proof.crc64')} value={detail.crc64} label={t('proof.copyCrc64')} />
        ) : (
          <>
            <dt>{t('proof.crc64')}</dt>
            <dd className="full">
              <StateLabel tone="rest" icon="verify" still>
                {matching}
              </StateLabel>
            </dd>
          </>
        )}
        <dt>{t('proof.source')}</dt>
        <dd className="full cut" title={detail.sourcePath}>
          {t('proof.unchanged', {
            size: format.bytes(detail.row.sizeBytes),
            since: isToday(detail.modifiedAt)
              ? format.clock(detail.modifiedAt)
              : format.day(detail.modifiedAt),
          })}
        </dd>
        {detail.etag !== null && <Copied name="ETag" value={detail.etag} label={t('proof.copyETag')} />}
        {detail.versionId !== null && (
          <Copied name={t('proof.version')} value={detail.versionId} label={t('proof.copyVersion')} />
        )}
        {detail.uploadId !== null && (
          <Copied name={t('proof.uploadId')} value={detail.uploadId} label={t('proof.copyUploadId')} />
        )}
        {requestId !== undefined && (
          <Copied name={t('detail.request')} value={requestId} label={t('proof.copyRequest')} />
        )}
      </dl>
    </section>
  );
}
