import { app, Menu, type MenuItemConstructorOptions } from 'electron';

/**
 * Only what the system expects of every program. The window has its own keys (Ctrl+R tries again there), so no item
 * reloads, and outside macOS the bar stays hidden until Alt is pressed.
 */
export function setApplicationMenu(): void {
  const edit: MenuItemConstructorOptions = { role: 'editMenu' };
  const view: MenuItemConstructorOptions = {
    label: 'View',
    submenu: [
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
      ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
    ],
  };
  const template: MenuItemConstructorOptions[] =
    process.platform === 'darwin'
      ? [{ role: 'appMenu' }, edit, view, { role: 'windowMenu' }]
      : [{ label: 'File', submenu: [{ role: 'quit', accelerator: 'Ctrl+Q' }] }, view];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
