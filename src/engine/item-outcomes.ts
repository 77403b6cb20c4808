/** What an item makes of each answer. */
import { fault, type Fault, type Outcome } from '../shared/faults';
import type { Crc64 } from '../shared/ids';
import type { HeadResult, Snapshot, StoredObject } from './ports';
import { combinedCrc64, firstTodo, freshTodo, hasAllParts } from './item';
import { close, fail, finishDone } from './item-end';
import {
  requeue,
  countFailure,
  forgetFailures,
  mayBeStored,
  meetFault,
  RESTARTS,
  WHOLE,
} from './item-faults';
import { keepBoth } from './keep-both';
import { MOST_REFUSALS } from './limits';
import type { LiveItem, Todo } from './state';
import type { Transition } from './transition';

/** Goes on with `todo` as soon as there is room. */
export function proceedTo(turn: Transition, item: LiveItem, todo: Todo): void {
  requeue(turn, { ...forgetFailures(item, WHOLE), todo });
}

export function afterLook(turn: Transition, item: LiveItem, result: Outcome<Snapshot>): void {
  if (!result.ok) {
    meetFault(turn, item, WHOLE, result.fault, 0);
    return;
  }
  const { source, itemId } = item.work;
  const same = result.value.fingerprint === source.snapshot.fingerprint;
  const work = { ...item.work, lookAgain: false, source: { ...source, snapshot: result.value } };
  const looked = { ...item, work };
  // Never a new snapshot beside parts of the old file (P5): the upload is aborted first, then it is written.
  const abortsFirst = !same && item.upload !== null;
  if (!same && !abortsFirst) turn.write({ kind: 'snapshot', itemId, snapshot: result.value });
  proceedTo(turn, looked, abortsFirst ? { kind: 'abort' } : firstTodo(looked));
}

export function afterHead(
  turn: Transition,
  item: LiveItem,
  result: Outcome<HeadResult>,
  generation: number,
): void {
  if (!result.ok) {
    if (result.fault.code !== 'no-permission') meetFault(turn, item, WHOLE, result.fault, generation);
    else proceedTo(turn, { ...item, headForbidden: true }, freshTodo({ ...item, headForbidden: true }));
    return;
  }
  const head = result.value;
  if (head.kind === 'missing') proceedTo(turn, item, afterComparison(item));
  else if (head.sizeBytes === item.work.source.snapshot.sizeBytes && head.crc64 !== null)
    proceedTo(turn, item, { kind: 'compare', theirs: { crc64: head.crc64, etag: head.etag } });
  else differs(turn, item);
}

export function afterCompare(turn: Transition, item: LiveItem, result: Outcome<Crc64>): void {
  if (!result.ok) meetFault(turn, item, WHOLE, result.fault, 0);
  else if (item.todo.kind === 'compare' && item.todo.theirs.crc64 === result.value)
    close(turn, item, { kind: 'skipped', why: 'identical', ...item.todo.theirs });
  else differs(turn, item);
}

/** The bucket holds another object under this key. */
function differs(turn: Transition, item: LiveItem): void {
  if (item.work.conflict === 'skip-identical') {
    const replacing = { ...item, mayReplace: true };
    proceedTo(turn, replacing, afterComparison(replacing));
  } else close(turn, item, { kind: 'conflict', fault: taken(item) });
}

/** HeadObject has spoken: on to sending, or on with what was sent already. */
function afterComparison(item: LiveItem): Todo {
  if (item.upload !== null) return { kind: hasAllParts(item, item.upload) ? 'complete' : 'parts' };
  return freshTodo({ ...item, headForbidden: true });
}

function taken(item: LiveItem): Fault {
  const note = item.headForbidden
    ? ' It could not be compared, because this sign-in may not read it (that takes oss:GetObject).'
    : '';
  return fault('object-exists', `There is an object "${item.work.key}" already.${note}`);
}

