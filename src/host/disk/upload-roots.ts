import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { failure, fault, success, type Outcome } from '../../shared/faults';
import type { BatchRow } from '../../shared/queue-view';
import type { BatchRoot } from '../../store/queue-types';
import { sourceFault } from './source';

export interface UploadRoots {
  readonly name: string;
  readonly kind: BatchRow['kind'];
  readonly roots: readonly BatchRoot[];
}

/**
 * What was handed in, looked at: a folder's keys begin with its own name, a file's are its name. Faults in one
 * sentence: a path that is not there, and two that would get the same keys.
 */
export async function uploadRoots(paths: readonly string[], prefix: string): Promise<Outcome<UploadRoots>> {
  const roots: BatchRoot[] = [];
  const names = new Map<string, string>();
  for (const given of paths) {
    const path = resolve(given);
    const root = await rootAt(path, prefix);
    if (!root.ok) return root;
    const name = basename(path);
    const other = names.get(name);
    if (other === path) continue;
    if (other !== undefined)
      return failure(
        fault(
          'invalid-input',
          `${other} and ${path} would get the same keys; upload them one after the other under two prefixes.`,
        ),
      );
    names.set(name, path);
    roots.push(root.value);
  }
  const [first] = names.keys();
  if (first === undefined) return failure(fault('invalid-input', 'Nothing was given to upload.'));
  const kind = roots.length === 1 && roots[0]?.isFile === false ? 'folder' : 'files';
  return success({ name: roots.length === 1 ? first : `${first} + ${roots.length - 1}`, kind, roots });
}

async function rootAt(path: string, prefix: string): Promise<Outcome<BatchRoot>> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) {
      const name = basename(path);
      return success({ path, keyPrefix: name === '' ? prefix : `${prefix}${name}/`, isFile: false });
    }
    if (stats.isFile()) return success({ path, keyPrefix: prefix, isFile: true });
    return failure(fault('invalid-input', `${path} is neither a file nor a folder.`));
  } catch (error) {
    const why = sourceFault(path, error);
    return failure(why.code === 'source-missing' ? { ...why, message: `${path} does not exist.` } : why);
  }
}
