/** What a file on the disk looks like, and what is wrong with it, in words. */
import type { BigIntStats } from 'node:fs';
import type { Snapshot } from '../../engine/ports';
import { fault, type Fault } from '../../shared/faults';

export function snapshotOf(stats: BigIntStats): Snapshot {
  return {
    sizeBytes: Number(stats.size),
    modifiedAt: Number(stats.mtimeMs),
    fingerprint: `${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}:${stats.ino}`,
  };
}

/** A file that ends before its size says so. */
export function cutShort(path: string): Fault {
  return fault('source-changed', `${path} was cut while it was read; nothing mixed was stored.`);
}

const MISSING: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ENODEV', 'ENXIO']);
const LOCKED: ReadonlySet<string> = new Set(['EBUSY', 'ETXTBSY', 'EAGAIN', 'EMFILE', 'ENFILE', 'ELOCKED']);

export function sourceFault(path: string, error: unknown): Fault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (MISSING.has(code)) return fault('source-missing', `${path} is no longer there.`);
  if (LOCKED.has(code))
    return fault('source-locked', `${path} cannot be opened now (${code}); another program may hold it.`);
  const why = code === 'EACCES' || code === 'EPERM' ? 'its permissions do not allow it' : code;
  return fault('source-unreadable', `${path} cannot be read: ${why}.`);
}
