import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Destination } from '../../shared/engine-link';
import { failure, fault, success, type Outcome } from '../../shared/faults';
import { destinationIdSchema, type DestinationId } from '../../shared/ids';
import { settingsSchema, type StartupNotice, type Settings } from '../../shared/ipc/contract';
import { endpointOf, profileSchema, type Profile } from '../../shared/profile';
import { migrated, SETTINGS_VERSION } from './settings-migrations';

const MOST_DESTINATIONS = 200;
const DEFAULTS: Settings = {
  theme: 'system',
  language: 'system',
  currentDestinationId: null,
  connections: 32,
};

const windowBoundsSchema = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().positive(),
  height: z.int().positive(),
  isMaximized: z.boolean(),
});
export type WindowBounds = z.infer<typeof windowBoundsSchema>;

const destinationSchema = z.object({ destinationId: destinationIdSchema, profile: profileSchema });
/** That the keychain holds a secret, without the secret: so nothing is asked of it before that is needed. */
const keptSecretSchema = z.object({
  destinationId: destinationIdSchema,
  kind: z.enum(['access-key', 'bearer']),
  /** The last characters of an AccessKey ID, for the eye. */
  hint: z.string().max(16).nullable(),
  /** Of a bearer: the origin of the server it is for. */
  origin: z.string().nullable(),
  /** It should be gone and could not be deleted yet, because the keychain was locked. */
  isForgotten: z.boolean(),
});
export type KeptSecret = Readonly<z.infer<typeof keptSecretSchema>>;

/** All that is kept between runs. No secret is part of it. */
const contentSchema = z.object({
  version: z.literal(SETTINGS_VERSION),
  settings: settingsSchema,
  destinations: z.array(destinationSchema).max(MOST_DESTINATIONS),
  window: windowBoundsSchema.nullable(),
  keptSecrets: z.array(keptSecretSchema),
});
type Content = z.infer<typeof contentSchema>;

/** The file of the settings. Whoever implements it writes atomically. */
export interface SettingsFile {
  /** What the file holds; undefined when there is none yet. Throws where it cannot be read or is not JSON. */
  read(): unknown;
  write(content: Readonly<Record<string, unknown>>): void;
  /** Copies the file aside and removes it; gives the name of the copy. */
  setAside(): string;
}

type SettingsChanges = { readonly [Key in keyof Settings]?: Settings[Key] | undefined };

function changed(settings: Settings, changes: SettingsChanges): Settings {
  const { theme, language, currentDestinationId, connections } = changes;
  return {
    theme: theme ?? settings.theme,
    language: language ?? settings.language,
    currentDestinationId:
      currentDestinationId === undefined ? settings.currentDestinationId : currentDestinationId,
    connections: connections ?? settings.connections,
  };
}

/** The entries of a list that are sound. */
function soundOf<T>(schema: z.ZodType<T>, value: unknown): T[] {
  const list = z.array(z.unknown()).catch([]).parse(value);
  return list.flatMap((entry) => {
    const parsed = schema.safeParse(entry);
    return parsed.success ? [parsed.data] : [];
  });
}

