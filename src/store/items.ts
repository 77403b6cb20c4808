import { fault, type Fault } from '../shared/faults';
import { itemIdAt, type BatchId, type ItemId } from '../shared/ids';
import { integerIn, integerOrNull, textIn, textOrNull, type Database, type Row } from './database';
import { askForIngest } from './faces/put-question';
import { insertEnd } from './item-status';
import type { FoundItem } from './queue-types';
import { storeSnapshot } from './records';
import { ASKING, FAILED, isEnded, SCANNED, WAITING } from './status-codes';
import { CounterDeltas } from './counter-deltas';

/** The most that one call may add: a longer transaction would be felt. */
const MOST_ITEMS = 2_000;

/** 53 bits of a path (cyrb53): finds a row by its path with an index of small numbers instead of long strings. */
export function pathHash(batchId: BatchId, rootIndex: number, name: string): number {
  let high = 0xdeadbeef ^ batchId;
  let low = 0x41c6ce57 ^ rootIndex;
  for (let index = 0; index < name.length; index += 1) {
    const unit = name.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}

/** To be called inside a transaction. Answers how many rows are new, or why nothing may be added. */
export function addItems(
  database: Database,
  batchId: BatchId,
  found: readonly FoundItem[],
  now: number,
): number | Fault {
  if (found.length > MOST_ITEMS)
    return fault('invalid-input', `At most ${MOST_ITEMS} items may be added at once.`);
  const batch = database.get('SELECT scanning, last_position FROM batches WHERE batch_id = ?', batchId);
  if (batch === undefined || integerIn(batch, 'scanning') === 0)
    return fault('canceled', 'The batch is not being scanned any more.');
  const prefixes = keyPrefixes(database, batchId);
  const tally = new CounterDeltas();
  const first = integerIn(batch, 'last_position');
  let last = first;
  for (const item of found) {
    const hash = pathHash(batchId, item.rootIndex, item.name);
    const known = knownRow(database, batchId, item, hash);
    if (known !== undefined) {
      refresh(database, tally, known, item, now);
      continue;
    }
    last += 1;
    insertItem(database, tally, itemIdAt(batchId, last), item, hash, prefixes, now);
  }
  database.run('UPDATE batches SET last_position = ? WHERE batch_id = ?', last, batchId);
  tally.write(database);
  return last - first;
}

function keyPrefixes(database: Database, batchId: BatchId): ReadonlyMap<number, string> {
  const roots = database.all('SELECT root_index, key_prefix FROM roots WHERE batch_id = ?', batchId);
  return new Map(roots.map((row) => [integerIn(row, 'root_index'), textIn(row, 'key_prefix')]));
}

function knownRow(database: Database, batchId: BatchId, item: FoundItem, hash: number): Row | undefined {
  return database.get(
    `SELECT i.item_id, i.fingerprint, w.stand, w.size_bytes, u.upload_id, u.initiating_at
     FROM items i INDEXED BY items_path
     CROSS JOIN work w ON w.item_id = i.item_id
     LEFT JOIN uploads u ON u.item_id = i.item_id
     WHERE i.path_hash = ? AND i.name = ? AND i.root_index = ? AND i.item_id > ? AND i.item_id < ?`,
    hash,
    item.name,
    item.rootIndex,
    itemIdAt(batchId, 0),
    itemIdAt((batchId + 1) as BatchId, 0),
  );
}

/** A file that changed before anything of it was sent is simply another file now. */
function refresh(database: Database, tally: CounterDeltas, known: Row, item: FoundItem, now: number): void {
  const stand = integerIn(known, 'stand');
  const begun = textOrNull(known, 'upload_id') !== null || integerOrNull(known, 'initiating_at') !== null;
  if (isEnded(stand) || begun || textIn(known, 'fingerprint') === item.snapshot.fingerprint) return;
  const itemId = integerIn(known, 'item_id') as ItemId;
  tally.add(itemId, stand, '', -1, integerIn(known, 'size_bytes'));
  // What was found in the other bytes says nothing of these.
  const asksAgain = stand === ASKING || stand === SCANNED;
  tally.add(itemId, asksAgain ? SCANNED : stand, '', 1, item.snapshot.sizeBytes);
  storeSnapshot(database, itemId, item.snapshot);
  if (!asksAgain) return;
  database.run('UPDATE work SET stand = ? WHERE item_id = ?', SCANNED, itemId);
  askForIngest(database, itemId, now);
}

function insertItem(
  database: Database,
  tally: CounterDeltas,
  itemId: ItemId,
  item: FoundItem,
  hash: number,
  prefixes: ReadonlyMap<number, string>,
  now: number,
): void {
  const usualKey = `${prefixes.get(item.rootIndex) ?? ''}${item.name}`;
  database.run(
    `INSERT INTO items (item_id, root_index, name, object_key, modified_at, fingerprint, path_hash)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    itemId,
    item.rootIndex,
    item.name,
    item.key === usualKey ? null : item.key,
    item.snapshot.modifiedAt,
    item.snapshot.fingerprint,
    hash,
  );
  const { refused } = item;
  const unended = item.looksFirst === true ? SCANNED : WAITING;
  const stand = refused === undefined ? unended : FAILED;
  const { sizeBytes } = item.snapshot;
  database.run('INSERT INTO work (item_id, stand, size_bytes) VALUES (?, ?, ?)', itemId, stand, sizeBytes);
  tally.add(itemId, stand, refused?.code ?? '', 1, sizeBytes);
  if (refused !== undefined) insertEnd(database, itemId, now, { kind: 'failed', fault: refused });
  else if (stand === SCANNED) askForIngest(database, itemId, now);
}
