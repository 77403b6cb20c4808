import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { failure, fault, success, type Outcome } from '../shared/faults';

/** Looks at once: enough to keep the disk busy, too few to fill the pool that everything else waits for. */
const AT_ONCE = 16;

type Problem = 'relative' | 'missing' | 'unreadable';

async function problemOf(path: string): Promise<Problem | null> {
  if (!isAbsolute(path)) return 'relative';
  try {
    await stat(path);
    return null;
  } catch (error) {
    const isGone =
      error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
    return isGone ? 'missing' : 'unreadable';
  }
}

/**
 * Looks at paths that came out of the window before they are queued. All are sound, or the fault names the first
 * that is not and says how many there are; then nothing is queued.
 */
export async function inspectSources(paths: readonly string[]): Promise<Outcome<readonly string[]>> {
  const problems: (Problem | null)[] = [];
  for (let from = 0; from < paths.length; from += AT_ONCE)
    problems.push(...(await Promise.all(paths.slice(from, from + AT_ONCE).map(problemOf))));
  const first = problems.findIndex((problem) => problem !== null);
  const kind = problems[first];
  if (kind === undefined || kind === null) return success(paths);
  const others = problems.filter((problem) => problem !== null).length - 1;
  const more = others === 0 ? '' : ` (and ${others} more)`;
  const path = paths[first] ?? '';
  if (kind === 'relative') return failure(fault('invalid-input', `${path}${more} is not an absolute path.`));
  return kind === 'missing'
    ? failure(fault('source-missing', `${path}${more} is not there any more; nothing was queued.`))
    : failure(fault('source-unreadable', `${path}${more} cannot be read; nothing was queued.`));
}
