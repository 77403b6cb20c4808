import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  AppInfo,
  Bridge,
  DestinationView,
  KeychainStatus,
  Proposal,
  Settings,
} from '../../shared/ipc/contract';
import type { DestinationId } from '../../shared/ids';

export interface AppState {
  readonly info: AppInfo | null;
  readonly settings: Settings;
  /** Null until the first answer: the window does not show the first run to those who have destinations. */
  readonly destinations: readonly DestinationView[] | null;
  /** `checking` until something asked. */
  readonly keychain: KeychainStatus;
  /** A destination from elsewhere that waits for the user's word. */
  readonly proposal: Proposal | null;
}

export type AppStore = StoreApi<AppState>;

const DEFAULTS: Settings = {
  theme: 'system',
  language: 'system',
  currentDestinationId: null,
  connections: 4,
};

export function createAppStore(): AppStore {
  return createStore<AppState>(() => ({
    info: null,
    settings: DEFAULTS,
    destinations: null,
    keychain: 'checking',
    proposal: null,
  }));
}

/** Follows settings and destinations until the function that comes back is called. */
export function followApp(bridge: Pick<Bridge, 'call' | 'subscribe'>, store: AppStore): () => void {
  const stops = [
    bridge.subscribe('settings.changed', (settings) => store.setState({ settings })),
    bridge.subscribe('destinations.changed', (destinations) => store.setState({ destinations })),
    bridge.subscribe('destinations.proposed', (proposal) => store.setState({ proposal })),
    bridge.subscribe('keychain.changed', ({ keychain }) => store.setState({ keychain })),
  ];
  void bridge.call('app.info', {}).then((reply) => {
    if (reply.ok) store.setState({ info: reply.value });
  });
  void bridge.call('settings.get', {}).then((reply) => {
    if (reply.ok) store.setState({ settings: reply.value });
  });
  // A link may have started the app before there was a page to tell.
  void bridge.call('destinations.proposal', {}).then((reply) => {
    if (reply.ok) store.setState({ proposal: reply.value });
  });
  void bridge.call('destinations.list', {}).then((reply) => {
    store.setState({ destinations: reply.ok ? reply.value : [] });
  });
  return () => stops.forEach((stop) => stop());
}

/** The destination that a drop goes to: the one chosen, else the first. */
export function currentDestination(state: AppState): DestinationView | null {
  const { destinations, settings } = state;
  const chosen = destinations?.find((one) => one.destinationId === settings.currentDestinationId);
  return chosen ?? destinations?.[0] ?? null;
}

export function destinationById(state: AppState, id: DestinationId): DestinationView | undefined {
  return state.destinations?.find((one) => one.destinationId === id);
}

/** Where its files go, as the window names it: "bucket / prefix/". */
export function whereOf({ profile }: DestinationView): string {
  return profile.prefix === '' ? profile.bucket : `${profile.bucket} / ${profile.prefix}`;
}
