import { useTranslation } from 'react-i18next';
import type { Scope } from '../../../shared/queue-view';
import { command } from '../../actions';
import { useAppContext, useFormat } from '../../app-context';
import { AskSheet } from '../../ui/ask-sheet';

interface CancelSheetProps {
  readonly scopes: readonly Scope[];
  readonly keptBytes: number;
}

/** Asked only where stored parts would be thrown away. */
export function CancelSheet({ scopes, keptBytes }: CancelSheetProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const ferry = useAppContext();
  const close = (): void => ferry.view.setState({ sheet: { kind: 'none' } });
  return (
    <AskSheet
      title={t('cancel.title', { kept: format.bytes(keptBytes) })}
      more={t('cancel.more')}
      keep={t('cancel.keep')}
      act={t('cancel.discard')}
      onClose={close}
      onAct={() => {
        close();
        void command(ferry, 'cancel', scopes);
      }}
    />
  );
}
