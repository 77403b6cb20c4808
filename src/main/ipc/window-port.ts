import { access } from 'node:fs/promises';
import { clipboard, dialog, ipcMain, shell, type BrowserWindow, type IpcMainInvokeEvent } from 'electron';
import type { Handlers, StreamName, StreamValue } from '../../shared/ipc/contract';
import type { IsOurs } from '../lockdown';
import type { Log } from '../log';
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

/** Dialogs, the file browser and the clipboard of the system. */
export function desktopOf(current: CurrentWindow): Desktop {
  return {
    choose: async (what) => {
      const properties =
        what === 'folder'
          ? (['openDirectory', 'multiSelections'] as const)
          : (['openFile', 'multiSelections'] as const);
      const options = { properties: [...properties] };
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
