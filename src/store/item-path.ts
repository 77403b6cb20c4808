import { sep } from 'node:path';
import type { ObjectKey } from '../shared/ids';
import { integerIn, textIn, textOrNull, type Row } from './database';

/** Key of a row that has `name`, `object_key` and its root's `key_prefix`. */
export const keyOf = (row: Row): ObjectKey =>
  (textOrNull(row, 'object_key') ?? `${textIn(row, 'key_prefix')}${textIn(row, 'name')}`) as ObjectKey;

/** Source path of a row that has `name` and its root's `path` and `is_file`. */
export function sourcePathOf(row: Row): string {
  const root = textIn(row, 'path');
  if (integerIn(row, 'is_file') === 1) return root;
  const name = textIn(row, 'name');
  // On POSIX systems a backslash is a letter like any other; names are left as they are there.
  const below = sep === '/' ? name : name.replaceAll('/', sep);
  return root.endsWith(sep) ? `${root}${below}` : `${root}${sep}${below}`;
}
