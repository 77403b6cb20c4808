import { useTranslation } from 'react-i18next';
import type { FacesDetail, FacesResult } from '../../../shared/faces';
import { InEnglish } from '../../ui/parts';
import { StateLabel } from '../../ui/state-label';

/** Of IMM itself, with words that speak of IMM; what uploads wait for too has the words of every fault. */
const OF_IMM = ['throttled', 'server-busy', 'imm-unreachable'] as const;

/** A question without an answer: that it is being asked, or what it waits for. */
export function Waiting({ detail, result }: { readonly detail: FacesDetail; readonly result: FacesResult }) {
  const { t } = useTranslation();
  if (result.state.kind !== 'waiting') return null;
  const why = result.source === 'imm' ? detail.immWait : null;
  if (why === null)
    return (
      <StateLabel tone="move" icon="scan">
        {t(`faces.waiting.${result.source}`)}
      </StateLabel>
    );
  const ofImm = OF_IMM.find((code) => code === why.code);
  return (
    <div className="failure">
      <StateLabel tone="hold" icon="retry">
        {t(ofImm === undefined ? `faults.${why.code}.what` : `faces.waits.${ofImm}`)}
      </StateLabel>
      <p>{t(ofImm === undefined ? `faults.${why.code}.next` : 'faces.waits.again')}</p>
      {why.message !== '' && (
        <p>
          <InEnglish>{why.message}</InEnglish>
        </p>
      )}
    </div>
  );
}
