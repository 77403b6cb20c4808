import type { Fault } from '../shared/faults';
import type { FacesSource, IngestAnswer } from '../shared/faces';
import type { DestinationId, ItemId } from '../shared/ids';
import type { CallValue, Reply, Settings } from '../shared/ipc/contract';
import type { QueueVerb, Scope } from '../shared/queue-view';
import type { AppContext } from './app-context';
import { currentDestination } from './store/app-store';

let nextProblem = 1;

/** Says in a line above the queue why a call was refused. */
function report(ferry: AppContext, fault: Fault): void {
  const problem = { id: nextProblem, fault };
  nextProblem += 1;
  ferry.view.setState(({ problems }) => ({ problems: [...problems.slice(-2), problem] }));
}

/** The value of a reply, or undefined after its fault was reported. */
export function valueOf<T>(ferry: AppContext, reply: Reply<T>): T | undefined {
  if (reply.ok) return reply.value;
  report(ferry, reply.fault);
  return undefined;
}

export async function command(ferry: AppContext, verb: QueueVerb, scopes: readonly Scope[]): Promise<void> {
  for (const scope of scopes) valueOf(ferry, await ferry.bridge.call('queue.command', { verb, scope }));
}

/** Asks IMM or the detector on this device about pictures, and says how many are asked about. */
export async function askFaces(
  ferry: AppContext,
  source: FacesSource,
  scopes: readonly Scope[],
): Promise<void> {
  let queued = 0;
  let refused = 0;
  for (const scope of scopes) {
    const value = valueOf(ferry, await ferry.bridge.call('faces.ask', { source, scope }));
    if (value === undefined) return;
    queued += value.queued;
    refused += value.refused;
  }
  // On the page of faces one sees it coming.
  if (refused > 0 || ferry.view.getState().place.kind !== 'faces')
    ferry.view.setState({ facesAsked: { queued, refused } });
}

/** As many as one call takes. */
const MOST_DECIDED = 500;

/** Answers the rule that asks; the files go on. */
export async function decideFaces(
  ferry: AppContext,
  itemIds: readonly ItemId[],
  how: IngestAnswer,
): Promise<void> {
  for (let at = 0; at < itemIds.length; at += MOST_DECIDED) {
    const some = itemIds.slice(at, at + MOST_DECIDED);
    valueOf(ferry, await ferry.bridge.call('faces.decide', { itemIds: some, how }));
  }
}

export async function clearFaces(ferry: AppContext, scope: Scope): Promise<void> {
  valueOf(ferry, await ferry.bridge.call('faces.clear', { scope }));
}

type Added = CallValue<'queue.add'>;

/** Leads to the queue, unless the user has gone elsewhere while the files were being handed in. */
async function add(
  ferry: AppContext,
  destinationId: DestinationId,
  adding: Promise<Reply<Added>>,
): Promise<void> {
  const from = ferry.view.getState().place;
  const batchId = valueOf(ferry, await adding)?.batchId;
  if (batchId === undefined || batchId === null) return;
  const { place } = ferry.view.getState();
  ferry.view.setState({
    undo: { batchId, destinationId },
    place: place === from ? { kind: 'queue' } : place,
  });
}

/** Queues files of a drop or a paste at a destination; without one the form for the first opens. */
export async function addFiles(
  ferry: AppContext,
  destinationId: DestinationId | null,
  files: readonly File[],
): Promise<void> {
  if (files.length === 0) return;
  if (destinationId === null) {
    ferry.view.setState({ place: { kind: 'destination', destinationId: null } });
    return;
  }
  await add(ferry, destinationId, ferry.bridge.addFiles(destinationId, files));
}

export async function choose(ferry: AppContext, what: 'files' | 'folder'): Promise<void> {
  const destination = currentDestination(ferry.app.getState());
  if (destination === null) {
    ferry.view.setState({ place: { kind: 'destination', destinationId: null } });
    return;
  }
  const { destinationId } = destination;
  await add(ferry, destinationId, ferry.bridge.call('queue.choose', { destinationId, what }));
}

export async function saveSettings(ferry: AppContext, change: Partial<Settings>): Promise<void> {
  const settings = valueOf(ferry, await ferry.bridge.call('settings.set', change));
  if (settings !== undefined) ferry.app.setState({ settings });
}

export async function copy(ferry: AppContext, text: string): Promise<void> {
  valueOf(ferry, await ferry.bridge.call('clipboard.write', { text }));
}

/** Takes back a drop: what was begun is discarded. */
export async function undoAdding(ferry: AppContext): Promise<void> {
  const { undo } = ferry.view.getState();
  if (undo === null) return;
  ferry.view.setState({ undo: null });
  await command(ferry, 'cancel', [{ kind: 'batch', batchId: undo.batchId }]);
}
