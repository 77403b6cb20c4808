import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DestinationId } from '../../../shared/ids';
import { valueOf } from '../../actions';
import { useApp, useAppContext } from '../../app-context';
import { Button } from '../../ui/parts';
import { AskSheet } from '../../ui/ask-sheet';
import { DestinationForm } from './destination-form';
import { ImportButton, ShareButtons } from './sharing';

interface DestinationPageProps {
  readonly destinationId: DestinationId | null;
  /** What a new one is to be like. */
  readonly like?: DestinationId | undefined;
}

/** A destination's form as a page of the window. */
export function DestinationPage({ destinationId, like }: DestinationPageProps) {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const [asking, setAsking] = useState(false);
  const destination = useApp(
    (state) => state.destinations?.find((one) => one.destinationId === destinationId) ?? null,
  );
  const template = useApp(
    (state) => state.destinations?.find((one) => one.destinationId === like)?.profile ?? null,
  );
  const toQueue = (): void => ferry.view.setState({ place: { kind: 'queue' } });
  const check = (): void => {
    if (destinationId !== null) ferry.view.setState({ place: { kind: 'doctor', destinationId } });
  };
  const remove = async (): Promise<void> => {
    if (destinationId === null) return;
    setAsking(false);
    const reply = await ferry.bridge.call('destinations.remove', { destinationId });
    if (valueOf(ferry, reply) === undefined) return;
    ferry.app.setState((state) => ({
      destinations: (state.destinations ?? []).filter((one) => one.destinationId !== destinationId),
    }));
    toQueue();
  };
  const name = destination?.profile.name ?? t('destination.new');
  return (
    <>
      <header className="bar">
        <h1>
          {name}
          <small>{t('destination.title')}</small>
        </h1>
        <span className="gap" />
        {destinationId === null ? <ImportButton /> : <ShareButtons destinationId={destinationId} />}
      </header>
      <main className="page">
        <DestinationForm
          key={destinationId ?? `new ${like ?? ''}`}
          like={
            template === null ? null : { ...template, name: t('destination.copyOf', { name: template.name }) }
          }
          destination={destination}
          onSaved={toQueue}
          footer={
            <>
              {destination !== null && (
                <Button look="danger" onPress={() => setAsking(true)}>
                  {t('destination.remove')}
                </Button>
              )}
              {destination !== null && <Button onPress={check}>{t('doctor.title')}</Button>}
              <span className="gap" />
              <Button onPress={toQueue}>{t('form.cancel')}</Button>
            </>
          }
        />
      </main>
      {asking && (
        <AskSheet
          title={t('destination.removeTitle', { name })}
          more={t('destination.removeMore')}
          keep={t('destination.keep')}
          act={t('destination.remove')}
          onClose={() => setAsking(false)}
          onAct={() => void remove()}
        />
      )}
    </>
  );
}
