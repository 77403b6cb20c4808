import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BatchId } from '../../../shared/ids';
import { clearFaces } from '../../actions';
import { useFerry } from '../../ferry';
import { Button, IconButton } from '../../ui/parts';
import { Sheet } from '../../ui/sheet';

interface ClearResultsProps {
  /** Null: of all batches. */
  readonly batchId: BatchId | null;
  readonly pictures: number;
}

/** Forgets what was found in the pictures of a batch; asked first, as IMM would have to be paid for it again. */
export function ClearResults({ batchId, pictures }: ClearResultsProps) {
  const { t } = useTranslation();
  const ferry = useFerry();
  const [asking, setAsking] = useState(false);
  const title = t('faces.actions.clearTitle', { count: pictures });
  const close = (): void => setAsking(false);
  const clear = (): void => {
    close();
    void clearFaces(ferry, batchId === null ? { kind: 'all' } : { kind: 'batch', batchId });
  };
  return (
    <>
      <IconButton icon="trash" label={t('faces.actions.clearAll')} onPress={() => setAsking(true)} />
      {asking && (
        <Sheet narrow label={title} onClose={close}>
          <header>
            <div>
              <h2 className="big">{title}</h2>
              <p>{t('faces.actions.clearMore')}</p>
            </div>
          </header>
          <footer>
            <span className="gap" />
            <Button onPress={close}>{t('faces.actions.keep')}</Button>
            <Button look="primary" onPress={clear}>
              {t('faces.actions.clearAll')}
            </Button>
          </footer>
        </Sheet>
      )}
    </>
  );
}
