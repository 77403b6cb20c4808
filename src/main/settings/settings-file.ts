import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Store from 'electron-store';
import type { SettingsFile } from './settings';

/** `settings.json` in `folder`, written to a new file and renamed, so that a crash leaves the old or the new one. */
export function settingsFileIn(folder: string): SettingsFile {
  const path = join(folder, 'settings.json');
  // Opened at first use: its constructor reads the file and throws where that is not JSON. Left to itself
  // (clearInvalidConfig) it would replace everything by defaults without a word.
  let store: Store | null = null;
  const open = (): Store =>
    (store ??= new Store({
      cwd: folder,
      name: 'settings',
      clearInvalidConfig: false,
      accessPropertiesByDotNotation: false,
    }));
  return {
    read: () => (existsSync(path) ? open().store : undefined),
    write: (content) => {
      open().store = { ...content };
    },
    setAside: () => {
      const name = `settings.json.bad-${new Date().toISOString().replaceAll(':', '-')}`;
      copyFileSync(path, join(folder, name));
      rmSync(path);
      store = null;
      return name;
    },
  };
}
