import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database, type OpenDatabase } from '../../src/store/database';
import { openQueueStore } from '../../src/store/queue-store';
import type { QueueStore } from '../../src/store/queue-types';
import { VirtualClock } from './store-clock';

/** The real store in a folder of its own, with a clock that stands still, a disk that can be filled, and crashes. */
export class SqliteBench {
  readonly clock = new VirtualClock();
  store: QueueStore;
  directory: string;
  /** The file of the queue, as the store has opened it. */
  database: Database | null = null;
  readonly #home = mkdtempSync(join(tmpdir(), 'oss-ferry-store-'));
  readonly #stores: QueueStore[] = [];
  #runs = 0;

  constructor() {
    this.directory = join(this.#home, '0');
    this.store = this.open();
  }

  open(): QueueStore {
    const { clock } = this;
    const run = this.#runs;
    const open: OpenDatabase = (path, options) => {
      const database = openDatabase(path, options);
      if (path.endsWith('queue.db')) this.database = database;
      return database;
    };
    const opened = openQueueStore({
      directory: this.directory,
      now: () => clock.now(),
      schedule: (at, ring) =>
        clock.schedule(at, () => {
          // A process that was killed hears no timer.
          if (run === this.#runs) ring();
        }),
      open,
    });
    if (!opened.ok) throw new Error(opened.fault.message);
    this.store = opened.value;
    this.#stores.push(this.store);
    return this.store;
  }

  /** What a process that is killed now leaves on the disk is what its files hold now: a copy of them is opened. */
  crash(): QueueStore {
    this.#runs += 1;
    const copy = join(this.#home, String(this.#runs));
    cpSync(this.directory, copy, { recursive: true, filter: (path) => !path.endsWith('-shm') });
    this.directory = copy;
    return this.open();
  }

  /** Makes SQLite itself say SQLITE_FULL as soon as the file would have to grow. */
  fillDisk(full: boolean): void {
    this.database?.exec(`PRAGMA max_page_count = ${full ? 1 : 4_294_967_294}`);
  }

  dispose(): void {
    for (const store of this.#stores) store.close();
    rmSync(this.#home, { recursive: true, force: true });
  }
}
