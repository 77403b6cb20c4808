import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { choose, command, undoAdding } from './actions';
import { DropOver, useDropAnywhere } from './drop';
import { DestinationPage } from './features/destinations/destination-page';
import { FirstRun } from './features/destinations/first-run';
import { ProposalSheet } from './features/destinations/proposal-sheet';
import { DoctorPage } from './features/doctor/doctor-page';
import { FacesPage } from './features/faces/faces-page';
import { FacesSection } from './features/faces/faces-section';
import { CancelSheet } from './features/queue/cancel-sheet';
import { DetailPane } from './features/queue/detail/detail-pane';
import { windowIntent, type WindowIntent } from './features/queue/grid/keyboard';
import { Needs, NeedsPage } from './features/needs/needs';
import { QueuePage } from './features/queue/queue-page';
import { Notes } from './notes';
import { Strip } from './features/queue/strip';
import { QueueToolbar } from './features/queue/toolbar';
import { requestFocus } from './features/queue/grid/use-grid';
import { UndoBar } from './features/queue/undo-bar';
import { SettingsSheet } from './features/settings/settings-sheet';
import { useApp, useFaces, useAppContext, useQueue, useView, type AppContext } from './app-context';
import { LiveRegion } from './live-region';
import { Rail } from './rail';
import { IconSprite } from './ui/icon';

const FOCUSABLE = '[tabindex="0"], button:not([tabindex="-1"]), input, select';

/** F6 walks through the parts of the window. */
function focusZone(step: 1 | -1): void {
  const zones = [...document.querySelectorAll<HTMLElement>('[data-zone]')].filter(
    (zone) => zone.querySelector(FOCUSABLE) !== null,
  );
  const now = zones.findIndex((zone) => zone.contains(document.activeElement));
  const next = zones[(now + step + zones.length) % zones.length];
  next?.querySelector<HTMLElement>(FOCUSABLE)?.focus();
}

/** Escape closes what lies on top; sheets and menus take their own. */
function escapeWindow(ferry: AppContext): void {
  const { view } = ferry;
  const { drag, place, detailId, undo } = view.getState();
  if (drag.kind !== 'none') view.setState({ drag: { kind: 'none' } });
  else if (detailId !== null) {
    view.setState({ detailId: null });
    requestFocus(ferry);
  } else if (place.kind === 'doctor') view.setState({ place: { ...place, kind: 'destination' } });
  else if (place.kind !== 'queue') view.setState({ place: { kind: 'queue' } });
  else if (undo !== null) view.setState({ undo: null });
}

function perform(ferry: AppContext, intent: WindowIntent): void {
  const { view, queue } = ferry;
  switch (intent) {
    case 'choose-files':
      void choose(ferry, 'files');
      return;
    case 'choose-folder':
      void choose(ferry, 'folder');
      return;
    case 'pause-all': {
      const paused = queue.api.getState().queue?.summary.pausedByUser === true;
      void command(ferry, paused ? 'resume' : 'pause', [{ kind: 'all' }]);
      return;
    }
    case 'settings':
      view.setState({ sheet: { kind: 'settings' } });
      return;
    case 'queue':
      view.setState({ place: { kind: 'queue' } });
      return;
    case 'needs':
      view.setState({ place: { kind: 'needs' }, detailId: null });
      return;
    case 'faces':
      view.setState({ place: { kind: 'faces' }, detailId: null });
      return;
    case 'undo':
      void undoAdding(ferry);
      return;
    case 'next-zone':
      focusZone(1);
      return;
    case 'previous-zone':
      focusZone(-1);
      return;
    case 'escape':
      escapeWindow(ferry);
      return;
  }
}

function useWindowKeys(): void {
  const ferry = useAppContext();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const intent = windowIntent(event);
      if (intent === null || event.defaultPrevented) return;
      if (ferry.view.getState().sheet.kind !== 'none') return;
      // In a field Ctrl+Z takes back what was typed.
      if (intent === 'undo' && event.target instanceof HTMLInputElement) return;
      if (intent !== 'escape') event.preventDefault();
      perform(ferry, intent);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [ferry]);
}

/** The root element carries theme and platform; without a theme the system decides. */
function useRootAttributes(): void {
  const theme = useApp((state) => state.settings.theme);
  const platform = useApp((state) => state.info?.platform);
  useEffect(() => {
    const { dataset } = document.documentElement;
    if (theme === 'system') delete dataset['theme'];
    else dataset['theme'] = theme;
    if (platform !== undefined) dataset['platform'] = platform;
  }, [theme, platform]);
}

function NeedsBar() {
  const { t } = useTranslation();
  const count = useQueue((state) => state.queue?.causes.length ?? 0);
  return (
    <header className="bar">
      <h1>
        {t('needs.title')}
        {count > 0 && <small>{t('needs.causes', { count })}</small>}
      </h1>
      <span className="gap" />
    </header>
  );
}

function Places() {
  const place = useView((state) => state.place);
  switch (place.kind) {
    case 'destination':
      return <DestinationPage destinationId={place.destinationId} like={place.like} />;
    case 'doctor':
      return <DoctorPage key={place.destinationId} destinationId={place.destinationId} />;
    case 'needs':
      return (
        <>
          <NeedsBar />
          <main className="page">
            <Notes />
            <NeedsPage />
          </main>
        </>
      );
    case 'faces':
      return <FacesPage notes={<Notes />} />;
    case 'queue':
      return (
        <>
          <QueueToolbar />
          <main className="page">
            <Notes />
            <QueuePage needs={<Needs />} />
            <UndoBar />
          </main>
        </>
      );
  }
}

function Sheets() {
  const sheet = useView((state) => state.sheet);
  const proposal = useApp((state) => state.proposal);
  if (proposal !== null) return <ProposalSheet proposal={proposal} />;
  if (sheet.kind === 'settings') return <SettingsSheet />;
  if (sheet.kind === 'cancel') return <CancelSheet {...sheet} />;
  return null;
}

export function App() {
  useDropAnywhere();
  useWindowKeys();
  useRootAttributes();
  const first = useApp((state) => state.destinations?.length === 0);
  const known = useApp((state) => state.destinations !== null);
  const hasBatches = useQueue((state) => (state.queue?.batches.length ?? 0) > 0);
  const detailId = useView((state) => (state.place.kind === 'queue' ? state.detailId : null));
  const facesShown = useView((state) => state.place.kind === 'faces');
  const hasFaces = useFaces((state) => (state.counts?.all ?? 0) > 0);
  const isSheet = useView((state) => state.faces.sheet);
  const dragging = useView((state) => state.drag.kind !== 'none');
  if (!known) return <IconSprite />;
  const welcome = first && !hasBatches;
  const hasPane = detailId !== null || (facesShown && hasFaces && !isSheet);
  const withPane = `${hasPane ? 'with-pane' : ''} ${facesShown ? 'with-faces' : ''}`;
  return (
    <>
      <IconSprite />
      <div className={`window ${welcome ? 'no-rail' : ''} ${withPane}`}>
        {welcome ? (
          <FirstRun notes={<Notes />} />
        ) : (
          <>
            <Rail />
            <Places />
            {detailId !== null && (
              <DetailPane
                key={detailId}
                itemId={detailId}
                facesOf={(itemId) => <FacesSection itemId={itemId} />}
              />
            )}
            <Strip />
          </>
        )}
        {dragging && (
          <div className="over-page">
            <DropOver />
          </div>
        )}
      </div>
      <Sheets />
      <LiveRegion />
    </>
  );
}
