import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DestinationId } from '../../../shared/ids';
import { copy, valueOf } from '../../actions';
import { useAppContext } from '../../app-context';
import { Button } from '../../ui/parts';

/** What was done last, said until the next. */
type Shared =
  { readonly kind: 'nothing' } | { readonly kind: 'link' } | { readonly kind: 'file'; readonly file: string };

/** Gives a saved destination to others, as a link or a file, and makes another like it. */
export function ShareButtons({ destinationId }: { readonly destinationId: DestinationId }) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const [shared, setShared] = useState<Shared>({ kind: 'nothing' });
  const link = async (): Promise<void> => {
    const value = valueOf(ferry, await ferry.bridge.call('destinations.link', { destinationId }));
    if (value === undefined) return;
    await copy(ferry, value.link);
    setShared({ kind: 'link' });
  };
  const exportFile = async (): Promise<void> => {
    const value = valueOf(ferry, await ferry.bridge.call('destinations.export', { destinationId }));
    if (value !== undefined && value.file !== null) setShared({ kind: 'file', file: value.file });
  };
  const duplicate = (): void =>
    ferry.view.setState({ place: { kind: 'destination', destinationId: null, like: destinationId } });
  return (
    <>
      <span className="shared" role="status">
        {shared.kind === 'link' && t('destination.linkCopied')}
        {shared.kind === 'file' && t('destination.exported', { file: shared.file })}
      </span>
      <Button look="quiet" icon="copy" onPress={() => void link()}>
        {t('destination.copyLink')}
      </Button>
      <Button look="quiet" onPress={() => void exportFile()}>
        {t('destination.export')}
      </Button>
      <Button look="quiet" onPress={duplicate}>
        {t('destination.duplicate')}
      </Button>
    </>
  );
}

/** Opens what somebody else has shared. */
export function ImportButton() {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const open = async (): Promise<void> => {
    valueOf(ferry, await ferry.bridge.call('destinations.import', {}));
  };
  return (
    <Button look="quiet" onPress={() => void open()}>
      {t('destination.import')}
    </Button>
  );
}
