import { afterEach, beforeEach, expect, test } from 'vitest';
import { SAMPLES_QUERY, CALLBACK_FAULT_SAMPLES_QUERY } from '../../../src/store/causes';
import { ENDED_QUERY, RETRY_QUERY, UNENDED_QUERY } from '../../../src/store/command-rows';
import { KEPT_QUERY } from '../../../src/store/counts';
import { ASKING_QUERY, MADE_QUERY } from '../../../src/store/faces/decisions';
import {
  ALL_PICTURES_QUERY,
  ASKING_PICTURES_QUERY,
  SHOWN_PICTURES_QUERY,
  TILES_QUERY,
} from '../../../src/store/faces/face-pages';
import { PICTURE_IDS_QUERY, WORK_IDS_QUERY } from '../../../src/store/faces/faces-store';
import { DUE_QUERY, NEXT_DUE_QUERY } from '../../../src/store/faces/questions';
import { ENDED_PAGE_QUERY, GAPS_QUERY, PAGE_QUERY } from '../../../src/store/pages';
import { CALLBACK_FAULTS_QUERY } from '../../../src/store/callback-faults';
import { LEFTOVERS_QUERY, WORK_QUERY } from '../../../src/store/work';
import { found, must, newBatch } from '../../fakes/queue-samples';
import { SqliteBench } from '../../fakes/sqlite-bench';

let bench: SqliteBench;
beforeEach(() => {
  bench = new SqliteBench();
});
afterEach(() => bench.dispose());

/** How SQLite would walk the tables, with a value for each question mark. */
function planOf(query: string): readonly string[] {
  const values = [...query.matchAll(/\?/g)].map(() => 1);
  const rows = bench.database?.all(`EXPLAIN QUERY PLAN ${query}`, ...values) ?? [];
  return rows.map((row) => String(row['detail']));
}

const PLANS: readonly [name: string, query: string, first: string][] = [
  ['work', WORK_QUERY, 'SEARCH w USING INDEX work_open (stand=? AND rowid>? AND rowid<?)'],
  ['unended', UNENDED_QUERY, 'SEARCH work USING COVERING INDEX work_open (stand=? AND rowid>? AND rowid<?)'],
  [
    'retry',
    RETRY_QUERY,
    'SEARCH ends USING COVERING INDEX ends_cause (stand=? AND code=? AND rowid>? AND rowid<?)',
  ],
  ['ended', ENDED_QUERY, 'SEARCH ends USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)'],
  ['samples', SAMPLES_QUERY, 'SEARCH e USING INDEX ends_cause (stand=? AND code=? AND rowid>? AND rowid<?)'],
  ['untold', CALLBACK_FAULTS_QUERY, 'SEARCH ends USING INDEX ends_untold (item_id>? AND item_id<?)'],
  [
    'untold samples',
    CALLBACK_FAULT_SAMPLES_QUERY,
    'SEARCH e USING INDEX ends_untold (item_id>? AND item_id<?)',
  ],
  ['page', PAGE_QUERY, 'SEARCH w USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)'],
  ['page with gaps', GAPS_QUERY, 'SEARCH work USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)'],
  ['receipt', ENDED_PAGE_QUERY, 'SEARCH e USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)'],
  [
    'questions that are due',
    DUE_QUERY,
    'SEARCH q USING INDEX face_questions_due (source=? AND destination_id=? AND due_at<?)',
  ],
  [
    'the next question',
    NEXT_DUE_QUERY,
    'SEARCH face_questions USING COVERING INDEX face_questions_due (source=? AND destination_id=?)',
  ],
  ['decisions to be told', MADE_QUERY, 'SCAN face_decisions USING COVERING INDEX face_decisions_made'],
  ['pictures that ask', ASKING_QUERY, 'SEARCH w USING INDEX work_open (stand=?)'],
  ['pictures', ALL_PICTURES_QUERY, 'SEARCH p USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)'],
  [
    'pictures by answer',
    SHOWN_PICTURES_QUERY,
    'SEARCH p USING INDEX pictures_shown (shown=? AND rowid>? AND rowid<?)',
  ],
  [
    'pictures by asking',
    ASKING_PICTURES_QUERY,
    'SEARCH p USING INDEX pictures_asking (item_id>? AND item_id<?)',
  ],
  ['tiles', TILES_QUERY, 'SEARCH t USING PRIMARY KEY (item_id>? AND item_id<?)'],
  ['all items', WORK_IDS_QUERY, 'SEARCH work USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)'],
  ['all pictures', PICTURE_IDS_QUERY, 'SEARCH pictures USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)'],
  ['leftovers', LEFTOVERS_QUERY, 'SCAN u USING INDEX uploads_open'],
  ['kept bytes', KEPT_QUERY, 'SCAN u USING INDEX uploads_open'],
];

test.each(PLANS)('%s: walks only what it needs, in order, also after ANALYZE', (_name, query, first) => {
  const batchId = must(bench.store.createBatch(newBatch()));
  must(bench.store.addItems(batchId, found(1, 500)));
  for (const analyzed of [false, true]) {
    if (analyzed) bench.database?.exec('ANALYZE');
    const plan = planOf(query);
    expect(plan[0]).toBe(first);
    expect(plan.slice(1).filter((step) => step.startsWith('SCAN'))).toEqual([]);
    expect(plan.filter((step) => step.includes('ORDER BY'))).toEqual([]);
  }
});
