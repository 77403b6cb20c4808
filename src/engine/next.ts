/**
 * The engine's one function: what is, and what happened, give what is then and what shall be done. Pure and total:
 * an event that no longer fits (an answer to a request that was given up) changes nothing.
 */
import { assertNever } from '../shared/brand';
import { retryPolicyOf } from '../shared/faults';
import type { ItemId } from '../shared/ids';
import { takeWork, workFound, workFreed } from './admission';
import { command, commandApplied } from './commands';
import { askAfterSilence, credentialsChanged, renewalDue, takeCredentials } from './credentials';
import { rearmDestination } from './destination-timer';
import type { Effect, EngineEvent, TimerName } from './events';
import { noteGoodput } from './goodput';
import { leaveIfPaused, settleClosing, tell } from './item-end';
import { requeue } from './item-faults';
import { afterAdopt, afterListParts, afterPart } from './item-parts';
import { afterCompare, afterComplete, afterHead, afterLook, afterPut, afterSettle } from './item-outcomes';
import { afterAbort, afterInitiate, afterOrphans, noteInitiated } from './item-upload';
import { addLeftovers, afterLeftover } from './leftovers';
import { noteAnswer, retryNow, probed, probeDue } from './network';
import type { Recovered, ScanJob } from './queue-ports';
import { schedule } from './scheduler';
import type { EngineState, LiveItem } from './state';
import { isLocal, outcomeOf } from './steps';
import { Transition } from './transition';

export interface Next {
  readonly state: EngineState;
  readonly effects: readonly Effect[];
}

export function next(state: EngineState, event: EngineEvent): Next {
  const turn = new Transition(state, event.at);
  handle(turn, event);
  schedule(turn);
  return { state: turn.state, effects: turn.effects };
}

function handle(turn: Transition, event: EngineEvent): void {
  switch (event.kind) {
    case 'recovered':
      recover(turn, event.recovered);
      return;
    case 'destination-added':
      turn.destination(event.destinationId);
      return;
    case 'connections':
      turn.patch({ connections: event.connections });
      for (const { destinationId, connections } of turn.state.destinations.values())
        turn.patchDestination(destinationId, { connections: Math.min(connections, event.connections) });
      return;
    case 'scan-asked':
      beginScan(turn, event.job);
      return;
    case 'work-found':
      workFound(turn, event.job);
      return;
    case 'work-freed':
      workFreed(turn, event.destinationId, event.itemId);
      return;
    case 'held-by-rules':
      turn.patch({ heldByRules: event.items });
      return;
    case 'scan-ended':
      workFound(turn, event.job);
      turn.patch({ scans: turn.state.scans.filter((job) => job.batchId !== event.job.batchId) });
      return;
    case 'work-loaded':
      takeWork(turn, event.destinationId, event.limit, event.items);
      return;
    case 'persisted':
      persisted(turn, event.seq);
      return;
    case 'store-trouble':
      turn.patch({ storeTrouble: event.fault });
      return;
    case 'timer':
      ring(turn, event.timer);
      return;
    case 'command':
      command(turn, event.id, event.verb, event.scope);
      return;
    case 'command-applied':
      commandApplied(turn, event.id, event.result);
      return;
    case 'step-done':
      stepDone(turn, event);
      return;
    case 'stop':
      turn.patch({ phase: 'stopping' });
      for (const request of turn.state.requests.keys()) turn.emit({ kind: 'cancel', request });
      return;
    default:
      handleWorld(turn, event);
  }
}

type WorldEvent = Extract<EngineEvent, { kind: 'credentials' | 'credentials-changed' | 'probed' | 'nudge' }>;

function handleWorld(turn: Transition, event: WorldEvent): void {
  switch (event.kind) {
    case 'credentials':
      takeCredentials(turn, event.destinationId, event.outcome);
      return;
    case 'credentials-changed':
      credentialsChanged(turn, event.destinationId);
      return;
    case 'probed':
      noteAnswer(turn, event.destinationId, event.clockOffsetMs);
      if (probed(turn, event.destinationId, event.outcome)) backOnline(turn, event.destinationId);
      return;
    case 'nudge':
      retryNow(turn);
      return;
    default:
      assertNever(event);
  }
}

function recover(turn: Transition, recovered: Recovered): void {
  turn.patch({ phase: 'running' });
  for (const destinationId of recovered.destinationIds) turn.destination(destinationId);
  addLeftovers(turn, recovered.leftovers);
  for (const job of recovered.unfinishedScans) beginScan(turn, job);
}

function beginScan(turn: Transition, job: ScanJob): void {
  turn.destination(job.destinationId);
  if (turn.state.scans.some((known) => known.batchId === job.batchId)) return;
  turn.patch({ scans: [...turn.state.scans, job] });
  turn.emit({ kind: 'scan', job });
}

/** Everything up to `seq` is on the disk: what waited for it goes on. */
function persisted(turn: Transition, seq: number): void {
  const due = turn.state.awaiting.filter((entry) => entry.seq <= seq);
  turn.patch({ persistedSeq: seq, awaiting: turn.state.awaiting.filter((entry) => entry.seq > seq) });
  for (const { itemId, seq: awaited } of due) {
    const item = turn.item(itemId);
    if (item?.awaitsSeq !== awaited) continue;
    const free = turn.keepItem({ ...item, awaitsSeq: null });
    if (free.ended !== null) tell(turn, free);
    else if (free.closing !== null) settleClosing(turn, free);
    else if (free.intent === 'pause') leaveIfPaused(turn, free);
    else requeue(turn, free);
  }
}

