import { failure, success, type Fault, type Outcome } from '../shared/faults';
import type { DestinationId } from '../shared/ids';
import { causesOf } from './causes';
import { countPossibleOrphans, listBatches, oneBatch, totals } from './counts';
import { faultOf, openDatabase, textIn, type Database } from './database';
import { openForReading } from './directory';
import { detailOf, endedPage, pageOf, planOf, rowOf } from './pages';
import type { EndedItem, QueueReader } from './queue-types';
import { countCallbackFaults, callbackFaultItems } from './callback-faults';

/** Turns what the driver throws into a fault. */
export type Guard = <T>(work: () => T) => Outcome<T>;

export function guardWith(onError: (error: unknown) => Fault): Guard {
  return (work) => {
    try {
      return success(work());
    } catch (error) {
      return failure(onError(error));
    }
  };
}

/** Looks into the queue of a folder, also while another process works on it. Changes nothing. */
export function openQueueReader(directory: string): Outcome<QueueReader> {
  const opened = openForReading(directory, openDatabase);
  return opened.ok ? success(readerOf(opened.value, guardWith(faultOf))) : opened;
}

export function readerOf(database: Database, guard: Guard): QueueReader {
  return {
    destinations: () =>
      guard(() =>
        database.all('SELECT * FROM destinations ORDER BY destination_id').map((row) => ({
          destinationId: textIn(row, 'destination_id') as DestinationId,
          region: textIn(row, 'region'),
          bucket: textIn(row, 'bucket'),
          endpoint: textIn(row, 'endpoint'),
        })),
      ),
    listBatches: (limit) => guard(() => listBatches(database, limit)),
    batch: (batchId) => guard(() => oneBatch(database, batchId)),
    batchPlan: (batchId) => guard(() => planOf(database, batchId)),
    rows: (batchId, offset, limit) => guard(() => pageOf(database, batchId, offset, limit)),
    row: (itemId) => guard(() => rowOf(database, itemId)),
    detail: (itemId) => guard(() => detailOf(database, itemId)),
    causes: () => guard(() => causesOf(database)),
    totals: () => guard(() => totals(database)),
    callbackFaultCount: () => guard(() => countCallbackFaults(database)),
    possibleOrphanCount: () => guard(() => countPossibleOrphans(database)),
    callbackFaults: (scope, after) => guard(() => callbackFaultItems(database, scope, after)),
    endedItems: (batchId) => pagesOf((after) => guard(() => endedPage(database, batchId, after))),
    close: () => guard(() => database.close()),
  };
}

async function* pagesOf(
  pageAfter: (after: number) => Outcome<readonly EndedItem[]>,
): AsyncGenerator<Outcome<readonly EndedItem[]>> {
  for (let after = 0; ;) {
    const page = pageAfter(after);
    const last = page.ok ? page.value.at(-1) : undefined;
    if (page.ok && last === undefined) return;
    yield page;
    if (last === undefined) return;
    after = last.itemId;
    await nextTurn();
  }
}

/** Lets everything else that waits have its turn. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
