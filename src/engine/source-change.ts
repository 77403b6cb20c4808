import { fault, type Fault } from '../shared/faults';
import type { Snapshot } from './ports';

/** Names the change between two looks at a file, if there is one (P5). */
export function changeBetween(path: string, before: Snapshot, now: Snapshot): Fault | null {
  if (before.fingerprint === now.fingerprint) return null;
  const { sizeBytes } = before;
  const how =
    now.sizeBytes < sizeBytes
      ? `was cut from ${sizeBytes} to ${now.sizeBytes} bytes`
      : now.sizeBytes > sizeBytes
        ? `grew from ${sizeBytes} to ${now.sizeBytes} bytes`
        : 'was changed';
  return fault('source-changed', `${path} ${how} after it was found; nothing mixed was stored.`);
}
