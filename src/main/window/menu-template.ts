import type { MenuItemConstructorOptions } from 'electron';
import type { MainWords } from '../words/index';

type Item = MenuItemConstructorOptions;
const LINE: Item = { type: 'separator' };

export interface MenuPlace {
  readonly isMac: boolean;
  readonly isPackaged: boolean;
}

const appMenu = (t: MainWords): Item => ({
  label: 'OSS Ferry',
  submenu: [
    { role: 'about', label: t('menu.about') },
    LINE,
    { role: 'services', label: t('menu.services') },
    LINE,
    { role: 'hide', label: t('menu.hide') },
    { role: 'hideOthers', label: t('menu.hideOthers') },
    { role: 'unhide', label: t('menu.showAll') },
    LINE,
    { role: 'quit', label: t('menu.quit') },
  ],
});

const editMenu = (t: MainWords): Item => ({
  label: t('menu.edit'),
  submenu: [
    { role: 'undo', label: t('menu.undo') },
    { role: 'redo', label: t('menu.redo') },
    LINE,
    { role: 'cut', label: t('menu.cut') },
    { role: 'copy', label: t('menu.copy') },
    { role: 'paste', label: t('menu.paste') },
    { role: 'delete', label: t('menu.delete') },
    { role: 'selectAll', label: t('menu.selectAll') },
  ],
});

const viewMenu = (t: MainWords, isPackaged: boolean): Item => ({
  label: t('menu.view'),
  submenu: [
    { role: 'resetZoom', label: t('menu.actualSize') },
    { role: 'zoomIn', label: t('menu.zoomIn') },
    { role: 'zoomOut', label: t('menu.zoomOut') },
    LINE,
    { role: 'togglefullscreen', label: t('menu.fullScreen') },
    ...(isPackaged ? [] : [{ role: 'toggleDevTools', label: t('menu.developerTools') } as const]),
  ],
});

const windowMenu = (t: MainWords): Item => ({
  role: 'window',
  label: t('menu.window'),
  submenu: [
    { role: 'minimize', label: t('menu.minimize') },
    { role: 'zoom', label: t('menu.zoom') },
    LINE,
    { role: 'front', label: t('menu.front') },
  ],
});

const fileMenu = (t: MainWords): Item => ({
  label: t('menu.file'),
  submenu: [{ role: 'quit', label: t('menu.quit'), accelerator: 'Ctrl+Q' }],
});

/**
 * Only what the system expects of every program, each with a label of ours: those of Electron's roles are English
 * whatever the language. The window has its own keys (Ctrl+R tries again there), so no item reloads.
 */
export function menuTemplate(t: MainWords, { isMac, isPackaged }: MenuPlace): readonly Item[] {
  const view = viewMenu(t, isPackaged);
  return isMac ? [appMenu(t), editMenu(t), view, windowMenu(t)] : [fileMenu(t), view];
}
