import { fault, type Outcome, failure, success } from '../../shared/faults';
import type { ObjectKey } from '../../shared/ids';
import type { Profile } from '../../shared/profile';

/** OSS: 1 to 1023 bytes of UTF-8, beginning with neither `/` nor `\`. */
const MOST_BYTES = 1023;

/**
 * The key of a file: prefix, the path below what was handed in, `/` between. Names stay as they are on the disk
 * unless the destination asks for NFC.
 */
export function objectKey(
  prefix: string,
  name: string,
  normalizeNames: Profile['normalizeNames'],
): Outcome<ObjectKey> {
  const raw = prefix + name;
  const key = normalizeNames === 'nfc' ? raw.normalize('NFC') : raw;
  const bytes = Buffer.byteLength(key);
  if (bytes > MOST_BYTES)
    return failure(
      fault(
        'name-refused',
        `The key would have ${bytes} bytes; OSS takes at most ${MOST_BYTES}. Shorten the path: ${key.slice(0, 80)}…`,
      ),
    );
  if (/^[/\\]/.test(key))
    return failure(fault('name-refused', `A key must not begin with "/" or "\\": ${key.slice(0, 80)}`));
  if (key === '') return failure(fault('name-refused', 'A key must not be empty.'));
  return success(key as ObjectKey);
}
