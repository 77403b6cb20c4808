/** How the upload of an item begins and ends at the server: Initiate, Abort, and the search for orphans (P4). */
import type { Outcome } from '../shared/faults';
import { freshTodo, newUpload } from './item';
import { forgetFailures, mayBeStored, meetFault, WHOLE } from './item-faults';
import { closeTaken, compares, proceedTo, retryFrom } from './item-outcomes';
import { keepBoth } from './keep-both';
import type { LiveItem } from './state';
import type { StepResults } from './steps';
import type { Transition } from './transition';

type Initiated = StepResults['initiate'];

/** Keeps what an Initiate brought: its upload, or the doubt whether there is one. */
export function noteInitiated(
  turn: Transition,
  item: LiveItem,
  sinceServer: number,
  result: Initiated,
): LiveItem {
  if (!result.ok)
    return mayBeStored(result.fault) ? { ...item, todo: { kind: 'find-orphans', sinceServer } } : item;
  const { requestId } = result.value;
  const upload = newUpload(result.value.uploadId, item.work.source.snapshot.sizeBytes);
  const { uploadId, partSizeBytes } = upload;
  const { itemId } = item.work;
  const lastSeq = turn.write({ kind: 'upload-created', itemId, uploadId, partSizeBytes, requestId });
  const requestIds = [...item.requestIds, requestId];
  return { ...item, upload: { ...upload, lastSeq }, requestIds, todo: { kind: 'parts' } };
}

export function afterInitiate(turn: Transition, item: LiveItem, result: Initiated, generation: number): void {
  if (item.todo.kind !== 'initiate') return;
  const { itemId } = item.work;
  const noted = noteInitiated(turn, item, item.todo.sinceServer, result);
  if (result.ok) {
    turn.awaitRecord(forgetFailures(noted, WHOLE), noted.upload?.lastSeq ?? 0);
    return;
  }
  if (mayBeStored(result.fault)) {
    meetFault(turn, noted, WHOLE, result.fault, generation);
    return;
  }
  turn.write({ kind: 'upload-closed', itemId });
  const unmarked: LiveItem = { ...item, todo: { kind: 'mark-initiating' } };
  if (result.fault.code !== 'object-exists') meetFault(turn, unmarked, WHOLE, result.fault, generation);
  else if (compares(item)) retryFrom(turn, unmarked, { kind: 'head' }, result.fault);
  else if (item.work.conflict === 'keep-both') keepBoth(turn, unmarked);
  else closeTaken(turn, unmarked, result.fault);
}

/** Nothing is left, or nobody here may look or abort: then it is noted (P4). False: it is tried again. */
function tidied(turn: Transition, item: LiveItem, result: Outcome<void>, generation: number): boolean {
  if (!result.ok && result.fault.code !== 'no-permission') {
    meetFault(turn, item, WHOLE, result.fault, generation);
    return false;
  }
  if (!result.ok) turn.write({ kind: 'possible-orphan', itemId: item.work.itemId });
  return true;
}

export function afterOrphans(
  turn: Transition,
  item: LiveItem,
  result: Outcome<void>,
  generation: number,
): void {
  if (!tidied(turn, item, result, generation)) return;
  const found = { ...item, work: { ...item.work, initiatingAtServer: null } };
  proceedTo(turn, found, freshTodo(found));
}

export function afterAbort(
  turn: Transition,
  item: LiveItem,
  result: Outcome<void>,
  generation: number,
): void {
  if (!tidied(turn, item, result, generation)) return;
  const { itemId, source } = item.work;
  turn.write({ kind: 'upload-closed', itemId });
  turn.write({ kind: 'snapshot', itemId, snapshot: source.snapshot });
  const fresh = { ...item, upload: null, outcomeUnknown: false };
  proceedTo(turn, fresh, freshTodo(fresh));
}
