import type { ItemId } from '../../shared/ids';
import type { Database } from '../database';
import { ASKED, IMM, LOCAL, TO_BE_MADE } from './codes';
import { refreshPicture } from './pictures';

interface QuestionPlace {
  readonly destinationId: string;
  /** Nobody asked for it by hand. */
  readonly automatic: boolean;
  readonly at: number;
  /** Also the order: 0 comes before all others. */
  readonly dueAt: number;
}

/** Asks, or asks again: an older answer of this source goes. A question that waits already stays where it is. */
export function putQuestion(
  database: Database,
  itemId: ItemId,
  source: number,
  { destinationId, automatic, at, dueAt }: QuestionPlace,
): void {
  const isNew = database.run(
    `INSERT OR IGNORE INTO face_questions (item_id, source, destination_id, automatic, due_at)
     VALUES (?, ?, ?, ?, ?)`,
    itemId,
    source,
    source === IMM ? destinationId : '',
    automatic ? 1 : 0,
    dueAt,
  );
  if (isNew === 0) return;
  database.run('DELETE FROM face_answers WHERE item_id = ? AND source = ?', itemId, source);
  database.run(
    `INSERT OR REPLACE INTO faces (item_id, source, state, asked_at) VALUES (?, ?, ${ASKED}, ?)`,
    itemId,
    source,
    at,
  );
  refreshPicture(database, itemId);
}

/** The rule of its destination has the file looked at before it is sent. What holds an upload up is asked first. */
export function askForIngest(database: Database, itemId: ItemId, at: number): void {
  database.run(`INSERT OR REPLACE INTO face_decisions (item_id, state) VALUES (?, ${TO_BE_MADE})`, itemId);
  database.run('DELETE FROM face_questions WHERE item_id = ? AND source = ?', itemId, LOCAL);
  putQuestion(database, itemId, LOCAL, { destinationId: '', automatic: true, at, dueAt: 0 });
}
