import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SettingsBook, type KeptSecret, type SettingsFile } from '../../../../src/main/settings/settings';
import { migrated, SETTINGS_VERSION } from '../../../../src/main/settings/settings-migrations';
import type { DestinationId } from '../../../../src/shared/ids';
import { profileSchema } from '../../../../src/shared/profile';

const PROFILE = profileSchema.parse({
  name: 'Media',
  region: 'cn-hangzhou',
  bucket: 'team-media',
  authorization: { kind: 'token-server', url: 'http://127.0.0.1:9100/get_sts_token' },
});
const GIVEN = { destinationId: 'given-1' as DestinationId, profile: { ...PROFILE, name: 'Given' } };

const NOTE: KeptSecret = {
  destinationId: 'one' as DestinationId,
  kind: 'access-key',
  hint: '…Id99',
  origin: null,
  isForgotten: false,
};

/** A file as electron-store keeps it; the real one is met in test/e2e/window.spec.ts. */
function fileIn(folder: string): SettingsFile {
  const path = join(folder, 'settings.json');
  return {
    read: () => (existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as unknown) : undefined),
    write: (content) => writeFileSync(path, JSON.stringify(content)),
    setAside: () => {
      renameSync(path, `${path}.bad-1`);
      return 'settings.json.bad-1';
    },
  };
}

function newFolder(content?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  if (content !== undefined) writeFileSync(join(folder, 'settings.json'), content);
  return folder;
}

const open = (folder: string): SettingsBook => new SettingsBook(fileIn(folder), null);

describe('what is kept', () => {
  test('settings, destinations and bounds are there again in the next run', () => {
    const folder = newFolder();
    const first = open(folder);
    first.change({ theme: 'dark', connections: 4 });
    const saved = first.saveDestination(null, PROFILE);
    first.rememberWindow({ x: 10, y: 20, width: 900, height: 600, isMaximized: false });
    first.noteSecrets([NOTE]);
    const second = open(folder);
    expect(second.keptSecrets()).toEqual([NOTE]);
    expect(second.notices()).toEqual([]);
    expect(second.settings()).toMatchObject({ theme: 'dark', connections: 4 });
    expect(second.destinations()).toEqual([saved.ok && saved.value]);
    expect(second.windowBounds()).toEqual({ x: 10, y: 20, width: 900, height: 600, isMaximized: false });
  });

  test('a change that cannot be written changes nothing and says why', () => {
    const file = {
      ...fileIn(newFolder()),
      write: () => {
        throw new Error('no space left');
      },
    };
    const book = new SettingsBook(file, null);
    const heard: string[] = [];
    book.onChange((what) => heard.push(what));
    expect(book.change({ theme: 'dark' })).toMatchObject({ ok: false, fault: { code: 'disk-full' } });
    expect(book.settings().theme).toBe('system');
    expect(heard).toEqual([]);
  });
});

describe('a file of another version', () => {
  const settings = { theme: 'dark', language: 'system', currentDestinationId: null, connections: 4 };
  const first = { settings, destinations: [{ destinationId: 'one', profile: PROFILE }], window: null };
  const written = (folder: string): unknown =>
    JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8'));

  test('the first, which noted no secrets and no version, is taken over and written as one of today', () => {
    const folder = newFolder(JSON.stringify(first));
    const book = open(folder);
    expect([book.notices(), book.keptSecrets()]).toEqual([[], []]);
    expect(book.destinations()).toEqual(first.destinations);
    expect(written(folder)).toEqual(first);
    book.change({ theme: 'light' });
    expect(written(folder)).toMatchObject({ version: SETTINGS_VERSION, keptSecrets: [] });
    expect(open(folder).notices()).toEqual([]);
  });

  test('a later one is set aside whole, and what is known of it stays', () => {
    const content = { ...first, version: SETTINGS_VERSION + 1, keptSecrets: [NOTE], shelves: [1] };
    const folder = newFolder(JSON.stringify(content));
    const book = open(folder);
    expect(book.notices()).toMatchObject([{ code: 'settings-damaged' }]);
    expect(book.destinations()).toEqual(first.destinations);
    expect(JSON.parse(readFileSync(join(folder, 'settings.json.bad-1'), 'utf8'))).toEqual(content);
  });

  test('notes of secrets that a first version should not have are kept', () => {
    expect(migrated({ ...first, keptSecrets: [NOTE] })).toMatchObject({ keptSecrets: [NOTE] });
  });
});

