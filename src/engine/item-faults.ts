/** What a fault means for the item that met it. */
import { fault, retryPolicyOf, type Fault, type FaultCode } from '../shared/faults';
import { backoff } from './random';
import { credentialsRefused } from './credentials';
import { halve } from './goodput';
import { fail } from './item-end';
import { MOST_CRC_MISMATCHES, MOST_REFUSALS } from './limits';
import { noteSilence } from './network';
import type { LiveItem } from './state';
import type { Transition } from './transition';

/** Failures that belong to no part. */
export const WHOLE = 0;
/** The server lost the whole upload; counted apart, since what comes between succeeds. */
export const RESTARTS = -1;

/** What the server refuses and what arrives otherwise than it was read is bounded; silence beside it does not count. */
const refusals = (key: number): number => -2 - 2 * key;
const mismatches = (key: number): number => -3 - 2 * key;

export function countFailure(
  item: LiveItem,
  key: number,
): { readonly item: LiveItem; readonly count: number } {
  const count = (item.failures.get(key) ?? 0) + 1;
  return { item: { ...item, failures: new Map(item.failures).set(key, count) }, count };
}

export function forgetFailures(item: LiveItem, key: number): LiveItem {
  if (item.failures.size === 0 && item.trouble === null) return item;
  const failures = new Map(item.failures);
  for (const counter of [key, refusals(key), mismatches(key)]) failures.delete(counter);
  return { ...item, failures, trouble: null, blockedUntil: 0 };
}

/**
 * Meets a fault of the request that was signed with `generation`; the item's `todo` must already say what is tried
 * again. Waiting for network and for credentials costs no attempt.
 */
export function meetFault(
  turn: Transition,
  item: LiveItem,
  key: number,
  why: Fault,
  generation: number,
): void {
  const { destinationId } = item.work;
  const { item: counted, count } = countFailure(item, key);
  switch (retryPolicyOf(why.code)) {
    case 'network': {
      const offline = noteSilence(turn, destinationId, why);
      if (why.code === 'stalled') halve(turn, destinationId);
      block(turn, counted, why, count, offline ? 0 : undefined);
      return;
    }
    case 'throttle':
      halve(turn, destinationId);
      block(turn, counted, why, count);
      return;
    case 'credentials':
      credentialsRefused(turn, destinationId, generation, why);
      requeue(turn, item);
      return;
    case 'skew':
    case 'item':
      meetRefusal(turn, counted, key, why);
      return;
    case 'never':
      fail(turn, counted, why);
  }
}

function meetRefusal(turn: Transition, item: LiveItem, key: number, why: Fault): void {
  const { item: counted, count } = countFailure(item, refusals(key));
  if (count >= MOST_REFUSALS) fail(turn, counted, why);
  // The answer's Date has set the clock right already (P7).
  else if (retryPolicyOf(why.code) === 'skew') requeue(turn, counted);
  else block(turn, counted, why, count);
}

/** A part arrived otherwise than it was read. Nothing is visible yet, so it is sent again, a few times. */
export function meetMismatch(turn: Transition, item: LiveItem, partNumber: number): void {
  const { item: counted, count } = countFailure(countFailure(item, partNumber).item, mismatches(partNumber));
  const why = fault('crc-mismatch', `Part ${partNumber} arrived with another CRC-64 than it was read with.`);
  if (count >= MOST_CRC_MISMATCHES) fail(turn, counted, why);
  else requeue(turn, { ...counted, trouble: { fault: why, attempt: count } });
}

/** Is tried again as soon as there is room. */
export function requeue(turn: Transition, item: LiveItem): void {
  turn.enqueue(turn.keepItem(item));
}

function block(turn: Transition, item: LiveItem, why: Fault, attempt: number, delay?: number): void {
  const wait = delay ?? Math.max(why.retryAfterMs ?? 0, backoff(attempt, turn.random()));
  const blockedUntil = turn.at + wait;
  requeue(turn, { ...item, blockedUntil, trouble: { fault: why, attempt } });
  if (wait > 0) turn.emit({ kind: 'set-timer', timer: `item:${item.work.itemId}`, at: blockedUntil });
}

const UNKNOWN_END: ReadonlySet<FaultCode> = new Set([
  'connection-lost',
  'stalled',
  'captive-portal',
  'bad-answer',
  'internal',
]);

/** The server may have carried the request out although no answer of its came. */
export function mayBeStored(why: Fault): boolean {
  if (why.isUnasked === true) return false;
  return UNKNOWN_END.has(why.code) || retryPolicyOf(why.code) === 'throttle';
}
