import type { CommandResult, StoreRecord } from '../engine/queue-ports';
import { failure, fault, success, type Fault, type Outcome } from '../shared/faults';
import type { ItemId } from '../shared/ids';
import type { Scope, Verb } from '../shared/queue-view';
import { createBatch, findUnfinishedBatch, joinBatch, markScanned, registerDestination } from './batches';
import { carryOut } from './commands';
import type { Progress } from './command-rows';
import { faultOf, isDamage, openDatabase, type Database, type OpenDatabase } from './database';
import { beginRun, openDirectory, type OpenedDirectory } from './directory';
import { facesStoreOf } from './faces/faces-store';
import { GroupCommit, type Clock } from './group-commit';
import { addItems } from './items';
import { guardWith, nextTurn, readerOf, type Guard } from './queue-reader';
import type { QueueStore } from './queue-types';
import { applyRecord } from './records';
import { CounterDeltas } from './counter-deltas';
import { noteCallback, callbackFaultItems } from './callback-faults';
import { loadWork, recover } from './work';

export interface QueueStoreOptions extends Clock {
  /** Made if missing. Never a network share: the log needs memory that is shared on one machine. */
  readonly directory: string;
  /** Opens database files; the tests put a full disk here. */
  readonly open?: OpenDatabase;
}

/**
 * Opens the durable queue of a folder. One process at a time: a second one gets `invalid-input`, one sentence. A
 * damaged file is set aside (see `setAside`). Nothing of what comes back throws.
 */
export function openQueueStore(options: QueueStoreOptions): Outcome<QueueStore> {
  const opened = openDirectory(options.directory, options.now(), options.open ?? openDatabase);
  if (!opened.ok) return opened;
  const run = guardWith(faultOf)(() => beginRun(opened.value.database));
  if (run.ok) return success(storeOf(opened.value, options, run.value));
  guardWith(faultOf)(() => {
    opened.value.database.close();
    opened.value.unlock();
  });
  return run;
}

const stopped = (): Fault => fault('engine-stopped', 'The queue is closed.');

function storeOf(opened: OpenedDirectory, clock: Clock, run: number): QueueStore {
  const { database } = opened;
  const guard = guardWith((error) => {
    if (isDamage(error)) opened.noteDamage();
    return faultOf(error);
  });
  const group = new GroupCommit(clock, (records) => guard(() => writeGroup(database, records)));
  const command = commandQueue(database, clock, group, guard);
  const reader = readerOf(database, guard);
  /** What waits for its group is written first, so that no answer is older than what was told. */
  const upToDate = <T>(work: () => T): Outcome<T> => {
    const flushed = group.flush();
    return flushed.ok ? guard(work) : flushed;
  };
  const change = <T>(work: () => Outcome<T>): Outcome<T> => flat(guard(() => database.transaction(work)));
  return {
    ...reader,
    run,
    setAside: opened.setAside,
    recover: () => Promise.resolve(upToDate(() => recover(database))),
    write: (seq, record) => group.write(seq, record),
    onPersisted: (listener) => group.onPersisted(listener),
    onTrouble: (listener) => group.onTrouble(listener),
    loadWork: async (destinationId, after, limit) => {
      await command.settled();
      return upToDate(() => loadWork(database, destinationId, after, limit));
    },
    command: command.run,
    registerDestination: (destination) => change(() => registerDestination(database, destination)),
    createBatch: (batch) => change(() => createBatch(database, batch)),
    findUnfinishedBatch: (destinationId, rootPaths, template) =>
      upToDate(() => findUnfinishedBatch(database, destinationId, rootPaths, template)),
    // Not older than the ends that wait for their group: what is told in the same breath must be found.
    callbackFaults: (scope, after) => upToDate(() => callbackFaultItems(database, scope, after)),
    noteCallback: (itemId, why) =>
      upToDate(() => database.transaction(() => noteCallback(database, itemId, why))),
    joinBatch: (batchId, conflict, faces) => guard(() => joinBatch(database, batchId, conflict, faces)),
    faces: facesStoreOf({
      database,
      read: guard,
      change: (work) => guard(() => database.transaction(work)),
      changeUpToDate: (work) => upToDate(() => database.transaction(work)),
      now: () => clock.now(),
    }),
    addItems: (batchId, items) =>
      flat(
        upToDate(() =>
          database.transaction(() => {
            const added = addItems(database, batchId, items, clock.now());
            return typeof added === 'number' ? success({ added }) : failure(added);
          }),
        ),
      ),
    markScanned: (batchId) => guard(() => markScanned(database, batchId, null)),
    markScanFault: (batchId, why) => guard(() => markScanned(database, batchId, why)),
    close: () => {
      command.stop();
      const flushed = group.close();
      const closed = reader.close();
      guard(() => opened.unlock());
      return flushed.ok ? closed : flushed;
    },
  };
}

const flat = <T>(outcome: Outcome<Outcome<T>>): Outcome<T> => (outcome.ok ? outcome.value : outcome);

function writeGroup(database: Database, records: readonly StoreRecord[]): void {
  database.transaction(() => {
    const tally = new CounterDeltas();
    for (const record of records) applyRecord(database, tally, record);
    tally.write(database);
  });
}

/** Commands are carried out one after the other, in pieces between which everything else has its turn. */
function commandQueue(
  database: Database,
  clock: Clock,
  group: GroupCommit,
  guard: Guard,
): {
  readonly run: QueueStore['command'];
  /** Waits for the commands that were given: what they are about to change must not be handed out as work. */
  readonly settled: () => Promise<void>;
  readonly stop: () => void;
} {
  let open = true;
  let last: Promise<unknown> = Promise.resolve();
  const runOne = async (
    verb: Verb,
    scope: Scope,
    live: ReadonlySet<ItemId>,
  ): Promise<Outcome<CommandResult>> => {
    const progress: Progress = { affected: 0, leftovers: [] };
    const pieces = carryOut(verb, { database, scope, live, now: clock.now(), progress });
    for (;;) {
      if (!open) return failure(stopped());
      const flushed = group.flush();
      if (!flushed.ok) return flushed;
      const piece = guard(() => database.transaction(() => pieces.next()));
      if (!piece.ok) return piece;
      if (piece.value.done === true) return success(progress);
      await nextTurn();
    }
  };
  return {
    run(verb, scope, live) {
      const result = last.then(() => runOne(verb, scope, new Set(live)));
      last = result;
      return result;
    },
    settled: async () => {
      await last;
    },
    stop: () => {
      open = false;
    },
  };
}
