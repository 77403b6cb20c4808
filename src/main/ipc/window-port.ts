import { access } from 'node:fs/promises';
import {
  clipboard,
  dialog,
  ipcMain,
  shell,
  type BrowserWindow,
  type IpcMainInvokeEvent,
  type OpenDialogOptions,
} from 'electron';
import type { Handlers, StreamName, StreamValue } from '../../shared/ipc/contract';
import type { IsOurs } from '../lockdown';
import type { Log } from '../log';
import type { MainWords } from '../words';
import type { Desktop } from './handlers-queue';
import { publish, serve } from './serve';

/** The window of this moment; null while there is none. */
export type CurrentWindow = () => BrowserWindow | null;

/** Serves the contract to the main frame of our window, while that shows our page. */
export function serveWindow(handlers: Handlers, current: CurrentWindow, isOurs: IsOurs, log: Log): void {
  const isTrusted = ({ sender, senderFrame }: IpcMainInvokeEvent): boolean =>
    senderFrame !== null &&
    sender === current()?.webContents &&
    senderFrame === sender.mainFrame &&
    isOurs(senderFrame.url);
  serve(ipcMain, handlers, isTrusted, log);
}

/** Sends to the window, where there is one. */
export function publishTo(current: CurrentWindow, log: Log) {
  return <S extends StreamName>(stream: S, value: StreamValue<S>): void => {
    const contents = current()?.webContents;
    if (contents === undefined || contents.isDestroyed()) return;
    publish((channel, parsed) => contents.send(channel, parsed), stream, value, log);
  };
}

function choosing(what: 'files' | 'folder', t: MainWords): OpenDialogOptions {
  const [title, open] =
    what === 'folder'
      ? (['dialogs.chooseFolders', 'openDirectory'] as const)
      : (['dialogs.chooseFiles', 'openFile'] as const);
  return { title: t(title), buttonLabel: t('dialogs.choose'), properties: [open, 'multiSelections'] };
}

/** Dialogs, the file browser and the clipboard of the system. */
export function desktopOf(current: CurrentWindow, words: () => MainWords): Desktop {
  return {
    choose: async (what) => {
      const options = choosing(what, words());
      const window = current();
      const chosen = await (window === null
        ? dialog.showOpenDialog(options)
        : dialog.showOpenDialog(window, options));
      return chosen.canceled ? [] : chosen.filePaths;
    },
    reveal: async (path) => {
      const isThere = await access(path).then(
        () => true,
        () => false,
      );
      if (isThere) shell.showItemInFolder(path);
      return isThere;
    },
    copy: (text) => {
      void clipboard.writeText(text);
    },
  };
}
