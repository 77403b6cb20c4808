import { app, Menu } from 'electron';
import { menuTemplate } from './menu-template';
import type { MainWords } from '../words/index';

/** Puts the menu into the given words. Outside macOS the bar stays hidden until Alt is pressed. */
export function setApplicationMenu(words: MainWords): void {
  const template = menuTemplate(words, {
    isMac: process.platform === 'darwin',
    isPackaged: app.isPackaged,
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate([...template]));
}
