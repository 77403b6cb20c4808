import { fault, type Fault } from '../shared/faults';
import { itemIdAt, type BatchId, type DestinationId, type ItemId } from '../shared/ids';
import type { Cause } from '../shared/queue-view';
import { readFault } from './counts';
import { integerIn, textIn, type Database, type Row } from './database';
import { CONFLICT, DONE, FAILED, SOURCE_CHANGED } from './status-codes';

const MOST_CAUSES = 100;
const MOST_SAMPLES = 5;
const KINDS: Readonly<Record<number, Cause['kind']>> = {
  [CONFLICT]: 'conflict',
  [SOURCE_CHANGED]: 'source-changed',
  [FAILED]: 'failed',
  [DONE]: 'callback-failed',
};

interface Group {
  readonly destinationId: DestinationId;
  readonly stand: number;
  readonly code: string;
  files: number;
  readonly batchIds: BatchId[];
}

/** Counted from the counters, with samples from the index: the cost grows with the causes, not with the files. */
export function causesOf(database: Database): readonly Cause[] {
  const rows = database.all(
    `SELECT b.destination_id, c.batch_id, c.stand, c.code, c.items
     FROM counters c CROSS JOIN batches b ON b.batch_id = c.batch_id
     WHERE (c.stand IN (${CONFLICT}, ${SOURCE_CHANGED}, ${FAILED}) OR (c.stand = ${DONE} AND c.code <> ''))
       AND c.items > 0
     ORDER BY c.batch_id`,
  );
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const destinationId = textIn(row, 'destination_id') as DestinationId;
    const stand = integerIn(row, 'stand');
    const code = textIn(row, 'code');
    const id = `${destinationId}:${KINDS[stand] ?? 'failed'}:${code}`;
    const group = groups.get(id) ?? { destinationId, stand, code, files: 0, batchIds: [] };
    group.files += integerIn(row, 'items');
    group.batchIds.push(integerIn(row, 'batch_id') as BatchId);
    groups.set(id, group);
  }
  return [...groups].slice(0, MOST_CAUSES).map(([id, group]) => cause(database, id, group));
}

export const SAMPLES_QUERY = `
  SELECT e.item_id, e.fault, i.name
  FROM ends e INDEXED BY ends_cause CROSS JOIN items i ON i.item_id = e.item_id
  WHERE e.stand = ? AND e.stand >= 12 AND e.code = ? AND e.item_id > ? AND e.item_id < ?
  ORDER BY e.item_id LIMIT ?`;

/** Of `ends_untold`, which holds rows that are done. */
export const CALLBACK_FAULT_SAMPLES_QUERY = `
  SELECT e.item_id, e.fault, i.name
  FROM ends e INDEXED BY ends_untold CROSS JOIN items i ON i.item_id = e.item_id
  WHERE e.stand = 10 AND e.code <> '' AND e.code = ? AND e.item_id > ? AND e.item_id < ?
  ORDER BY e.item_id LIMIT ?`;

function samplesOf(
  database: Database,
  { stand, code }: Group,
  batchId: BatchId,
  most: number,
): readonly Row[] {
  const bounds = [itemIdAt(batchId, 0), itemIdAt((batchId + 1) as BatchId, 0), most] as const;
  if (stand === DONE) return database.all(CALLBACK_FAULT_SAMPLES_QUERY, code, ...bounds);
  return database.all(SAMPLES_QUERY, stand, code, ...bounds);
}

function cause(database: Database, id: string, group: Group): Cause {
  const itemIds: ItemId[] = [];
  const names: string[] = [];
  let first: Fault | null = null;
  for (const batchId of group.batchIds) {
    if (itemIds.length === MOST_SAMPLES) break;
    const rows = samplesOf(database, group, batchId, MOST_SAMPLES - itemIds.length);
    for (const row of rows) {
      itemIds.push(integerIn(row, 'item_id') as ItemId);
      names.push(textIn(row, 'name'));
      first ??= readFault(textIn(row, 'fault'));
    }
  }
  return {
    id,
    destinationId: group.destinationId,
    kind: KINDS[group.stand] ?? 'failed',
    fault: first ?? fault('internal', 'The reason was not kept.'),
    files: group.files,
    itemIds,
    names,
  };
}
