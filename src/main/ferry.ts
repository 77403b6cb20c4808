import { join } from 'node:path';
import { app, nativeTheme, type BrowserWindow } from 'electron';
import { success } from '../shared/faults';
import type { AppInfo } from '../shared/ipc/contract';
import { Credentials, type AskTokenServer } from './credentials';
import { openDetector } from './detector';
import { forkEngine } from './engine-fork';
import { EngineSupervisor } from './engine-supervisor';
import { facesHandlers } from './ipc/handlers-faces';
import { queueHandlers } from './ipc/handlers-queue';
import { settingsHandlers } from './ipc/handlers-settings';
import { desktopOf, publishTo, serveWindow } from './ipc/window-port';
import type { IsOurs } from './lockdown';
import type { Log } from './log';
import { Pictures } from './pictures';
import { destinationOfFile } from './profile-file';
import { SettingsBook, type Notice } from './settings';
import { settingsFileIn } from './settings-file';

function appInfo(notices: readonly Notice[]): AppInfo {
  const platform = process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux';
  const { electron, chrome } = process.versions;
  const runtime = `Electron ${electron}, Chrome ${chrome}`;
  return { version: app.getVersion(), platform, locale: app.getLocale(), runtime, notices: [...notices] };
}

/** Settings, with the destination that OSS_FERRY_PROFILE gives at start; a file that is wrong becomes a notice. */
function openBook(folder: string): { readonly book: SettingsBook; readonly notices: readonly Notice[] } {
  const path = process.env['OSS_FERRY_PROFILE'];
  const given = path === undefined || path === '' ? success(null) : destinationOfFile(path);
  const book = new SettingsBook(settingsFileIn(folder), given.ok ? given.value : null);
  const problem = given.ok ? [] : [{ id: 'profile', message: given.fault.message }];
  return { book, notices: [...book.notices(), ...problem] };
}

export interface Ferry {
  readonly book: SettingsBook;
  readonly engine: EngineSupervisor;
  readonly pictures: Pictures;
  /** Ends the engine, which is given time to commit, and the detector. */
  stop(): Promise<void>;
}

/** Joins settings, credentials, engine and IPC. `current` gives the window of the moment. */
export function composeFerry(
  current: () => BrowserWindow | null,
  isOurs: IsOurs,
  ask: AskTokenServer,
  log: Log,
): Ferry {
  const folder = app.getPath('userData');
  const { book, notices } = openBook(folder);
  const publish = publishTo(current, log);
  const tellDestinations = (): void =>
    publish(
      'destinations.changed',
      book.destinations().map((known) => credentials.view(known)),
    );
  const credentials = new Credentials(ask, tellDestinations);
  const find = (id: string) => book.destinations().find(({ destinationId }) => destinationId === id);
  const detector = openDetector();
  const engine = new EngineSupervisor({
    fork: forkEngine,
    configuration: () => ({
      directory: join(folder, 'queue'),
      destinations: book.destinations(),
      connections: book.settings().connections,
    }),
    askCredentials: (destinationId, fresh) => credentials.ask(find(destinationId), fresh),
    onStatus: (status) => publish('engine.status', status),
    onDelta: (delta) => publish('queue.delta', delta),
    onFaces: (change) => publish('faces.changed', change),
    detector,
    now: () => Date.now(),
    after: (delayMs, ring) => {
      const timer = setTimeout(ring, delayMs);
      return () => clearTimeout(timer);
    },
    log,
  });
  const pictures = new Pictures(engine, detector);
  nativeTheme.themeSource = book.settings().theme;
  book.onChange((what) => {
    publish('settings.changed', book.settings());
    nativeTheme.themeSource = book.settings().theme;
    engine.tell({ kind: 'connections', connections: book.settings().connections });
    if (what !== 'destinations') return;
    engine.tell({ kind: 'destinations', destinations: book.destinations() });
    tellDestinations();
  });
  const handlers = {
    ...settingsHandlers({ book, info: () => appInfo(notices), viewOf: (known) => credentials.view(known) }),
    ...queueHandlers({ engine, desktop: desktopOf(current), hasDestination: (id) => find(id) !== undefined }),
    ...facesHandlers({ engine, picture: (itemId) => pictures.describe(itemId) }),
  };
  serveWindow(handlers, current, isOurs, log);
  const stop = async (): Promise<void> => {
    detector.close();
    await engine.stop();
  };
  return { book, engine, pictures, stop };
}
