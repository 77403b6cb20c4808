import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FacesDetail, FacesResult } from '../../../shared/faces';
import { immPermissionRequest } from '../../../shared/imm-permission';
import type { Scope } from '../../../shared/queue-view';
import { askFaces, clearFaces, copy } from '../../actions';
import { useApp, useAppContext } from '../../app-context';
import { destinationById } from '../../store/app-store';
import { Button, InEnglish } from '../../ui/parts';

/** Copies what an administrator has to allow. */
function CopyRequest({ detail }: { readonly detail: FacesDetail }) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const [copied, setCopied] = useState(false);
  const profile = useApp((state) => destinationById(state, detail.destinationId)?.profile);
  if (profile === undefined) return null;
  const request = immPermissionRequest(profile);
  return (
    <>
      <pre className="mono policy">{request}</pre>
      <Button look="small" onPress={() => void copy(ferry, request).then(() => setCopied(true))}>
        {t(copied ? 'faces.actions.requestCopied' : 'faces.actions.copyRequest')}
      </Button>
    </>
  );
}

/** Where the words of uploads would say of IMM what is not so. */
const OF_IMM = ['clock-skew', 'bad-answer'] as const;

/** Why there is no answer, and what to do. */
export function Failure({ detail, result }: { readonly detail: FacesDetail; readonly result: FacesResult }) {
  const { t } = useTranslation();
  if (result.state.kind !== 'failed') return null;
  const { fault } = result.state;
  const ofImm = result.source === 'imm' ? OF_IMM.find((code) => code === fault.code) : undefined;
  return (
    <section className="failure">
      <p className="t-fail">
        {t(ofImm === undefined ? `faults.${fault.code}.what` : `faces.fails.${ofImm}.what`)}
      </p>
      <p>{t(ofImm === undefined ? `faults.${fault.code}.next` : `faces.fails.${ofImm}.next`)}</p>
      {fault.message !== '' && (
        <p>
          <InEnglish>{fault.message}</InEnglish>
        </p>
      )}
      {fault.requestId !== undefined && (
        <p className="dim">
          {t('detail.request')} <span className="mono">{fault.requestId}</span>
        </p>
      )}
      {fault.code === 'imm-no-permission' && <CopyRequest detail={detail} />}
    </section>
  );
}

interface AskVerbsProps {
  readonly detail: FacesDetail;
  /** The result that is on view. */
  readonly result: FacesResult | null;
}

/** Asking for the first time, asking again, clearing; and why IMM cannot be asked. */
export function AskVerbs({ detail, result }: AskVerbsProps) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const { itemId, imm, local, immRefusal } = detail;
  const scope: Scope = { kind: 'items', itemIds: [itemId] };
  const waits = (of: FacesResult | null): boolean => of?.state.kind === 'waiting';
  const canAskImm = immRefusal === null && !waits(imm);
  const canLook = immRefusal !== 'no-picture' && !waits(local);
  return (
    <>
      {immRefusal !== null && imm === null && (
        <p className="note-line">{t(`faces.refusals.${immRefusal}`)}</p>
      )}
      {canAskImm && imm === null && <p className="note-line">{t('faces.actions.sentence')}</p>}
      <div className="verbs">
        {result !== null && !waits(result) && (
          <Button look="small" onPress={() => void clearFaces(ferry, scope)}>
            {t('faces.actions.clear')}
          </Button>
        )}
        {canAskImm && (
          <Button look="small" onPress={() => void askFaces(ferry, 'imm', [scope])}>
            {t(imm === null ? 'faces.actions.look' : 'faces.actions.again')}
          </Button>
        )}
        {canLook && (
          <Button look="small" onPress={() => void askFaces(ferry, 'local', [scope])}>
            {t(local === null ? 'faces.actions.local' : 'faces.actions.localAgain')}
          </Button>
        )}
      </div>
    </>
  );
}
