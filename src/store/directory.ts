import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure, fault, success, type Fault, type Outcome } from '../shared/faults';
import { faultOf, integerIn, isBusy, isDamage, textIn, type Database, type OpenDatabase } from './database';
import { migrate, MIGRATIONS, versionOf } from './schema';

const QUEUE_FILE = 'queue.db';
const LOCK_FILE = 'queue.lock';
/** Its presence asks for a check at the next start, although the log was closed cleanly. */
const CHECK_FILE = 'queue.check';

// FULL: a commit that was told is on the platter. NORMAL can lose the last commits in a power cut.
// The log is written back every 16 MiB: measured, four times that stalls the engine four times as long for no speed.
const WRITER_SETTINGS = `
PRAGMA page_size = 4096;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA fullfsync = 1;
PRAGMA checkpoint_fullfsync = 1;
PRAGMA cache_size = -32768;
PRAGMA wal_autocheckpoint = 4000;
PRAGMA journal_size_limit = 67108864;
PRAGMA temp_store = MEMORY;
`;

export interface OpenedDirectory {
  readonly database: Database;
  readonly setAside: Fault | null;
  /** To be called after the queue is closed. */
  unlock(): void;
  /** The file was found damaged while it was in use: it is checked at the next start. */
  noteDamage(): void;
}

/**
 * Opens the queue of a folder for writing; the folder is made if missing. Only one process at a time may: the second
 * gets `invalid-input`. A damaged file is set aside under a name that holds `now`, and an empty queue begins.
 */
export function openDirectory(directory: string, now: number, open: OpenDatabase): Outcome<OpenedDirectory> {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    return failure(folderFault(directory, error));
  }
  const lock = takeLock(directory, open);
  if (!lock.ok) return lock;
  try {
    const { database, setAside } = openQueueFile(directory, now, open);
    return success({
      database,
      setAside,
      unlock: () => lock.value.close(),
      noteDamage: () => noteDamage(directory),
    });
  } catch (error) {
    lock.value.close();
    return failure(error instanceof TooNew ? newerFault(directory) : faultOf(error));
  }
}

/** Opens the queue of a folder for looking, also while another process writes to it. */
export function openForReading(directory: string, open: OpenDatabase): Outcome<Database> {
  const path = join(directory, QUEUE_FILE);
  if (!existsSync(path)) return failure(fault('invalid-input', `There is no queue in ${directory}.`));
  try {
    const database = open(path, { readOnly: true });
    const version = versionOf(database);
    if (version === MIGRATIONS.length) return success(database);
    database.close();
    if (version > MIGRATIONS.length) return failure(newerFault(directory));
    const next = 'resume it once, then look again';
    return failure(fault('invalid-input', `The queue in ${directory} is from an older version; ${next}.`));
  } catch (error) {
    return failure(faultOf(error));
  }
}

class TooNew extends Error {}

/**
 * A lock of the operating system on a file of its own, held as an exclusive transaction: it goes with the process
 * however that ends, and readers of the queue itself are not kept out.
 */
function takeLock(directory: string, open: OpenDatabase): Outcome<Database> {
  let lock: Database | null = null;
  try {
    lock = open(join(directory, LOCK_FILE));
    lock.exec('BEGIN EXCLUSIVE');
    return success(lock);
  } catch (error) {
    lock?.close();
    if (!isBusy(error)) return failure(folderFault(directory, error));
    const message = `The queue in ${directory} is in use by another OSS Ferry; close that one first.`;
    return failure(fault('invalid-input', message));
  }
}

function openQueueFile(
  directory: string,
  now: number,
  open: OpenDatabase,
): { database: Database; setAside: Fault | null } {
  try {
    return { database: openChecked(directory, open), setAside: null };
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  const aside = setAsideDamaged(directory, now);
  const message = `The queue file was damaged. It was set aside as ${aside}, and an empty queue was begun.`;
  return { database: openChecked(directory, open), setAside: fault('internal', message) };
}

class Damage extends Error {
  readonly errcode = 11;
}

function openChecked(directory: string, open: OpenDatabase): Database {
  const path = join(directory, QUEUE_FILE);
  // A log that was left behind means that the last run did not end cleanly.
  const doubtful = sizeOf(`${path}-wal`) > 0 || existsSync(join(directory, CHECK_FILE));
  const database = open(path);
  try {
    database.exec(WRITER_SETTINGS);
    if (versionOf(database) > MIGRATIONS.length) throw new TooNew();
    if (doubtful) check(database);
    migrate(database);
    rmSync(join(directory, CHECK_FILE), { force: true });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function check(database: Database): void {
  const row = database.get('PRAGMA quick_check(1)');
  if (row === undefined || textIn(row, 'quick_check') !== 'ok') throw new Damage('the check failed');
}

/** Keeps all that belongs to the file, so that it can still be mended by hand. */
function setAsideDamaged(directory: string, now: number): string {
  const name = `${QUEUE_FILE}.damaged-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const suffix of ['', '-wal', '-shm']) {
    const path = join(directory, QUEUE_FILE + suffix);
    if (existsSync(path)) renameSync(path, join(directory, name + suffix));
  }
  return name;
}

function noteDamage(directory: string): void {
  try {
    writeFileSync(join(directory, CHECK_FILE), '');
  } catch {
    // The disk fails altogether; a damaged file that cannot be opened is found without the note.
  }
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

const newerFault = (directory: string): Fault =>
  fault('invalid-input', `The queue in ${directory} was written by a newer version of OSS Ferry.`);

function folderFault(directory: string, error: unknown): Fault {
  const said = error instanceof Error ? error.message : String(error);
  if (faultOf(error).code === 'disk-full' && /ENOSPC|is full/.test(said)) return faultOf(error);
  return fault('invalid-input', `The queue folder ${directory} cannot be used (${said}).`);
}

/** Counts this opening, and remembers which rows were there before it. */
export function beginRun(database: Database): number {
  return database.transaction(() => {
    database.run(`UPDATE meta SET value = value + 1 WHERE name = 'run'`);
    database.run(
      'UPDATE batches SET position_at_open = last_position WHERE position_at_open <> last_position',
    );
    const row = database.get(`SELECT value FROM meta WHERE name = 'run'`);
    return row === undefined ? 1 : integerIn(row, 'value');
  });
}