export function afterPut(
  turn: Transition,
  item: LiveItem,
  result: { readonly read: Outcome<Crc64>; readonly sent: Outcome<StoredObject> },
  generation: number,
): void {
  const { read, sent } = result;
  if (!read.ok) meetFault(turn, item, WHOLE, read.fault, generation);
  else if (sent.ok) prove(turn, item, read.value, sent.value);
  else if (sent.fault.code === 'object-exists') afterTaken(turn, item, read.value, sent.fault);
  else
    meetFault(
      turn,
      { ...item, outcomeUnknown: item.outcomeUnknown || mayBeStored(sent.fault) },
      WHOLE,
      sent.fault,
      generation,
    );
}

export function afterComplete(
  turn: Transition,
  item: LiveItem,
  result: Outcome<StoredObject>,
  generation: number,
): void {
  if (item.upload === null) return;
  const ours = combinedCrc64(item.upload);
  if (result.ok) prove(turn, item, ours, result.value);
  else if (result.fault.code === 'object-exists') afterTaken(turn, item, ours, result.fault);
  else if (result.fault.code === 'upload-gone') proceedTo(turn, item, { kind: 'settle', why: 'gone', ours });
  else if (result.fault.ossCode === 'InvalidPart' || result.fault.ossCode === 'InvalidPartOrder')
    retryFrom(turn, item, { kind: 'list-parts' }, result.fault);
  else
    meetFault(
      turn,
      { ...item, outcomeUnknown: item.outcomeUnknown || mayBeStored(result.fault) },
      WHOLE,
      result.fault,
      generation,
    );
}

/** P1: done is what the server's CRC-64 says it is, and nothing else. */
function prove(turn: Transition, item: LiveItem, ours: Crc64, stored: StoredObject): void {
  const more = { requestId: stored.requestId };
  if (stored.crc64 === ours) finishDone(turn, item, ours, stored);
  else if (stored.crc64 === null && stored.callbackFault !== null)
    // Whatever becomes of the look, the object that is there may be ours.
    proceedTo(
      turn,
      { ...item, outcomeUnknown: true },
      { kind: 'settle', why: 'callback-failed', ours, callbackFault: stored.callbackFault },
    );
  else if (stored.crc64 === null)
    fail(
      turn,
      item,
      fault('bad-answer', 'The server did not say the CRC-64 of what it stored, so nothing is proven.', more),
    );
  else {
    const what = `The server says CRC-64 ${stored.crc64} for "${item.work.key}", the file has ${ours}.`;
    fail(turn, item, fault('crc-mismatch', what, more));
  }
}

/** What is there already is looked at before it is decided. */
export const compares = ({ work, headForbidden }: LiveItem): boolean =>
  !headForbidden && (work.conflict === 'skip-identical' || work.conflict === 'ask');

/** FileAlreadyExists: ours after a lost answer, or somebody else's. */
function afterTaken(turn: Transition, item: LiveItem, ours: Crc64, why: Fault): void {
  if (item.outcomeUnknown || compares(item)) proceedTo(turn, item, { kind: 'settle', why: 'exists', ours });
  else if (item.work.conflict === 'keep-both') keepBoth(turn, item);
  else closeTaken(turn, item, why);
}

/** Under `ask` it is the user who decides, also where the two could not be compared. */
export function closeTaken(turn: Transition, item: LiveItem, why: Fault): void {
  const kind = item.work.conflict === 'ask' ? 'conflict' : 'failed';
  close(turn, item, { kind, fault: { ...why, message: taken(item).message } });
}

