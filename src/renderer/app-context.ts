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
export interface Ferry {
  readonly bridge: Bridge;
  readonly queue: QueueStore;
  readonly faces: FacesStore;
  readonly app: AppStore;
  readonly view: ViewStore;
}

export const FerryContext = createContext<Ferry | null>(null);

export function useFerry(): Ferry {
  const ferry = useContext(FerryContext);
  if (ferry === null) throw new Error('useFerry needs a FerryContext above it');
  return ferry;
}

export function useQueue<T>(select: (state: QueueStoreState) => T): T {
  return useStore(useFerry().queue.api, select);
}

export function useFaces<T>(select: (state: FacesState) => T): T {
  return useStore(useFerry().faces.api, select);
}

export function useApp<T>(select: (state: AppState) => T): T {
  return useStore(useFerry().app, select);
}

export function useView<T>(select: (state: ViewState) => T): T {
  return useStore(useFerry().view, select);
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
