import { useTranslation } from 'react-i18next';
import type { StartupNotice } from '../shared/ipc/contract';
import type { EngineStatus } from '../shared/queue-view';
import { useApp, useAppContext, useFormat, useQueue, useView } from './app-context';
import { KeychainNote } from './keychain-note';
import { InEnglish, LineNote } from './ui/parts';

/** A status that was read stays away until there is another one. */
function statusName(engine: EngineStatus): string {
  return engine.kind === 'running' ? `engine-${engine.restarts}` : engine.kind;
}

function EngineNote() {
  const { t } = useTranslation();
  const format = useFormat();
  const ferry = useAppContext();
  const engine = useQueue((state) => state.engine);
  const read = useView((state) => state.dismissed.has(statusName(engine)));
  if (engine.kind === 'restarting')
    return (
      <LineNote tone="hold" icon="retry" dismissLabel="">
        {t('engine.restarting')}
      </LineNote>
    );
  if (engine.kind === 'stopped')
    return (
      <LineNote tone="fail" icon="fail" dismissLabel="">
        <b>{t('engine.stopped')}</b> {t(`faults.${engine.fault.code}.what`)}{' '}
        <span className="dim">{t(`faults.${engine.fault.code}.next`)}</span>
      </LineNote>
    );
  if (engine.kind !== 'running' || engine.restarts === 0 || read) return null;
  const kept = format.bytes(engine.keptBytes);
  return (
    <LineNote
      tone="move"
      icon="retry"
      dismissLabel={t('notices.dismiss')}
      onDismiss={() => dismiss(ferry.view, statusName(engine))}
    >
      {engine.resumedItems > 0
        ? t('engine.resumed', { count: engine.resumedItems, kept })
        : t('engine.restarted')}
    </LineNote>
  );
}

function dismiss(view: ReturnType<typeof useAppContext>['view'], name: string): void {
  view.setState((state) => ({ dismissed: new Set(state.dismissed).add(name) }));
}

const NO_NOTICES: readonly StartupNotice[] = [];

/** What became of a wish to look for faces, and the way to what is found. */
function FacesNote() {
  const { t } = useTranslation();
  const { view } = useAppContext();
  const asked = useView((state) => state.facesAsked);
  const isThere = useView((state) => state.place.kind === 'faces');
  if (asked === null || (isThere && asked.refused === 0)) return null;
  const { queued, refused } = asked;
  return (
    <LineNote
      tone={queued > 0 ? 'move' : 'rest'}
      icon="face"
      dismissLabel={t('notices.dismiss')}
      onDismiss={() => view.setState({ facesAsked: null })}
    >
      {queued > 0 ? t('faces.asked', { count: queued }) : t('faces.askedNone')}
      {queued > 0 && refused > 0 && (
        <span className="dim"> {t('faces.refused', { count: refused })}</span>
      )}{' '}
      {queued > 0 && !isThere && (
        <button
          type="button"
          className="act soft"
          onClick={() => view.setState({ place: { kind: 'faces' }, detailId: null, facesAsked: null })}
        >
          {t('faces.openAll')}
        </button>
      )}
    </LineNote>
  );
}

/** What the start, the engine and refused calls have to say. */
export function Notes() {
  const { t } = useTranslation();
  const { view } = useAppContext();
  const notices = useApp((state) => state.info?.notices ?? NO_NOTICES);
  const dismissed = useView((state) => state.dismissed);
  const problems = useView((state) => state.problems);
  return (
    <>
      <EngineNote />
      <KeychainNote />
      <FacesNote />
      {notices
        .filter((notice) => !dismissed.has(notice.id))
        .map((notice) => (
          <LineNote
            key={notice.id}
            tone="rest"
            icon="info"
            dismissLabel={t('notices.dismiss')}
            onDismiss={() => dismiss(view, notice.id)}
          >
            {t(`notices.${notice.code}`, notice.values)} <InEnglish>{notice.detail}</InEnglish>
          </LineNote>
        ))}
      {problems.map(({ id, fault }) => (
        <LineNote
          key={id}
          tone="fail"
          icon="fail"
          dismissLabel={t('notices.dismiss')}
          onDismiss={() =>
            view.setState((state) => ({ problems: state.problems.filter((problem) => problem.id !== id) }))
          }
        >
          {t(`faults.${fault.code}.what`)} <span className="dim">{t(`faults.${fault.code}.next`)}</span>{' '}
          <InEnglish>{fault.message}</InEnglish>
        </LineNote>
      ))}
    </>
  );
}