function ring(turn: Transition, timer: TimerName): void {
  for (const [destinationId, { loading }] of turn.state.destinations) {
    if (loading === 'failed' && timer === `load:${destinationId}`)
      turn.patchDestination(destinationId, { loading: 'no' });
    probeDue(turn, destinationId);
    renewalDue(turn, destinationId);
    rearmDestination(turn, destinationId);
  }
}

/** Nobody has to wait out a pause that the network caused. */
function backOnline(turn: Transition, destinationId: LiveItem['work']['destinationId']): void {
  askAfterSilence(turn, destinationId);
  for (const item of [...turn.state.items.values()]) {
    if (item.work.destinationId !== destinationId || item.trouble === null) continue;
    if (retryPolicyOf(item.trouble.fault.code) === 'network') turn.keepItem({ ...item, blockedUntil: 0 });
  }
}

type StepDone = Extract<EngineEvent, { kind: 'step-done' }>;

function stepDone(turn: Transition, event: StepDone): void {
  const note = turn.state.requests.get(event.request);
  if (note === undefined) return;
  const requests = new Map(turn.state.requests);
  requests.delete(event.request);
  turn.patch({ requests, inFlightBytes: turn.state.inFlightBytes - note.bytes });
  if (!isLocal(event.step)) heard(turn, event, note.destinationId, note.bytes);
  const cut = turn.state.phase === 'stopping' && wasCutOff(event);
  if (note.leftover !== null) {
    if (event.step === 'abort' && !cut) afterLeftover(turn, note, note.leftover, event.result);
    return;
  }
  const item = turn.item(event.itemId);
  const partNumber = item?.inFlight.get(event.request);
  if (item === undefined || partNumber === undefined) return;
  const inFlight = new Map(item.inFlight);
  inFlight.delete(event.request);
  const landed = turn.keepItem({ ...item, inFlight });
  if (landed.closing !== null) settleClosing(turn, initiatedTooLate(turn, landed, event));
  // Cut off by a stop: nothing is known of it and nothing is noted, the next run goes on from what is on the disk.
  else if (!cut) dispatch(turn, landed, event, partNumber, note.generation);
  afterwards(turn, event.itemId);
}

function wasCutOff(event: StepDone): boolean {
  const outcome = outcomeOf(event);
  return !outcome.ok && (outcome.fault.code === 'canceled' || outcome.fault.code === 'engine-stopped');
}

/** The item ends, but an upload of it has come to be (or may have): it must not stay behind (P4). */
function initiatedTooLate(turn: Transition, item: LiveItem, event: StepDone): LiveItem {
  if (event.step !== 'initiate' || item.todo.kind !== 'initiate') return item;
  return turn.keepItem(noteInitiated(turn, item, item.todo.sinceServer, event.result));
}

/** What any answer teaches: the network is there, the clock, how fast it goes, that the credentials are good. */
function heard(
  turn: Transition,
  event: StepDone,
  destinationId: LiveItem['work']['destinationId'],
  bytes: number,
): void {
  const outcome = outcomeOf(event);
  if (event.clockOffsetMs !== null) noteAnswer(turn, destinationId, event.clockOffsetMs);
  if (!outcome.ok) return;
  noteGoodput(turn, destinationId, bytes);
  if (turn.destination(destinationId).tokenRefusals > 0)
    turn.patchDestination(destinationId, { tokenRefusals: 0 });
}

function dispatch(
  turn: Transition,
  item: LiveItem,
  event: StepDone,
  partNumber: number,
  generation: number,
): void {
  switch (event.step) {
    case 'look': {
      afterLook(turn, item, event.result);
      return;
    }
    case 'head': {
      if (item.todo.kind === 'settle') afterSettle(turn, item, event.result, generation);
      else afterHead(turn, item, event.result, generation);
      return;
    }
    case 'compare': {
      afterCompare(turn, item, event.result);
      return;
    }
    case 'put':
    case 'post': {
      afterPut(turn, item, event.result, generation);
      return;
    }
    case 'initiate': {
      afterInitiate(turn, item, event.result, generation);
      return;
    }
    case 'part': {
      afterPart(turn, item, partNumber, event.result, generation);
      return;
    }
    case 'list-parts': {
      afterListParts(turn, item, event.result, generation);
      return;
    }
    case 'adopt': {
      afterAdopt(turn, item, event.result);
      return;
    }
    case 'complete': {
      afterComplete(turn, item, event.result, generation);
      return;
    }
    case 'abort': {
      afterAbort(turn, item, event.result, generation);
      return;
    }
    case 'find-orphans': {
      afterOrphans(turn, item, event.result, generation);
      return;
    }
    default:
      return assertNever(event);
  }
}

function afterwards(turn: Transition, itemId: ItemId): void {
  const item = turn.item(itemId);
  if (item !== undefined) leaveIfPaused(turn, item);
}
