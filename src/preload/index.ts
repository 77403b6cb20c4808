import { contextBridge, ipcRenderer, webFrame, webUtils, type IpcRendererEvent } from 'electron';
import { fault } from '../shared/faults';
import {
  calls,
  streams,
  type Bridge,
  type CallName,
  type CallValue,
  type Reply,
} from '../shared/ipc/contract';
import { Quiet } from '../shared/quiet';

const refuse = (message: string): Reply<never> => ({ ok: false, fault: fault('invalid-input', message) });

// Without it the window keeps the pages it left and their pictures (27 MB, measured) until it needs the room itself.
const quiet = new Quiet(
  () => webFrame.clearCache(),
  (delayMs, ring) => {
    const timer = setTimeout(ring, delayMs);
    return () => clearTimeout(timer);
  },
);

async function call(name: CallName, input: unknown): Promise<Reply<never>> {
  if (!Object.hasOwn(calls, name)) return refuse('There is no such call.');
  quiet.heard();
  // Main answers each call with a reply of that call, parsed by the contract.
  return (await ipcRenderer.invoke(name, input)) as Reply<never>;
}

/** Where a dropped or chosen file lies; '' for one that was made in the page. Electron below 29 has no webUtils. */
function pathOf(file: unknown): string {
  if (!(file instanceof File)) return '';
  const utils = webUtils as typeof webUtils | undefined;
  return utils === undefined
    ? ((file as File & { readonly path?: string }).path ?? '')
    : utils.getPathForFile(file);
}

const bridge = {
  call,
  subscribe: (stream, listener) => {
    if (!Object.hasOwn(streams, stream)) return () => undefined;
    // The event stays here: it would hand ipcRenderer to the page.
    const hear = (_event: IpcRendererEvent, value: Parameters<typeof listener>[0]): void => {
      quiet.heard();
      listener(value);
    };
    ipcRenderer.on(stream, hear);
    return () => {
      ipcRenderer.removeListener(stream, hear);
    };
  },
  addFiles: async (destinationId, files): Promise<Reply<CallValue<'queue.add'>>> => {
    const paths = files.map(pathOf).filter((path) => path !== '');
    if (paths.length === 0) return refuse('What was dropped are not files on this computer.');
    return call('queue.add', { destinationId, paths });
  },
} satisfies Bridge;

contextBridge.exposeInMainWorld('ferry', bridge);
