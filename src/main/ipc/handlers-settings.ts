import type { AppInfo, DestinationView, Handlers } from '../../shared/ipc/contract';
import { success, type Outcome } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';
import type { Destination } from '../../shared/engine-link';
import { parseProfile } from '../profile-file';
import type { SettingsBook } from '../settings';

export interface SettingsDependencies {
  readonly book: SettingsBook;
  readonly info: () => AppInfo;
  readonly viewOf: (destination: Destination) => DestinationView;
}

type Served =
  | 'app.info'
  | 'settings.get'
  | 'settings.set'
  | 'destinations.list'
  | 'destinations.save'
  | 'destinations.remove';

/** What the window asks about the app, its settings and its destinations. */
export function settingsHandlers({ book, info, viewOf }: SettingsDependencies): Pick<Handlers, Served> {
  const save = (destinationId: DestinationId | null, profile: unknown): Outcome<DestinationView> => {
    const parsed = parseProfile(profile);
    if (!parsed.ok) return parsed;
    const saved = book.saveDestination(destinationId, parsed.value);
    return saved.ok ? success(viewOf(saved.value)) : saved;
  };
  const remove = (destinationId: DestinationId): Outcome<Record<string, never>> => {
    const removed = book.removeDestination(destinationId);
    return removed.ok ? success({}) : removed;
  };
  return {
    'app.info': () => Promise.resolve(success(info())),
    'settings.get': () => Promise.resolve(success(book.settings())),
    'settings.set': (changes) => Promise.resolve(book.change(changes)),
    'destinations.list': () => Promise.resolve(success(book.destinations().map(viewOf))),
    'destinations.save': ({ destinationId, profile }) => Promise.resolve(save(destinationId, profile)),
    'destinations.remove': ({ destinationId }) => Promise.resolve(remove(destinationId)),
  };
}
