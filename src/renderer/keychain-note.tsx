import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { valueOf } from './actions';
import { useApp, useAppContext } from './app-context';
import { Icon } from './ui/icon';
import { LineNote } from './ui/parts';

function useRetry(): () => void {
  const ferry = useAppContext();
  const retry = async (): Promise<void> => {
    const status = valueOf(ferry, await ferry.bridge.call('keychain.retry', {}));
    if (status !== undefined) ferry.app.setState(status);
  };
  return () => void retry();
}

/** Beside a secret that should last: where it will be kept. To show it is to look at the keychain. */
export function KeychainLine() {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const keychain = useApp((state) => state.keychain);
  const retry = useRetry();
  useEffect(() => {
    void ferry.bridge.call('keychain.status', {}).then((reply) => {
      if (reply.ok) ferry.app.setState(reply.value);
    });
  }, [ferry]);
  return (
    <div className="lab">
      <span />
      <p
        className={`hint keychain ${keychain === 'memory' ? 't-hold' : ''}`}
        role="status"
        data-keychain={keychain}
      >
        <Icon name={keychain === 'memory' ? 'warn' : 'key'} />
        <span>
          {t(`ways.keychain.${keychain}`)}{' '}
          {keychain === 'memory' && (
            <button type="button" onClick={retry}>
              {t('ways.keychain.retry')}
            </button>
          )}
        </span>
      </p>
    </div>
  );
}

/** Above the queue: what was handed in is lost at the end of this run. */
export function KeychainNote() {
  const { t } = useTranslation();
  const keychain = useApp((state) => state.keychain);
  const isConcerned = useApp(
    (state) =>
      state.destinations?.some(
        ({ profile, credentials }) =>
          credentials.keptIn === 'memory' && profile.authorization.kind !== 'temporary',
      ) ?? false,
  );
  const retry = useRetry();
  if (!isConcerned || keychain === 'available') return null;
  return (
    <LineNote tone="hold" icon="key" dismissLabel="">
      {t(`ways.keychain.${keychain}`)}{' '}
      {keychain === 'memory' && (
        <button type="button" className="btn quiet small" onClick={retry}>
          {t('ways.keychain.retry')}
        </button>
      )}
    </LineNote>
  );
}
