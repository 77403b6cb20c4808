import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { DestinationId } from '../shared/ids';
import { addFiles } from './actions';
import { useApp, useAppContext, useView, type AppContext } from './app-context';
import { currentDestination, destinationById, whereOf } from './store/app-store';
import { Mark } from './ui/parts';
import { Phrase, SLOT } from './ui/phrase';

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

/** The destination under the pointer in the rail, else the current one. */
function destinationUnder(ferry: AppContext, target: EventTarget | null): DestinationId | null {
  const marked = target instanceof Element ? target.closest<HTMLElement>('[data-destination-id]') : null;
  const id = marked?.dataset['destinationId'];
  const known = ferry.app.getState().destinations?.find((one) => one.destinationId === id);
  return known?.destinationId ?? currentDestination(ferry.app.getState())?.destinationId ?? null;
}

/** The whole window takes files: dropped anywhere, or pasted. */
export function useDropAnywhere(): void {
  const ferry = useAppContext();
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (!hasFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      const destinationId = destinationUnder(ferry, event.target);
      event.dataTransfer.dropEffect = destinationId === null ? 'none' : 'copy';
      const { drag } = ferry.view.getState();
      if (drag.kind === 'none' || drag.destinationId !== destinationId)
        ferry.view.setState({ drag: { kind: 'over', destinationId } });
    };
    const leave = (event: DragEvent): void => {
      // Without a related target the pointer has left the window.
      if (event.relatedTarget === null) ferry.view.setState({ drag: { kind: 'none' } });
    };
    const drop = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      ferry.view.setState({ drag: { kind: 'none' } });
      const files = [...(event.dataTransfer?.files ?? [])];
      void addFiles(ferry, destinationUnder(ferry, event.target), files);
    };
    const paste = (event: ClipboardEvent): void => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      void addFiles(ferry, destinationUnder(ferry, null), files);
    };
    window.addEventListener('dragenter', over);
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    window.addEventListener('paste', paste);
    return () => {
      window.removeEventListener('dragenter', over);
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
      window.removeEventListener('paste', paste);
    };
  }, [ferry]);
}

/** While files are over the window: where they will go, or why they cannot. */
export function DropOver() {
  const { t } = useTranslation();
  const drag = useView((state) => state.drag);
  const destination = useApp((state) =>
    drag.kind === 'over' && drag.destinationId !== null
      ? destinationById(state, drag.destinationId)
      : undefined,
  );
  const several = useApp((state) => (state.destinations?.length ?? 0) > 1);
  if (drag.kind === 'none') return null;
  return (
    <div className={`drop ${destination === undefined ? 'refused' : ''}`} role="status">
      <div className="say">
        <Mark strokeWidth={1.1} />
        {destination === undefined ? (
          <>
            <h2>{t('drop.refused')}</h2>
            <p>{t('drop.refusedMore')}</p>
          </>
        ) : (
          <>
            <h2>
              <Phrase words={t('drop.title', { where: SLOT })}>
                <em>{whereOf(destination)}</em>
              </Phrase>
            </h2>
            <p>{t(`drop.policies.${destination.profile.conflict ?? 'ask'}`)}</p>
            {several && <p className="dim">{t('drop.other')}</p>}
          </>
        )}
      </div>
    </div>
  );
}
