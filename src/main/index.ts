import { join } from 'node:path';
import { app, session, type BrowserWindow } from 'electron';
import { LINK_SCHEME } from '../host/destinations/share-profile';
import { APP_ORIGIN, declareAppScheme, serveApp } from './window/app-protocol';
import { onAwake } from './awake';
import { composeDesktopApp, type DesktopApp } from './desktop-app';
import { confineAllContents, denyPermissions } from './window/lockdown';
import { describeError, logToStandardError as log } from './log';
import { linkAmong } from './settings/proposals';
import { openWindow } from './window/window';

// Vite's server stands in for the built page during development, and there alone.
const developmentUrl = app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL'];
const pageUrl = developmentUrl ?? `${APP_ORIGIN}/`;
const isOurs = (url: string): boolean => url === pageUrl || url.startsWith(`${pageUrl.replace(/\/$/, '')}/`);

let window: BrowserWindow | null = null;
/** macOS hands over the link that started us before the app is ready. */
let earlyLink: string | null = null;

function showWindow({ book }: DesktopApp): void {
  if (window !== null) {
    if (window.isMinimized()) window.restore();
    window.focus();
    return;
  }
  const remember = book.rememberWindow.bind(book);
  window = openWindow({ url: pageUrl, remembered: book.windowBounds(), remember });
  window.once('closed', () => (window = null));
}

/** Opens links: of this start, of a second start, and as macOS hands them over. */
function openLinks(ferry: DesktopApp): void {
  const open = (link: string | null): void => {
    if (link !== null) ferry.proposals.offerLink(link);
  };
  open(earlyLink ?? linkAmong(process.argv));
  app.on('second-instance', (_, argv) => open(linkAmong(argv)));
  app.on('open-url', (event, url) => {
    event.preventDefault();
    open(url);
  });
}

async function run(): Promise<void> {
  confineAllContents(isOurs);
  await app.whenReady();
  denyPermissions(session.defaultSession);
  const ferry = composeDesktopApp(() => window, isOurs, log);
  serveApp(session.defaultSession, join(__dirname, '../renderer'), (request) =>
    ferry.pictures.serve(request),
  );
  showWindow(ferry);
  ferry.engine.start();
  onAwake(() => ferry.engine.tell({ kind: 'nudge' }));
  openLinks(ferry);
  app.on('second-instance', () => showWindow(ferry));
  app.on('activate', () => showWindow(ferry));
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.once('will-quit', (event) => {
    event.preventDefault();
    void ferry.stop().finally(() => app.exit());
  });
}

declareAppScheme();
app.once('open-url', (event, url) => {
  event.preventDefault();
  earlyLink = url;
});
// A built app that is run from its folder is not what links should open.
if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
// It would strike out --no-sandbox, without which Chromium refuses to run as root (tests in a container).
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
if (app.requestSingleInstanceLock())
  run().catch((error: unknown) => {
    log('the app could not start', describeError(error));
    app.exit(1);
  });
else app.quit();