export function afterSettle(
  turn: Transition,
  item: LiveItem,
  result: Outcome<HeadResult>,
  generation: number,
): void {
  if (item.todo.kind !== 'settle') return;
  if (item.todo.why === 'callback-failed') {
    afterCallbackFault(turn, item, item.todo, result, generation);
    return;
  }
  const { why, ours } = item.todo;
  if (!result.ok) {
    if (result.fault.code !== 'no-permission') meetFault(turn, item, WHOLE, result.fault, generation);
    else if (item.work.conflict === 'overwrite') discardUpload(turn, item, result.fault);
    else close(turn, item, { kind: 'conflict', fault: cannotTell(item, result.fault) });
    return;
  }
  const head = result.value;
  const { sizeBytes } = item.work.source.snapshot;
  const equal = head.kind === 'present' && head.sizeBytes === sizeBytes && head.crc64 === ours;
  if (equal && (item.outcomeUnknown || why === 'gone'))
    finishDone(turn, item, ours, { ...head, callbackFault: callbackInDoubt(turn, item) });
  else if (equal && why === 'exists')
    close(turn, item, { kind: 'skipped', why: 'identical', crc64: ours, etag: head.etag });
  else if (why === 'gone')
    discardUpload(turn, item, fault('upload-gone', 'The server no longer has the stored parts.'));
  else if (head.kind === 'missing') retryFrom(turn, item, todoAfterLostAnswer(item), taken(item));
  else if (item.work.conflict === 'skip-identical')
    proceedTo(turn, { ...item, mayReplace: true }, todoAfterLostAnswer(item));
  else if (item.work.conflict === 'keep-both') keepBoth(turn, item);
  else if (item.work.conflict === 'ask') close(turn, item, { kind: 'conflict', fault: taken(item) });
  else close(turn, item, { kind: 'failed', fault: taken(item) });
}

/** OSS answered 203 and no CRC-64: HeadObject has it, or nothing is proven. Sent again it would be 203 again. */
function afterCallbackFault(
  turn: Transition,
  item: LiveItem,
  { ours, callbackFault }: Extract<Todo, { why: 'callback-failed' }>,
  result: Outcome<HeadResult>,
  generation: number,
): void {
  if (!result.ok && result.fault.code === 'no-permission')
    close(turn, item, { kind: 'conflict', fault: cannotTell(item, result.fault) });
  else if (!result.ok) meetFault(turn, item, WHOLE, result.fault, generation);
  else if (result.value.kind === 'missing')
    retryFrom(
      turn,
      item,
      todoAfterLostAnswer(item),
      fault('upload-gone', 'What was stored is not there any more.'),
    );
  else if (result.value.crc64 === ours) finishDone(turn, item, ours, { ...result.value, callbackFault });
  else prove(turn, item, ours, { ...result.value, callbackFault: null });
}

/** The answer was lost, and with it whether OSS has told the server that it was to tell. */
function callbackInDoubt(turn: Transition, item: LiveItem): Fault | null {
  if (!turn.destination(item.work.destinationId).callsBack) return null;
  const what = 'The answer of OSS was lost, so it is not known whether your server was told of the object.';
  return fault('callback-failed', what);
}

function todoAfterLostAnswer(item: LiveItem): Todo {
  return item.upload === null ? freshTodo({ ...item, headForbidden: true }) : { kind: 'complete' };
}

function cannotTell(item: LiveItem, why: Fault): Fault {
  const { requestId, ossCode } = why;
  return {
    ...fault(
      'cannot-tell',
      `Whether "${item.work.key}" was stored cannot be told: this sign-in may not read it.`,
    ),
    ...(requestId === undefined ? {} : { requestId }),
    ...(ossCode === undefined ? {} : { ossCode }),
  };
}

/** The stored parts are gone: a new upload, a bounded number of times. */
export function discardUpload(turn: Transition, item: LiveItem, why: Fault): void {
  turn.write({ kind: 'upload-closed', itemId: item.work.itemId });
  const fresh = {
    ...item,
    upload: null,
    outcomeUnknown: false,
    work: { ...item.work, checkpoint: null, initiatingAtServer: null },
  };
  retryFrom(turn, fresh, freshTodo(fresh), why);
}

export function retryFrom(turn: Transition, item: LiveItem, todo: Todo, why: Fault): void {
  const { item: counted, count } = countFailure(item, RESTARTS);
  if (count >= MOST_REFUSALS) fail(turn, counted, why);
  else requeue(turn, { ...counted, todo });
}
