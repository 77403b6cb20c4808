import type { AppInfo, DestinationView, Handlers } from '../../shared/ipc/contract';
import { success, type Outcome } from '../../shared/faults';
import type { DestinationId } from '../../shared/ids';
import type { Destination } from '../../shared/engine-link';
import { parseProfile } from '../settings/profile-file';
import type { SettingsBook } from '../settings/settings';

export interface SettingsDependencies {
  readonly book: SettingsBook;
  readonly info: () => AppInfo;
  readonly viewOf: (destination: Destination) => DestinationView;
  /** A destination was changed (`before` is null for a new one); its id is another where its place is. */
  readonly onSaved: (before: Destination | null, saved: Destination) => void;
  readonly onRemoved: (destinationId: DestinationId) => void;
}

type Served =
  | 'app.info'
  | 'settings.get'
  | 'settings.set'
  | 'destinations.list'
  | 'destinations.save'
  | 'destinations.remove';

/** What the window asks about the app, its settings and its destinations. */
export function settingsHandlers({
  book,
  info,
  viewOf,
  onSaved,
  onRemoved,
}: SettingsDependencies): Pick<Handlers, Served> {
  const save = (destinationId: DestinationId | null, profile: unknown): Outcome<DestinationView> => {
    const parsed = parseProfile(profile);
    if (!parsed.ok) return parsed;
    const before = book.destinations().find((known) => known.destinationId === destinationId) ?? null;
    const saved = book.saveDestination(destinationId, parsed.value);
    if (!saved.ok) return saved;
    onSaved(before, saved.value);
    return success(viewOf(saved.value));
  };
  const remove = (destinationId: DestinationId): Outcome<Record<string, never>> => {
    const removed = book.removeDestination(destinationId);
    if (!removed.ok) return removed;
    onRemoved(destinationId);
    return success({});
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
