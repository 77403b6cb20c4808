import './no-eval';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { languageFor } from '../shared/language';
import { App } from './app';
import { AppContextProvider, type AppContext } from './app-context';
import { createWords } from './i18n';
import { createAppStore, followApp, type AppState } from './store/app-store';
import { FacesStore } from './store/faces-store';
import { QueueStore } from './store/queue-store';
import { createViewStore } from './store/view-store';
import './ui/tokens.css';
import './ui/window.css';
import './ui/app.css';
import './ui/ways.css';
import './ui/faces.css';
import './ui/form.css';
import './ui/doctor.css';

function start(root: HTMLElement): void {
  const ferry: AppContext = {
    bridge: window.ferry,
    queue: new QueueStore(window.ferry),
    faces: new FacesStore(window.ferry),
    app: createAppStore(),
    view: createViewStore(),
  };
  const words = createWords(languageFor('system', navigator.language));
  const speak = ({ info, settings }: AppState): void => {
    const language = languageFor(settings.language, info?.locale ?? navigator.language);
    if (words.language !== language) void words.changeLanguage(language);
    document.documentElement.lang = language;
  };
  speak(ferry.app.getState());
  ferry.app.subscribe(speak);
  followApp(ferry.bridge, ferry.app);
  ferry.queue.start();
  ferry.faces.start();
  createRoot(root).render(
    <StrictMode>
      <I18nextProvider i18n={words}>
        <AppContextProvider value={ferry}>
          <App />
        </AppContextProvider>
      </I18nextProvider>
    </StrictMode>,
  );
}

const root = document.getElementById('root');
if (root !== null) start(root);
