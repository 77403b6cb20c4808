import { access } from 'node:fs/promises';
import {
  clipboard,
  dialog,
  ipcMain,
  shell,
  type BrowserWindow,
  type IpcMainInvokeEvent,
  type OpenDialogOptions,
  type SaveDialogOptions,
} from 'electron';
import type { Handlers, StreamName, StreamValue } from '../../shared/ipc/contract';
import type { IsOurs } from '../window/lockdown';
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

/** Asks for paths in a dialog of the window, where there is one: then it lies on top of it. */
async function openPaths(
  window: BrowserWindow | null,
  options: OpenDialogOptions,
): Promise<readonly string[]> {
  const { canceled, filePaths } = await (window === null
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options));
  return canceled ? [] : filePaths;
}

/** The dialogs that destinations are shared by. */
export function sharingDialogs(current: CurrentWindow, words: () => MainWords) {
  const t = words;
  return {
    chooseTarget: async (name: string): Promise<string | null> => {
      const options: SaveDialogOptions = {
        title: t()('dialogs.exportDestination'),
        defaultPath: name,
        filters: [{ name: 'JSON', extensions: ['json'] }],
      };
      const window = current();
      const { canceled, filePath } = await (window === null
        ? dialog.showSaveDialog(options)
        : dialog.showSaveDialog(window, options));
      return canceled || filePath === '' ? null : filePath;
    },
    chooseProfile: async (): Promise<string | null> => {
      const options: OpenDialogOptions = {
        title: t()('dialogs.importDestination'),
        buttonLabel: t()('dialogs.choose'),
        properties: ['openFile'],
        filters: [{ name: 'JSON', extensions: ['json'] }],
      };
      return (await openPaths(current(), options))[0] ?? null;
    },
  };
}

/** Dialogs, the file browser and the clipboard of the system. */
export function desktopOf(current: CurrentWindow, words: () => MainWords): Desktop {
  return {
    choose: (what) => openPaths(current(), choosing(what, words())),
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
