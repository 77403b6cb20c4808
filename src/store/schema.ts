import { integerIn, type Database } from './database';

// Numbers are bound as doubles by the driver: every number column is declared INTEGER so that whole ones stay whole.
const QUEUE = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('run', 0);

CREATE TABLE destinations (
  destination_id TEXT PRIMARY KEY, region TEXT NOT NULL, bucket TEXT NOT NULL, endpoint TEXT NOT NULL
) WITHOUT ROWID;

-- AUTOINCREMENT: the ids of removed batches, and so of their items, never come back.
CREATE TABLE batches (
  batch_id INTEGER PRIMARY KEY AUTOINCREMENT,
  destination_id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  prefix TEXT NOT NULL,
  conflict TEXT NOT NULL,
  normalize_names TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  scanning INTEGER NOT NULL,
  scan_fault TEXT,
  held INTEGER NOT NULL DEFAULT 0,
  last_position INTEGER NOT NULL DEFAULT 0,
  -- Rows up to here were there when this run began.
  position_at_open INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX batches_destination ON batches (destination_id);

CREATE TABLE roots (
  batch_id INTEGER NOT NULL, root_index INTEGER NOT NULL, path TEXT NOT NULL, key_prefix TEXT NOT NULL,
  is_file INTEGER NOT NULL,
  PRIMARY KEY (batch_id, root_index)
) WITHOUT ROWID;

-- Cold: written once. object_key is null where it is the root's key prefix and the name.
CREATE TABLE items (
  item_id INTEGER PRIMARY KEY, root_index INTEGER NOT NULL, name TEXT NOT NULL, object_key TEXT,
  modified_at INTEGER NOT NULL, fingerprint TEXT NOT NULL, path_hash INTEGER NOT NULL
);
CREATE INDEX items_path ON items (path_hash);

-- Hot: small rows that change. Stands below 10 have not ended (see stands.ts).
CREATE TABLE work (
  item_id INTEGER PRIMARY KEY, stand INTEGER NOT NULL, size_bytes INTEGER NOT NULL,
  look_again INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX work_open ON work (stand) WHERE stand < 10;

CREATE TABLE ends (
  item_id INTEGER PRIMARY KEY, stand INTEGER NOT NULL, code TEXT NOT NULL, ended_at INTEGER NOT NULL,
  crc64 TEXT, etag TEXT, version_id TEXT, request_ids TEXT, fault TEXT
);
CREATE INDEX ends_cause ON ends (stand, code) WHERE stand >= 12;

CREATE TABLE uploads (
  item_id INTEGER PRIMARY KEY, upload_id TEXT, part_size INTEGER, request_id TEXT, initiating_at INTEGER,
  kept_bytes INTEGER NOT NULL DEFAULT 0, possible_orphan INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX uploads_open ON uploads (item_id) WHERE upload_id IS NOT NULL;

CREATE TABLE parts (
  item_id INTEGER NOT NULL, part_number INTEGER NOT NULL, size_bytes INTEGER NOT NULL,
  etag TEXT NOT NULL, crc64 TEXT NOT NULL,
  PRIMARY KEY (item_id, part_number)
) WITHOUT ROWID;

CREATE TABLE counters (
  batch_id INTEGER NOT NULL, stand INTEGER NOT NULL, code TEXT NOT NULL,
  items INTEGER NOT NULL, bytes INTEGER NOT NULL,
  PRIMARY KEY (batch_id, stand, code)
) WITHOUT ROWID;
`;

// Unfinished uploads of rows that were taken out of the list: an UploadId leaves the store only when it is closed.
const LEFTOVERS = `
CREATE TABLE leftovers (
  item_id INTEGER PRIMARY KEY, destination_id TEXT NOT NULL, object_key TEXT NOT NULL, upload_id TEXT NOT NULL
);
`;

// Parts (0: the one Put) that were begun and never acknowledged: begun again, their bytes count as sent twice.
const BEGUN = `
CREATE TABLE begun (
  item_id INTEGER NOT NULL, part_number INTEGER NOT NULL, PRIMARY KEY (item_id, part_number)
) WITHOUT ROWID;
`;

// `keep-both` gives an item another key; the user may decide otherwise for one item than for its batch.
const CONFLICTS = `
ALTER TABLE items ADD COLUMN renamed_from TEXT;
ALTER TABLE work ADD COLUMN conflict TEXT;
`;

// Faces in pictures (docs/decisions/faces-are-questions.md). Sources: 0 this device, 1 IMM. States of an answer: 0 asked,
// 1 found, 2 failed. Of a decision: 0 to be made, 1 made, 2 asks the user, 3 made and the item was let go.
const FACES = `
ALTER TABLE batches ADD COLUMN detect_faces INTEGER NOT NULL DEFAULT 0;
-- The rule of the destination as it was when the files were handed in, as JSON; null: none.
ALTER TABLE batches ADD COLUMN ingest TEXT;

CREATE TABLE faces (
  item_id INTEGER NOT NULL, source INTEGER NOT NULL, state INTEGER NOT NULL, asked_at INTEGER NOT NULL,
  ended_at INTEGER, took INTEGER, project TEXT, etag TEXT, object_key TEXT, width INTEGER, height INTEGER,
  faces INTEGER NOT NULL DEFAULT 0, fault TEXT,
  PRIMARY KEY (item_id, source)
) WITHOUT ROWID;

-- Large and seldom read.
CREATE TABLE face_answers (
  item_id INTEGER NOT NULL, source INTEGER NOT NULL, raw TEXT NOT NULL, PRIMARY KEY (item_id, source)
);

-- What is still to be asked. destination_id is empty for this device. due_at is also the order.
CREATE TABLE face_questions (
  item_id INTEGER NOT NULL, source INTEGER NOT NULL, destination_id TEXT NOT NULL, automatic INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL,
  PRIMARY KEY (item_id, source)
) WITHOUT ROWID;
CREATE INDEX face_questions_due ON face_questions (source, destination_id, due_at, item_id);

CREATE TABLE face_decisions (
  item_id INTEGER PRIMARY KEY, state INTEGER NOT NULL, faces INTEGER, tag TEXT, object_key TEXT
);
CREATE INDEX face_decisions_made ON face_decisions (item_id) WHERE state = 1;

-- One row for each item that has an answer, a question or an open decision: the better of its answers.
-- shown: 0 waiting, 1 with faces, 2 without, 3 failed.
CREATE TABLE pictures (
  item_id INTEGER PRIMARY KEY, shown INTEGER NOT NULL, source INTEGER NOT NULL, faces INTEGER NOT NULL,
  asks INTEGER NOT NULL, tiles INTEGER NOT NULL
);
CREATE INDEX pictures_shown ON pictures (shown);
CREATE INDEX pictures_asking ON pictures (item_id) WHERE asks = 1;

CREATE TABLE face_tiles (
  item_id INTEGER NOT NULL, face_index INTEGER NOT NULL, source INTEGER NOT NULL, PRIMARY KEY (item_id, face_index)
) WITHOUT ROWID;

-- kind: as pictures.shown, 4 asking, 5 tiles.
CREATE TABLE face_counters (
  batch_id INTEGER NOT NULL, kind INTEGER NOT NULL, items INTEGER NOT NULL, PRIMARY KEY (batch_id, kind)
) WITHOUT ROWID;
`;

// Done, but the server that OSS was to tell was not told: the code of that fault stands beside the end, as with causes.
const UNTOLD = `
CREATE INDEX ends_untold ON ends (item_id) WHERE stand = 10 AND code <> '';
`;

/** Step n brings a file of version n to version n + 1. A step that was released is never changed. */
export const MIGRATIONS: readonly string[] = [QUEUE, LEFTOVERS, BEGUN, FACES, CONFLICTS, UNTOLD];

export function versionOf(database: Database): number {
  const row = database.get('PRAGMA user_version');
  return row === undefined ? 0 : integerIn(row, 'user_version');
}

/** Brings a file of any older version to this one, each step in its own transaction. */
export function migrate(database: Database): void {
  for (let version = versionOf(database); version < MIGRATIONS.length; version += 1) {
    database.transaction(() => {
      database.exec(MIGRATIONS[version] ?? '');
      database.exec(`PRAGMA user_version = ${version + 1}`);
    });
  }
}