describe('a damaged file', () => {
  test('that is not JSON is set aside with its bytes, and told', () => {
    const folder = newFolder('{"settings": {"theme": "da');
    const book = open(folder);
    expect(readFileSync(join(folder, 'settings.json.bad-1'), 'utf8')).toBe('{"settings": {"theme": "da');
    expect(book.notices()).toHaveLength(1);
    expect(book.notices()[0]).toMatchObject({
      code: 'settings-unreadable',
      values: { file: 'settings.json.bad-1' },
    });
    expect(book.settings().theme).toBe('system');
    expect(book.change({ theme: 'light' }).ok).toBe(true);
    expect(open(folder).settings().theme).toBe('light');
  });

  test('that breaks the schema is set aside, and what is sound in it stays', () => {
    const known = { destinationId: 'one', profile: PROFILE };
    const content = {
      settings: { theme: 'dark', language: 'system', currentDestinationId: null, connections: 4000 },
      destinations: [known, { destinationId: 'two', profile: { name: 'x' } }],
      window: 'large',
      keptSecrets: [{ ...NOTE, kind: 'password' }, NOTE],
    };
    const folder = newFolder(JSON.stringify(content));
    const book = open(folder);
    expect(readdirSync(folder).sort()).toEqual(['settings.json', 'settings.json.bad-1']);
    expect(book.notices()).toMatchObject([{ code: 'settings-damaged' }]);
    expect(book.destinations()).toEqual([known]);
    expect(book.keptSecrets()).toEqual([NOTE]);
    expect(book.settings().connections).toBe(32);
    expect(book.windowBounds()).toBeNull();
    expect(open(folder).notices()).toEqual([]);
  });

  test.each(['null', '[]', '"x"', '7'])('that holds %s is set aside', (content) => {
    const book = open(newFolder(content));
    expect(book.notices()).toHaveLength(1);
    expect(book.destinations()).toEqual([]);
  });

  test('that cannot be set aside is not written over: the run is kept in memory', () => {
    const folder = newFolder('{"settings": 1}');
    const refuse = (): never => {
      throw new Error('no space left');
    };
    const book = new SettingsBook({ ...fileIn(folder), setAside: refuse }, null);
    expect(book.notices()[0]?.code).toBe('settings-unkept');
    expect(book.change({ theme: 'dark' })).toMatchObject({ ok: true, value: { theme: 'dark' } });
    expect(book.saveDestination(null, PROFILE).ok).toBe(true);
    expect(book.destinations()).toHaveLength(1);
    expect(readFileSync(join(folder, 'settings.json'), 'utf8')).toBe('{"settings": 1}');
  });

  test('that cannot even be copied leaves a working app and a notice', () => {
    const refuse = (): never => {
      throw new Error('EISDIR: illegal operation on a directory');
    };
    const book = new SettingsBook({ read: refuse, write: refuse, setAside: refuse }, null);
    expect(book.notices()[0]?.code).toBe('settings-unkept');
    expect(book.notices()[0]?.detail).toContain('EISDIR');
    expect(book.settings().theme).toBe('system');
  });
});

describe('destinations', () => {
  test('are saved, replaced and removed, and each change is told', () => {
    const book = open(newFolder());
    const heard: string[] = [];
    book.onChange((what) => heard.push(what));
    const saved = book.saveDestination(null, PROFILE);
    if (!saved.ok) throw new Error(saved.fault.message);
    const { destinationId } = saved.value;
    expect(book.saveDestination(destinationId, { ...PROFILE, name: 'Renamed' }).ok).toBe(true);
    expect(book.destinations().map(({ profile }) => profile.name)).toEqual(['Renamed']);
    expect(book.removeDestination(destinationId).ok).toBe(true);
    expect(book.saveDestination(destinationId, PROFILE)).toMatchObject({
      ok: false,
      fault: { code: 'invalid-input' },
    });
    expect(book.destinations()).toEqual([]);
    expect(heard).toEqual(['destinations', 'destinations', 'destinations']);
  });

  test('one that is changed to another place becomes another destination, and stays the current one', () => {
    const book = open(newFolder());
    const saved = book.saveDestination(null, PROFILE);
    if (!saved.ok) throw new Error(saved.fault.message);
    const { destinationId } = saved.value;
    book.change({ currentDestinationId: destinationId });
    const moved = book.saveDestination(destinationId, { ...PROFILE, bucket: 'another-bucket' });
    if (!moved.ok) throw new Error(moved.fault.message);
    expect(moved.value.destinationId).not.toBe(destinationId);
    expect(book.destinations()).toEqual([moved.value]);
    expect(book.settings().currentDestinationId).toBe(moved.value.destinationId);
  });

  test('the current one is one that exists', () => {
    const book = open(newFolder());
    const saved = book.saveDestination(null, PROFILE);
    book.change({ currentDestinationId: 'gone' as DestinationId });
    expect(book.settings().currentDestinationId).toBe(saved.ok && saved.value.destinationId);
  });

  test('one given at start is current, is never written and cannot be changed', () => {
    const folder = newFolder();
    const book = new SettingsBook(fileIn(folder), GIVEN);
    const saved = book.saveDestination(null, PROFILE);
    expect(book.settings().currentDestinationId).toBe('given-1');
    expect(book.destinations()).toHaveLength(2);
    expect(book.saveDestination(GIVEN.destinationId, PROFILE).ok).toBe(false);
    expect(book.removeDestination(GIVEN.destinationId).ok).toBe(false);
    const other = saved.ok ? saved.value.destinationId : null;
    book.change({ currentDestinationId: other });
    expect(book.settings().currentDestinationId).toBe(other);
    expect(readFileSync(join(folder, 'settings.json'), 'utf8')).not.toContain('given-1');
    expect(open(folder).destinations()).toHaveLength(1);
  });
});
