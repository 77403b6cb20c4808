/** The conflict policy `keep-both`: `a.jpg` is taken, so `a (2).jpg`, `a (3).jpg`, … */
import { fault } from '../shared/faults';
import type { ObjectKey } from '../shared/ids';
import { freshTodo } from './item';
import { requeue, forgetFailures, WHOLE } from './item-faults';
import { fail } from './item-end';
import type { LiveItem } from './state';
import type { Transition } from './transition';

/** OSS: a key has at most 1,023 bytes of UTF-8. */
const MOST_KEY_BYTES = 1023;
const MOST_COPIES = 1000;

/** `keep-both`: the next free name, kept before a byte goes there. An upload of the taken name is aborted first. */
export function keepBoth(turn: Transition, item: LiveItem): void {
  if (item.upload !== null) {
    requeue(turn, { ...forgetFailures(item, WHOLE), outcomeUnknown: false, todo: { kind: 'abort' } });
    return;
  }
  const { itemId, key, renamedFrom } = item.work;
  const first = renamedFrom ?? key;
  const next = nextName(first, key);
  if (next === null) {
    fail(
      turn,
      item,
      fault('name-refused', `No other name can be made of "${first}"; all are taken or too long.`),
    );
    return;
  }
  const work = { ...item.work, key: next, renamedFrom: first, initiatingAtServer: null };
  const renamed = forgetFailures({ ...item, work, outcomeUnknown: false, partsBegun: new Set() }, WHOLE);
  const seq = turn.write({ kind: 'renamed', itemId, key: next });
  turn.awaitRecord({ ...renamed, todo: freshTodo(renamed) }, seq);
}

/**
 * The key to try after `current`, made of the first one. Null when there is none: a thousand names are taken, or it
 * would be longer than a key may be.
 */
export function nextName(first: ObjectKey, current: ObjectKey): ObjectKey | null {
  const copies = current === first ? 1 : Number(/ \((\d+)\)(?:\.[^./]*)?$/.exec(current)?.[1] ?? 1);
  if (copies >= MOST_COPIES) return null;
  const slash = first.lastIndexOf('/') + 1;
  const dot = first.lastIndexOf('.');
  // A dot at the beginning of a name makes it hidden and begins no extension.
  const end = dot > slash ? dot : first.length;
  const key = `${first.slice(0, end)} (${copies + 1})${first.slice(end)}`;
  return utf8Bytes(key) > MOST_KEY_BYTES ? null : (key as ObjectKey);
}

function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
