import { join } from 'node:path';
import { BrowserWindow, nativeTheme, screen, type Rectangle } from 'electron';
import type { WindowBounds } from '../settings/settings';

const MIN = { width: 820, height: 520 };
const DEFAULT = { width: 1180, height: 760 };
/** The page's own ground in each theme, so that the first frame does not flash. */
const GROUND = { light: '#ffffff', dark: '#15181a' };

const ground = (): string => (nativeTheme.shouldUseDarkColors ? GROUND.dark : GROUND.light);

/** Remembered bounds are used only where a good part of them still lies on a display. */
export function usableBounds(
  remembered: WindowBounds | null,
  areas: readonly Rectangle[],
): Partial<Rectangle> {
  if (remembered === null) return DEFAULT;
  const { x, y } = remembered;
  const width = Math.max(remembered.width, MIN.width);
  const height = Math.max(remembered.height, MIN.height);
  const isReachable = areas.some((area) => {
    const shownWidth = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
    // The title bar is what the window is moved by: its row must be on the display.
    return shownWidth >= 200 && y >= area.y && y <= area.y + area.height - 60;
  });
  return isReachable ? { x, y, width, height } : { width, height };
}

export interface WindowOptions {
  readonly url: string;
  readonly remembered: WindowBounds | null;
  remember(bounds: WindowBounds): void;
}

/** Makes the window; it shows itself once its first frame is painted. */
export function openWindow(options: WindowOptions): BrowserWindow {
  const areas = screen.getAllDisplays().map((display) => display.workArea);
  const window = new BrowserWindow({
    ...usableBounds(options.remembered, areas),
    minWidth: MIN.width,
    minHeight: MIN.height,
    title: 'OSS Ferry',
    show: false,
    backgroundColor: ground(),
    autoHideMenuBar: true,
    webPreferences: {
      preload: join(__dirname, '../preload/index.js'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  const followTheme = (): void => {
    window.setBackgroundColor(ground());
  };
  nativeTheme.on('updated', followTheme);
  window.once('closed', () => nativeTheme.removeListener('updated', followTheme));
  window.once('ready-to-show', () => {
    // Maximizing shows it too.
    if (options.remembered?.isMaximized === true) window.maximize();
    else window.show();
  });
  window.on('close', () => {
    options.remember({ ...window.getNormalBounds(), isMaximized: window.isMaximized() });
  });
  void window.loadURL(options.url);
  return window;
}
