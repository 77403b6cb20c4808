import { useTranslation } from 'react-i18next';
import { choose, command } from '../../actions';
import { useAppContext, useFormat, useQueue, useView } from '../../app-context';
import { Button, IconButton } from '../../ui/parts';
import { askRows, commandRows, deleteRows, knownOf, togglePause } from './grid/grid-commands';
import { facesIn, pauseOrResume } from './verbs';

const ALL = [{ kind: 'all' }] as const;

function SelectionVerbs() {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const format = useFormat();
  useQueue((state) => state.rowsVersion);
  const selection = useView((state) => state.selection);
  const keys = [...selection.keys];
  if (keys.length === 0) return null;
  const verb = pauseOrResume(keys, knownOf(ferry));
  return (
    <div className="selected-verbs" role="group" aria-label={t('toolbar.selection')}>
      <span className="meta">{t('toolbar.selected', { amount: format.count(keys.length) })}</span>
      <IconButton
        icon={verb === 'pause' ? 'pause' : 'play'}
        label={t(`actions.${verb}`)}
        onPress={() => togglePause(ferry, keys)}
      />
      <IconButton icon="retry" label={t('actions.retry')} onPress={() => commandRows(ferry, 'retry', keys)} />
      {facesIn(keys, knownOf(ferry)).pictures && (
        <>
          <IconButton
            icon="face"
            label={t('faces.actions.look')}
            onPress={() => askRows(ferry, 'imm', keys)}
          />
          <IconButton
            icon="device"
            label={t('faces.actions.local')}
            onPress={() => askRows(ferry, 'local', keys)}
          />
        </>
      )}
      <IconButton icon="close" label={t('toolbar.cancelOrRemove')} onPress={() => deleteRows(ferry, keys)} />
    </div>
  );
}

/** The verbs of the queue: add, pause all, retry all, and those of the selection. */
export function QueueToolbar() {
  const { t } = useTranslation();
  const ferry = useAppContext();
  const failed = useQueue(
    (state) =>
      state.queue?.batches.some((batch) => batch.counts.failed + batch.counts.sourceChanged > 0) ?? false,
  );
  const going = useQueue(
    (state) =>
      state.queue !== null &&
      (state.queue.summary.scanning || state.queue.summary.endedItems < state.queue.summary.items),
  );
  const paused = useQueue((state) => state.queue?.summary.pausedByUser ?? false);
  return (
    <header className="bar">
      <h1>{t('queue.title')}</h1>
      <SelectionVerbs />
      <span className="gap" />
      <Button look="quiet" icon="file-plus" onPress={() => void choose(ferry, 'files')}>
        {t('toolbar.files')}
      </Button>
      <Button look="quiet" icon="folder-plus" onPress={() => void choose(ferry, 'folder')}>
        {t('toolbar.folder')}
      </Button>
      {failed && (
        <Button look="quiet" icon="retry" onPress={() => void command(ferry, 'retry', ALL)}>
          {t('toolbar.retryAll')}
        </Button>
      )}
      {going && (
        <Button
          look="quiet"
          icon={paused ? 'play' : 'pause'}
          onPress={() => void command(ferry, paused ? 'resume' : 'pause', ALL)}
        >
          {t(paused ? 'toolbar.resumeAll' : 'toolbar.pauseAll')}
        </Button>
      )}
    </header>
  );
}
