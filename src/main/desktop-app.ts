import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { app, nativeTheme, session, type BrowserWindow } from 'electron';
import { after } from '../host/time/after';
import type { AppInfo, StartupNotice } from '../shared/ipc/contract';
import { languageFor } from '../shared/language';
import type { DoctorRun } from '../shared/doctor';
import type { Destination } from '../shared/engine-link';
import type { DestinationId } from '../shared/ids';
import { joinAuthorization, type Authorization } from './credentials/authorization';
import type { Credentials } from './credentials/credentials';
import { openDetector } from './processes/detector';
import { DoctorRuns } from './doctor-runs';
import { EngineSupervisor } from './processes/engine-supervisor';
import { credentialsHandlers } from './ipc/handlers-credentials';
import { doctorHandlers } from './ipc/handlers-doctor';
import { facesHandlers } from './ipc/handlers-faces';
import { queueHandlers } from './ipc/handlers-queue';
import { settingsHandlers } from './ipc/handlers-settings';
import { sharingHandlers } from './ipc/handlers-sharing';
import { desktopOf, publishTo, serveWindow, sharingDialogs } from './ipc/window-port';
import type { IsOurs } from './window/lockdown';
import { forkService } from './processes/service-process';
import type { Log } from './log';
import { setApplicationMenu } from './window/menu';
import { Pictures } from './pictures/pictures';
import { destinationOfFile } from './settings/profile-file';
import { Proposals } from './settings/proposals';
import { SettingsBook } from './settings/settings';
import { settingsFileIn } from './settings/settings-file';
import { createMainWords, type MainWords } from './words/index';

function appInfo(notices: readonly StartupNotice[]): AppInfo {
  const platform = process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux';
  const { electron, chrome } = process.versions;
  const runtime = `Electron ${electron}, Chrome ${chrome}`;
  return { version: app.getVersion(), platform, locale: app.getLocale(), runtime, notices: [...notices] };
}

/** Settings, with the destination that OSS_FERRY_PROFILE gives at start; a file that is wrong becomes a notice. */
function openBook(folder: string): {
  readonly book: SettingsBook;
  readonly notices: readonly StartupNotice[];
} {
  const path = process.env['OSS_FERRY_PROFILE'];
  const given = path === undefined || path === '' ? null : destinationOfFile(path);
  const book = new SettingsBook(settingsFileIn(folder), given?.ok === true ? given.value : null);
  const problem = given?.ok === false ? [given.notice] : [];
  return { book, notices: [...book.notices(), ...problem] };
}

/** Menu and dialogs follow the language of the settings; the menu is built again when it changes. */
function followLanguage(book: SettingsBook): () => MainWords {
  const chosen = (): string => languageFor(book.settings().language, app.getLocale());
  let language = chosen();
  let words = createMainWords(language);
  setApplicationMenu(words);
  book.onChange(() => {
    if (chosen() === language) return;
    language = chosen();
    words = createMainWords(language);
    setApplicationMenu(words);
  });
  return () => words;
}

export interface DesktopApp {
  readonly book: SettingsBook;
  readonly engine: EngineSupervisor;
  readonly pictures: Pictures;
  readonly proposals: Proposals;
  /** Ends the engine, which is given time to commit, the detector and the keychain's process, each in a few seconds at most. */
  stop(): Promise<void>;
}

/** What was handed in for a destination goes with it when it changes and when it is removed. */
function followDestinations({ credentials }: Authorization, changed: (id: DestinationId) => void) {
  return {
    onSaved: (before: Destination | null, saved: Destination): void => {
      if (before === null) return;
      const isSameWay = isDeepStrictEqual(before.profile.authorization, saved.profile.authorization);
      void credentials.follow(before, saved).then(() => {
        if (!isSameWay || before.destinationId !== saved.destinationId) changed(saved.destinationId);
      });
    },
    onRemoved: (destinationId: DestinationId): void => void credentials.forget(destinationId),
  };
}

function openDoctor(credentials: Credentials, tell: (run: DoctorRun) => void): DoctorRuns {
  return new DoctorRuns({
    ask: (destination, fresh) => credentials.ask(destination, fresh),
    askUploadUrls: (destination, question, fresh) => credentials.uploadUrls(destination, question, fresh),
    proxyOfSystem: (url) => session.defaultSession.resolveProxy(url),
    environment: process.env,
    publish: tell,
    product: () => appInfo([]),
    now: () => Date.now(),
    after,
  });
}

/** Joins settings, credentials, engine and IPC. `current` gives the window of the moment. */
export function composeDesktopApp(current: () => BrowserWindow | null, isOurs: IsOurs, log: Log): DesktopApp {
  const folder = app.getPath('userData');
  const { book, notices } = openBook(folder);
  const words = followLanguage(book);
  const publish = publishTo(current, log);
  const find = (id: string) => book.destinations().find(({ destinationId }) => destinationId === id);
  const detector = openDetector();
  const credentialsChanged = (destinationId: DestinationId): void =>
    engine.tell({ kind: 'credentials-changed', destinationId });
  const authorization = joinAuthorization({
    fork: () => forkService('keychain/keychain-process.js', 'OSS Ferry Keychain'),
    after,
    log,
    notes: book,
    destinations: () => book.destinations(),
    publish,
    credentialsChanged,
  });
  const { credentials, keychain, tellDestinations } = authorization;
  const engine = new EngineSupervisor({
    fork: () => forkService('engine/engine-process.js', 'OSS Ferry Engine'),
    configuration: () => ({
      directory: join(folder, 'queue'),
      destinations: book.destinations(),
      connections: book.settings().connections,
    }),
    askCredentials: (destinationId, fresh) => credentials.ask(find(destinationId), fresh),
    askUploadUrls: (destinationId, question, fresh) =>
      credentials.uploadUrls(find(destinationId), question, fresh),
    sendNotice: (destinationId, notice) => credentials.sendNotice(find(destinationId), notice),
    onStatus: (status) => publish('engine.status', status),
    onDelta: (delta) => publish('queue.delta', delta),
    onFaces: (change) => publish('faces.changed', change),
    detector,
    now: () => Date.now(),
    after,
    log,
  });
  const pictures = new Pictures(engine, detector);
  const proposals = new Proposals((proposal) => publish('destinations.proposed', proposal));
  const doctor = openDoctor(credentials, (run) => publish('doctor.changed', run));
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
    ...settingsHandlers({
      book,
      info: () => appInfo(notices),
      viewOf: (known) => credentials.view(known),
      ...followDestinations(authorization, credentialsChanged),
    }),
    ...sharingHandlers({ proposals, find, ...sharingDialogs(current, words) }),
    ...credentialsHandlers({ credentials, keychain, find, credentialsChanged }),
    ...queueHandlers({
      engine,
      desktop: desktopOf(current, words),
      hasDestination: (id) => find(id) !== undefined,
    }),
    ...doctorHandlers({ doctor, find }),
    ...facesHandlers({ engine, picture: (itemId) => pictures.describe(itemId) }),
  };
  serveWindow(handlers, current, isOurs, log);
  const stop = async (): Promise<void> => {
    keychain.close();
    detector.close();
    await Promise.all([doctor.close(), engine.stop()]);
  };
  return { book, engine, pictures, proposals, stop };
}
