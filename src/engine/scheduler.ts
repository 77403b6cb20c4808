/** What is begun now: as much as sockets, bytes in flight, credentials and the network allow. */
import { fault } from '../shared/faults';
import type { ItemId } from '../shared/ids';
import { tendCredentials, usableGeneration } from './credentials';
import { noteFull } from './goodput';
import { fail } from './item-end';
import { forbidsOverwrite, isReady, partRange, partsInOrder } from './item';
import { LARGEST_FORM, NOTE_PUT_FROM, SKEW_ALLOWED, WINDOW } from './limits';
import type { Leftover } from './queue-ports';
import type { DestinationState, LiveItem } from './state';
import type { Step } from './steps';
import type { Transition } from './transition';

export function schedule(turn: Transition): void {
  if (turn.state.phase !== 'running' || turn.state.storeTrouble !== null) return;
  for (const destinationId of turn.state.destinations.keys()) {
    const destination = turn.destination(destinationId);
    loadMore(turn, destination);
    if (destination.begun.length + destination.fresh.length + destination.leftovers.length === 0) continue;
    tendCredentials(turn, destinationId);
    sendWhatFits(turn, destinationId);
  }
}

/** Keeps the window filled from the store; destinations share it. */
function loadMore(turn: Transition, destination: DestinationState): void {
  if (destination.exhausted || destination.loading !== 'no' || turn.state.commands > 0) return;
  const share = Math.max(64, Math.floor(WINDOW / turn.state.destinations.size));
  if (destination.live > share / 2) return;
  const { destinationId, cursor } = destination;
  turn.patchDestination(destinationId, { loading: 'yes' });
  turn.emit({ kind: 'load-work', destinationId, after: cursor, limit: share - destination.live });
}

function sendWhatFits(turn: Transition, destinationId: DestinationState['destinationId']): void {
  for (;;) {
    const destination = turn.destination(destinationId);
    const generation = usableGeneration(destination, turn.at);
    if (generation === null || destination.network.kind === 'offline') return;
    const next = firstReady(turn, destination);
    if (next === null && !hasLeftover(turn, destination)) return;
    if (!hasSocket(turn, destination)) {
      noteFull(turn, destinationId);
      return;
    }
    if (next === null) abortLeftover(turn, destination, generation);
    else if (!begin(turn, next, generation)) return;
  }
}

function firstReady(turn: Transition, destination: DestinationState): LiveItem | null {
  const ready = (id: ItemId): boolean => {
    const item = turn.item(id);
    return item !== undefined && isReady(item, turn.at);
  };
  const id = destination.begun.find(ready) ?? destination.fresh.find(ready);
  return id === undefined ? null : (turn.item(id) ?? null);
}

function hasSocket(turn: Transition, destination: DestinationState): boolean {
  if (turn.state.requests.size >= turn.state.connections) return false;
  let own = 0;
  for (const note of turn.state.requests.values())
    if (note.destinationId === destination.destinationId) own += 1;
  return own < destination.connections;
}

/** @returns false when there is no room for its bytes */
function begin(turn: Transition, found: LiveItem, generation: number): boolean {
  const formOnly = byForm(turn, found);
  const item = formOnly ? asOneRequest(found) : found;
  const { todo } = item;
  if (formOnly && item.work.source.snapshot.sizeBytes > LARGEST_FORM) {
    fail(
      turn,
      item,
      fault('too-large', 'A form carries at most 5 GB; choose another way for this destination.'),
    );
    return true;
  }
  const staleMark = todo.kind === 'initiate' && todo.sinceServer > earliestInitiate(turn, item);
  if (todo.kind === 'mark-initiating' || staleMark) {
    markInitiating(turn, item);
    return true;
  }
  const step = stepOf(item, formOnly);
  const bytes = bytesOf(step);
  const { inFlightBytes, inFlightLimit } = turn.state;
  if (inFlightBytes > 0 && inFlightBytes + bytes > inFlightLimit) return false;
  const partNumber = step.kind === 'part' ? step.range.partNumber : 0;
  send(turn, item, step, { generation, bytes, partNumber });
  return true;
}

/** The credentials of its destination allow nothing but forms. */
function byForm(turn: Transition, { work, todo }: LiveItem): boolean {
  const { credentials } = turn.destination(work.destinationId);
  const sends = todo.kind === 'put' || todo.kind === 'mark-initiating' || todo.kind === 'initiate';
  return sends && credentials.kind === 'held' && credentials.way === 'form';
}

const asOneRequest = (item: LiveItem): LiveItem => ({ ...item, todo: { kind: 'put' } });

/**
 * Server time before which an Initiate that is signed now cannot be carried out: our knowledge of the server's clock
 * may be old or none, but a signature that is further off would be refused.
 */
function earliestInitiate(turn: Transition, { work }: LiveItem): number {
  return turn.at + (turn.destination(work.destinationId).clockOffsetMs ?? 0) - SKEW_ALLOWED;
}