/** Keeps of a damaged file what is still sound: a bad theme must not cost a destination. */
function salvage(value: unknown): Content {
  const parts = z.record(z.string(), z.unknown()).catch({}).parse(value);
  return {
    version: SETTINGS_VERSION,
    settings: changed(DEFAULTS, settingsSchema.partial().catch({}).parse(parts['settings'])),
    destinations: soundOf(destinationSchema, parts['destinations']),
    window: windowBoundsSchema.nullable().catch(null).parse(parts['window']),
    keptSecrets: soundOf(keptSecretSchema, parts['keptSecrets']),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What makes two destinations the same place. */
const placeOf = (profile: Profile): string =>
  JSON.stringify([profile.region, profile.bucket, endpointOf(profile)]);

/** Settings, destinations and window bounds: in memory, and on disk after each change. */
export class SettingsBook {
  readonly #file: SettingsFile;
  readonly #given: Destination | null;
  readonly #listeners: ((what: 'settings' | 'destinations') => void)[] = [];
  readonly #notices: StartupNotice[] = [];
  #content: Content;
  /** The destination that was given at start is the current one until another is chosen in this run. */
  #prefersGiven: boolean;
  /** The file could not be set aside: it is the only copy of what it held, so this run is kept in memory alone. */
  #leavesFile = false;

  /** `given` is a destination for this run alone, never written. A file that cannot be used is set aside, and told. */
  constructor(file: SettingsFile, given: Destination | null) {
    this.#file = file;
    this.#given = given;
    this.#prefersGiven = given !== null;
    this.#content = this.#open();
  }

  #open(): Content {
    let value: unknown;
    try {
      value = this.#file.read();
    } catch (error) {
      this.#setAside('settings-unreadable', error);
      return salvage({});
    }
    if (value === undefined) return salvage({});
    const today = migrated(value);
    const parsed = contentSchema.safeParse(today);
    if (parsed.success) return parsed.data;
    const kept = salvage(today);
    this.#setAside('settings-damaged', parsed.error);
    this.#write(kept);
    return kept;
  }

  #setAside(code: 'settings-unreadable' | 'settings-damaged', error: unknown): void {
    const id = 'settings';
    try {
      this.#notices.push({ id, code, values: { file: this.#file.setAside() }, detail: '' });
    } catch {
      this.#leavesFile = true;
      this.#notices.push({
        id,
        code: 'settings-unkept',
        values: { file: 'settings.json' },
        detail: messageOf(error),
      });
    }
  }

  /** What the window should say once at start. */
  notices(): readonly StartupNotice[] {
    return this.#notices;
  }

  onChange(listener: (what: 'settings' | 'destinations') => void): void {
    this.#listeners.push(listener);
  }

  #write(content: Content): Outcome<void> {
    if (this.#leavesFile) return success(undefined);
    try {
      this.#file.write(content);
      return success(undefined);
    } catch (error) {
      return failure(fault('disk-full', `The settings could not be written: ${messageOf(error)}.`));
    }
  }

  #keep(content: Content, what: 'settings' | 'destinations' | null): Outcome<void> {
    const written = this.#write(content);
    if (!written.ok) return written;
    this.#content = content;
    if (what !== null) for (const listener of this.#listeners) listener(what);
    return written;
  }

  settings(): Settings {
    const { settings } = this.#content;
    const [first] = this.destinations();
    const isThere = this.destinations().some(
      ({ destinationId }) => destinationId === settings.currentDestinationId,
    );
    const current = isThere ? settings.currentDestinationId : (first?.destinationId ?? null);
    return {
      ...settings,
      currentDestinationId: this.#prefersGiven && this.#given !== null ? this.#given.destinationId : current,
    };
  }

  change(changes: SettingsChanges): Outcome<Settings> {
    if (changes.currentDestinationId !== undefined)
      this.#prefersGiven = changes.currentDestinationId === this.#given?.destinationId;
    const kept = this.#keep(
      { ...this.#content, settings: changed(this.#content.settings, changes) },
      'settings',
    );
    return kept.ok ? success(this.settings()) : kept;
  }

  destinations(): readonly Destination[] {
    return this.#given === null ? this.#content.destinations : [this.#given, ...this.#content.destinations];
  }

  /**
   * Adds a destination where `destinationId` is null, else replaces that one. One that leads to another place is
   * another destination and gets an id of its own: the queue of the first must not go there.
   */
  saveDestination(destinationId: DestinationId | null, profile: Profile): Outcome<Destination> {
    const refuse = (sentence: string): Outcome<never> => failure(fault('invalid-input', sentence));
    if (destinationId !== null && destinationId === this.#given?.destinationId)
      return refuse('This destination was given at start by a profile file; change that file.');
    const { destinations } = this.#content;
    if (destinationId === null && destinations.length >= MOST_DESTINATIONS - 1)
      return refuse(`There are ${destinations.length} destinations already; remove one first.`);
    const known = destinations.find((one) => one.destinationId === destinationId);
    if (destinationId !== null && known === undefined) return refuse('This destination no longer exists.');
    const stays = known !== undefined && placeOf(known.profile) === placeOf(profile);
    const saved = { destinationId: stays ? known.destinationId : (randomUUID() as DestinationId), profile };
    const next =
      known !== undefined
        ? destinations.map((one) => (one === known ? saved : one))
        : [...destinations, saved];
    const { settings } = this.#content;
    const followed =
      settings.currentDestinationId === destinationId ? saved.destinationId : settings.currentDestinationId;
    const content = {
      ...this.#content,
      settings: { ...settings, currentDestinationId: followed },
      destinations: next,
    };
    const kept = this.#keep(content, 'destinations');
    return kept.ok ? success(saved) : kept;
  }

  /** Removing one that is gone already is no fault. */
  removeDestination(destinationId: DestinationId): Outcome<void> {
    if (destinationId === this.#given?.destinationId)
      return failure(
        fault(
          'invalid-input',
          'This destination was given at start by a profile file; start without that file.',
        ),
      );
    const destinations = this.#content.destinations.filter((known) => known.destinationId !== destinationId);
    return this.#keep({ ...this.#content, destinations }, 'destinations');
  }

  /** What the keychain holds for us, by its own account. */
  keptSecrets(): readonly KeptSecret[] {
    return this.#content.keptSecrets;
  }

  /** Where it cannot be written, it holds for this run. */
  noteSecrets(keptSecrets: readonly KeptSecret[]): void {
    const content = { ...this.#content, keptSecrets: [...keptSecrets] };
    this.#content = content;
    this.#write(content);
  }

  windowBounds(): WindowBounds | null {
    return this.#content.window;
  }

  /** Bounds that cannot be written are no reason to bother anyone. */
  rememberWindow(bounds: WindowBounds): void {
    this.#keep({ ...this.#content, window: bounds }, null);
  }
}
