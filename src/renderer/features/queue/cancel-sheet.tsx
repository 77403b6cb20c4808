import { useTranslation } from 'react-i18next';
import type { Scope } from '../../../shared/queue-view';
import { command } from '../../actions';
import { useFerry, useFormat } from '../../ferry';
import { Button } from '../../ui/parts';
import { Sheet } from '../../ui/sheet';

interface CancelSheetProps {
  readonly scopes: readonly Scope[];
  readonly keptBytes: number;
}

/** Asked only where stored parts would be thrown away. */
export function CancelSheet({ scopes, keptBytes }: CancelSheetProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const ferry = useFerry();
  const close = (): void => ferry.view.setState({ sheet: { kind: 'none' } });
  const title = t('cancel.title', { kept: format.bytes(keptBytes) });
  return (
    <Sheet narrow label={title} onClose={close}>
      <header>
        <div>
          <h2 className="big">{title}</h2>
          <p>{t('cancel.more')}</p>
        </div>
      </header>
      <footer>
        <span className="gap" />
        <Button onPress={close}>{t('cancel.keep')}</Button>
        <Button
          look="primary"
          onPress={() => {
            close();
            void command(ferry, 'cancel', scopes);
          }}
        >
          {t('cancel.discard')}
        </Button>
      </footer>
    </Sheet>
  );
}
