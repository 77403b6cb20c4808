import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BatchId } from '../../../shared/ids';
import { clearFaces } from '../../actions';
import { useAppContext } from '../../app-context';
import { AskSheet } from '../../ui/ask-sheet';
import { IconButton } from '../../ui/parts';

interface ClearResultsProps {
  /** Null: of all batches. */
  readonly batchId: BatchId | null;
  readonly pictures: number;
}

/** Forgets what was found in the pictures of a batch; asked first, as IMM would have to be paid for it again. */
export function ClearResults({ batchId, pictures }: ClearResultsProps) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const [asking, setAsking] = useState(false);
  const close = (): void => setAsking(false);
  const clear = (): void => {
    close();
    void clearFaces(ferry, batchId === null ? { kind: 'all' } : { kind: 'batch', batchId });
  };
  return (
    <>
      <IconButton icon="trash" label={t('faces.actions.clearAll')} onPress={() => setAsking(true)} />
      {asking && (
        <AskSheet
          title={t('faces.actions.clearTitle', { count: pictures })}
          more={t('faces.actions.clearMore')}
          keep={t('faces.actions.keep')}
          act={t('faces.actions.clearAll')}
          onClose={close}
          onAct={clear}
        />
      )}
    </>
  );
}
