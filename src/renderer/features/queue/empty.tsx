import { useTranslation } from 'react-i18next';
import { choose } from '../../actions';
import { useApp, useAppContext } from '../../app-context';
import { currentDestination, whereOf } from '../../store/app-store';
import { Button, Mark } from '../../ui/parts';
import { Phrase, SLOT } from '../../ui/phrase';

/** The queue before the first drop: where it goes, and the way without dragging. */
export function EmptyQueue() {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const destination = useApp(currentDestination);
  return (
    <div className="hollow" data-zone="grid">
      <div className="say">
        <Mark strokeWidth={1.1} />
        <h2>{t('empty.title')}</h2>
        {destination !== null && (
          <p>
            <Phrase words={t('empty.goTo', { where: SLOT })}>
              <b className="where">{whereOf(destination)}</b>
            </Phrase>
          </p>
        )}
        <div className="choices">
          <Button look="primary" icon="file-plus" onPress={() => void choose(ferry, 'files')}>
            {t('empty.chooseFiles')}
          </Button>
          <Button icon="folder-plus" onPress={() => void choose(ferry, 'folder')}>
            {t('empty.chooseFolder')}
          </Button>
        </div>
      </div>
    </div>
  );
}
