import { createContext, useContext } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Bridge } from '../shared/ipc/contract';
import { formatFor, type Format } from './i18n/format';
import type { AppState, AppStore } from './store/app-store';
import type { FacesState, FacesStore } from './store/faces-store';
import type { QueueStore, QueueStoreState } from './store/queue-store';
import type { ViewState, ViewStore } from './store/view-store';

declare global {
  interface Window {
    /** Put here by the preload. */
    readonly ferry: Bridge;
  }
}

/** All that a component may reach: the bridge and the four stores. */
export interface AppContext {
  readonly bridge: Bridge;
  readonly queue: QueueStore;
  readonly faces: FacesStore;
  readonly app: AppStore;
  readonly view: ViewStore;
}

export const AppContextProvider = createContext<AppContext | null>(null);

export function useAppContext(): AppContext {
  const ferry = useContext(AppContextProvider);
  if (ferry === null) throw new Error('useFerry needs a FerryContext above it');
  return ferry;
}

export function useQueue<T>(select: (state: QueueStoreState) => T): T {
  return useStore(useAppContext().queue.api, select);
}

export function useFaces<T>(select: (state: FacesState) => T): T {
  return useStore(useAppContext().faces.api, select);
}

export function useApp<T>(select: (state: AppState) => T): T {
  return useStore(useAppContext().app, select);
}

export function useView<T>(select: (state: ViewState) => T): T {
  return useStore(useAppContext().view, select);
}

const formats = new Map<string, Format>();

/** Numbers and times in the language of the words. */
export function useFormat(): Format {
  const { i18n } = useTranslation();
  const known = formats.get(i18n.language);
  if (known !== undefined) return known;
  const fresh = formatFor(i18n.language);
  formats.set(i18n.language, fresh);
  return fresh;
}
