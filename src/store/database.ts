import { DatabaseSync } from '@photostructure/sqlite';
import { fault, type Fault } from '../shared/faults';

type SqlValue = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

/** The few calls that the store makes. Statements are prepared once; errors are thrown (see `faultOf`). */
export interface Database {
  exec(sql: string): void;
  /** Answers how many rows changed. */
  run(sql: string, ...values: SqlValue[]): number;
  get(sql: string, ...values: SqlValue[]): Row | undefined;
  all(sql: string, ...values: SqlValue[]): readonly Row[];
  /** All of `work` or nothing of it. */
  transaction<T>(work: () => T): T;
  close(): void;
}

interface DatabaseOptions {
  readonly readOnly?: boolean;
}
export type OpenDatabase = (path: string, options?: DatabaseOptions) => Database;

// The reader waits this long for a lock, and the writer for a reader that recovers the log. It blocks the thread.
const BUSY_MS = 250;

/** The one place that knows the driver: its API is that of `node:sqlite`. */
export const openDatabase: OpenDatabase = (path, options = {}) => {
  const driver = new DatabaseSync(path, {
    timeout: BUSY_MS,
    enableForeignKeyConstraints: false,
    readOnly: options.readOnly === true,
  });
  const statements = new Map<string, ReturnType<typeof driver.prepare>>();
  const prepared = (sql: string): ReturnType<typeof driver.prepare> => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = driver.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    exec: (sql) => driver.exec(sql),
    run: (sql, ...values) => prepared(sql).run(...values).changes,
    get: (sql, ...values) => prepared(sql).get(...values) as Row | undefined,
    all: (sql, ...values) => prepared(sql).all(...values) as Row[],
    transaction(work) {
      driver.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        driver.exec('COMMIT');
        return result;
      } catch (error) {
        // A full disk makes SQLite roll back by itself; a second ROLLBACK would hide the first error.
        if (driver.isTransaction) driver.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => driver.close(),
  };
};

/** A whole number of a row; a value of another kind means a damaged file. */
export function integerIn(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new Error(`queue file: ${column} is not a number`);
  return value;
}

export function textIn(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error(`queue file: ${column} is not text`);
  return value;
}

export const integerOrNull = (row: Row, column: string): number | null =>
  row[column] === null ? null : integerIn(row, column);
export const textOrNull = (row: Row, column: string): string | null =>
  row[column] === null ? null : textIn(row, column);

// Primary result codes of SQLite (https://sqlite.org/rescode.html); the low byte of an extended one.
const BUSY = 5;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

function resultCode(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return 0;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : 0;
}

export const isBusy = (error: unknown): boolean => resultCode(error) === BUSY;
export const isDamage = (error: unknown): boolean => [CORRUPT, NOTADB].includes(resultCode(error));

/** What an error of the driver means. `disk-full` also stands for a disk that fails or can no longer be written. */
export function faultOf(error: unknown): Fault {
  const said = error instanceof Error ? error.message : String(error);
  switch (resultCode(error)) {
    case FULL:
      return fault('disk-full', 'The disk that holds the queue is full.');
    case READONLY:
    case IOERR:
    case CANTOPEN:
      return fault('disk-full', `The queue cannot be written (${said}).`);
    case CORRUPT:
    case NOTADB:
      return fault('internal', 'The queue file is damaged; it will be set aside at the next start.');
    default:
      return fault('internal', `The queue failed: ${said}.`);
  }
}
