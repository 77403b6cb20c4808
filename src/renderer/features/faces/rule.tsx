import { Trans, useTranslation } from 'react-i18next';
import type { FacesDetail, IngestDecision } from '../../../shared/faces';
import { decideFaces } from '../../actions';
import { useApp, useAppContext } from '../../app-context';
import { byRuleWord } from '../../ingest-words';
import { destinationById } from '../../store/app-store';
import { Button } from '../../ui/parts';

function Sentence({ decision: { key, tag } }: { readonly decision: IngestDecision }) {
  const { t } = useTranslation();
  const parts = { key: <span className="mono" />, tag: <span className="mono" /> };
  if (key !== null && tag !== null)
    return <Trans t={t} i18nKey="faces.rule.both" values={{ key, tag }} components={parts} />;
  if (key !== null) return <Trans t={t} i18nKey="faces.rule.key" values={{ key }} components={parts} />;
  if (tag !== null) return <Trans t={t} i18nKey="faces.rule.tag" values={{ tag }} components={parts} />;
  return t('faces.rule.plain');
}

/** What the rule of the destination makes of the faces: said before the bytes move, and asked where it asks. */
export function Rule({ detail }: { readonly detail: FacesDetail }) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const profile = useApp((state) => destinationById(state, detail.destinationId)?.profile);
  const { decision, itemId } = detail;
  if (decision === null || (decision.key === null && decision.tag === null && !decision.asks)) return null;
  // Decided by the rule as it was then: that answer is there whatever became of the rule since.
  const changes = decision.key !== null || decision.tag !== null;
  const byRule = byRuleWord(t, profile?.faces?.ingest) ?? (changes ? t('faces.rule.byRule') : null);
  return (
    <section className="rule">
      <h2>{t('faces.rule.title', { destination: profile?.name ?? '' })}</h2>
      <p>
        <Sentence decision={decision} /> {t('faces.rule.nothingLeaves')}
      </p>
      {decision.asks && (
        <div className="verbs">
          {byRule !== null && (
            <button
              type="button"
              className="btn small primary"
              onClick={() => void decideFaces(ferry, [itemId], 'by-rule')}
            >
              {byRule}
            </button>
          )}
          <Button look="small" onPress={() => void decideFaces(ferry, [itemId], 'as-usual')}>
            {t('faces.rule.asUsual')}
          </Button>
        </div>
      )}
    </section>
  );
}
