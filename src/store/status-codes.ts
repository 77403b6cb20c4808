import type { ItemEnd } from '../engine/queue-ports';
import type { Fault } from '../shared/faults';

/**
 * How an item stands, as one small number: below 10 it has not ended, from 12 on it can be tried again. The partial
 * indexes of schema.ts name these bounds, so queries must repeat them word for word (`stand < 10`, `stand >= 12`).
 */
export const WAITING = 0;
/** Paused by the user, by itself. */
export const HELD = 1;
/** Let go on by the user while its batch is paused. Stands only in batches that are held. */
export const EXEMPT = 2;
/** Not runnable: the rule of its destination has faces looked for first, or what it decided was not told yet. */
export const SCANNED = 3;
/** Not runnable: the rule asks the user. */
export const ASKING = 4;
export const DONE = 10;
export const SKIPPED = 11;
export const CONFLICT = 12;
export const SOURCE_CHANGED = 13;
export const FAILED = 14;
export const CANCELED = 15;

export const UNENDED = [WAITING, HELD, EXEMPT, SCANNED, ASKING] as const;
export const isEnded = (stand: number): boolean => stand >= DONE;

const STATUS_CODES: Readonly<Record<ItemEnd['kind'], number>> = {
  done: DONE,
  skipped: SKIPPED,
  conflict: CONFLICT,
  'source-changed': SOURCE_CHANGED,
  failed: FAILED,
  canceled: CANCELED,
};

export const statusOfEnd = (kind: ItemEnd['kind']): number => STATUS_CODES[kind];

export function kindOfEnd(stand: number): ItemEnd['kind'] {
  const kinds = Object.keys(STATUS_CODES) as ItemEnd['kind'][];
  const kind = kinds.find((each) => STATUS_CODES[each] === stand);
  if (kind === undefined) throw new Error(`queue file: ${stand} is no way to end`);
  return kind;
}

/** The fault's code where the end has one: causes are counted by it. */
export const codeOfEnd = (end: ItemEnd): string => faultOfEnd(end)?.code ?? '';

/** Why it ended so, or what is amiss although it is done. */
export function faultOfEnd(end: ItemEnd): Fault | null {
  if ('fault' in end) return end.fault;
  return end.kind === 'done' ? (end.callbackFault ?? null) : null;
}