/** The one intention that is kept (P4): if the answer to Initiate is never seen, its orphan can be found. */
function markInitiating(turn: Transition, item: LiveItem): void {
  const { itemId } = item.work;
  const sinceServer = earliestInitiate(turn, item);
  turn.dequeue(item);
  const seq = turn.write({ kind: 'initiating', itemId, atServer: sinceServer });
  turn.awaitRecord({ ...item, todo: { kind: 'initiate', sinceServer } }, seq);
}

interface Cost {
  readonly generation: number;
  readonly bytes: number;
  readonly partNumber: number;
}

function send(turn: Transition, item: LiveItem, step: Step, { generation, bytes, partNumber }: Cost): void {
  const { itemId, destinationId } = item.work;
  const request = turn.state.nextRequest;
  turn.patch({
    nextRequest: request + 1,
    inFlightBytes: turn.state.inFlightBytes + bytes,
    requests: new Map(turn.state.requests).set(request, { destinationId, bytes, generation, leftover: null }),
  });
  const again = bytes > 0 && item.partsBegun.has(partNumber);
  const noted =
    step.kind === 'part' || (bytes >= NOTE_PUT_FROM && (step.kind === 'put' || step.kind === 'post'));
  if (noted && !again) turn.write({ kind: 'part-begun', itemId, partNumber });
  const sent = turn.keepItem({
    ...item,
    inFlight: new Map(item.inFlight).set(request, partNumber),
    partsBegun: bytes > 0 && !again ? new Set(item.partsBegun).add(partNumber) : item.partsBegun,
    upload:
      item.upload === null || step.kind !== 'part'
        ? item.upload
        : { ...item.upload, remaining: item.upload.remaining.slice(1) },
  });
  const stays = sent.todo.kind === 'parts' && (sent.upload?.remaining.length ?? 0) > 0;
  if (!stays) turn.dequeue(sent);
  else if (!turn.destination(destinationId).begun.includes(itemId)) turn.enqueue(sent);
  const clockOffsetMs = turn.destination(destinationId).clockOffsetMs ?? 0;
  turn.emit({ kind: 'request', request, itemId, destinationId, generation, clockOffsetMs, step, again });
}

function bytesOf(step: Step): number {
  if (step.kind === 'put' || step.kind === 'post') return step.source.snapshot.sizeBytes;
  return step.kind === 'part' ? step.range.sizeBytes : 0;
}

function stepOf(item: LiveItem, form: boolean): Step {
  const { key, source, tagging } = item.work;
  const forbidOverwrite = forbidsOverwrite(item);
  const { todo } = item;
  switch (todo.kind) {
    case 'look':
      return { kind: 'look', path: source.path };
    case 'head':
    case 'settle':
      return { kind: 'head', key };
    case 'compare':
      return { kind: 'compare', source };
    case 'find-orphans':
      return { kind: 'find-orphans', key, sinceServer: todo.sinceServer };
    case 'initiate':
      return { kind: 'initiate', key, sizeBytes: source.snapshot.sizeBytes, forbidOverwrite, tagging };
    default:
      return stepOfUpload(item) ?? { kind: form ? 'post' : 'put', key, source, forbidOverwrite, tagging };
  }
}

function stepOfUpload(item: LiveItem): Step | null {
  const { upload, todo } = item;
  const { key, source } = item.work;
  if (upload === null || todo.kind === 'put') return null;
  const { uploadId } = upload;
  switch (todo.kind) {
    case 'list-parts':
    case 'abort':
      return { kind: todo.kind, key, uploadId };
    case 'adopt':
      return { kind: 'adopt', source, range: partRange(item, upload, upload.unproven[0]?.partNumber ?? 1) };
    case 'complete':
      return {
        kind: 'complete',
        key,
        uploadId,
        source,
        parts: partsInOrder(upload),
        forbidOverwrite: forbidsOverwrite(item),
      };
    default:
      return {
        kind: 'part',
        key,
        uploadId,
        source,
        range: partRange(item, upload, upload.remaining[0] ?? 1),
      };
  }
}

// ---- what ended items left behind ----

function nextLeftover(turn: Transition, destination: DestinationState): Leftover | undefined {
  if (destination.leftoversBlockedUntil > turn.at) return undefined;
  const busy = new Set<ItemId>();
  for (const note of turn.state.requests.values()) if (note.leftover !== null) busy.add(note.leftover.itemId);
  return destination.leftovers.find((leftover) => !busy.has(leftover.itemId));
}

function hasLeftover(turn: Transition, destination: DestinationState): boolean {
  return nextLeftover(turn, destination) !== undefined;
}

function abortLeftover(turn: Transition, destination: DestinationState, generation: number): void {
  const leftover = nextLeftover(turn, destination);
  if (leftover === undefined) return;
  const { destinationId } = destination;
  const request = turn.state.nextRequest;
  const note = { destinationId, bytes: 0, generation, leftover };
  turn.patch({ nextRequest: request + 1, requests: new Map(turn.state.requests).set(request, note) });
  const { itemId, key, uploadId } = leftover;
  const clockOffsetMs = destination.clockOffsetMs ?? 0;
  const step: Step = { kind: 'abort', key, uploadId };
  turn.emit({
    kind: 'request',
    request,
    itemId,
    destinationId,
    generation,
    clockOffsetMs,
    step,
    again: false,
  });
}
