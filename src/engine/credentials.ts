/** When credentials are asked for, when they are renewed, and what a refusal means (P6). */
import { retryPolicyOf, type Fault, type FaultCode, type Outcome } from '../shared/faults';
import type { DestinationId } from '../shared/ids';
import { backoff } from './random';
import { EXPIRY_MARGIN, MOST_TOKEN_REFUSALS } from './limits';
import { doubtNetwork } from './network';
import type { CredentialsNote } from './ports';
import type { CredentialsState, DestinationState } from './state';
import { armDestination } from './destination-timer';
import type { Transition } from './transition';

type Held = Extract<CredentialsState, { kind: 'held' }>;

interface Times {
  readonly renewAt: number;
  readonly expiredAt: number;
}

/**
 * In local time. Expired with 60 s of server time left, or a fifth of the life where that is less; renewal begins at
 * twice that. As long as the server's clock is not known nothing is held to be expired: the server says so itself.
 */
function timesOf(held: Pick<Held, 'expiresAtServer' | 'receivedAt'>, clockOffsetMs: number | null): Times {
  if (held.expiresAtServer === null || clockOffsetMs === null)
    return { renewAt: Infinity, expiredAt: Infinity };
  const endsAt = held.expiresAtServer - clockOffsetMs;
  const margin = Math.max(0, Math.min(EXPIRY_MARGIN, (endsAt - held.receivedAt) / 5));
  return { renewAt: endsAt - 2 * margin, expiredAt: endsAt - margin };
}

/** The generation to sign with now, or null while there is none. */
export function usableGeneration(destination: DestinationState, at: number): number | null {
  const { credentials } = destination;
  if (credentials.kind !== 'held') return null;
  return at < timesOf(credentials, destination.clockOffsetMs).expiredAt ? credentials.generation : null;
}

/** Asks where there are none, and renews what will not last: one request, whatever the number of parts in flight. */
export function tendCredentials(turn: Transition, destinationId: DestinationId): void {
  const { credentials, clockOffsetMs } = turn.destination(destinationId);
  if (credentials.kind === 'none') ask(turn, destinationId, false);
  if (credentials.kind === 'waiting' && credentials.retryAt !== null && credentials.retryAt <= turn.at)
    ask(turn, destinationId, true);
  if (credentials.kind !== 'held' || credentials.renewing) return;
  const { renewAt } = timesOf(credentials, clockOffsetMs);
  if (renewAt <= turn.at) {
    turn.patchDestination(destinationId, {
      credentials: { ...credentials, renewing: true, renewAt: Infinity },
    });
    turn.emit({ kind: 'ask-credentials', destinationId, fresh: false });
  } else if (renewAt !== credentials.renewAt) {
    turn.patchDestination(destinationId, { credentials: { ...credentials, renewAt } });
    armDestination(turn, destinationId);
  }
}

/** Whoever is asked has nothing that serves: pasted credentials have expired, a sign-in is refused. */
const NEEDS_PERSON: ReadonlySet<FaultCode> = new Set([
  'token-refused',
  'token-expired',
  'credentials-missing',
  'key-unknown',
]);

/** Asked again by itself; for all else someone must act first. */
const timeMends = ({ code }: Fault): boolean => !NEEDS_PERSON.has(code) && retryPolicyOf(code) !== 'never';

function ask(turn: Transition, destinationId: DestinationId, fresh: boolean): void {
  turn.patchDestination(destinationId, { credentials: { kind: 'asking' } });
  turn.emit({ kind: 'ask-credentials', destinationId, fresh });
}

export function takeCredentials(
  turn: Transition,
  destinationId: DestinationId,
  outcome: Outcome<CredentialsNote>,
): void {
  const destination = turn.destination(destinationId);
  if (outcome.ok) {
    const { callsBack, ...note } = outcome.value;
    const held: Held = {
      kind: 'held',
      ...note,
      receivedAt: turn.at,
      renewing: false,
      renewAt: Infinity,
    };
    // Nobody hands out dead credentials: it is rather our knowledge of the server's clock that is wrong (this one was
    // set, or it slept). Without that knowledge they are tried, and the answer tells the time.
    const deadAlready = timesOf(held, destination.clockOffsetMs).expiredAt <= turn.at;
    turn.patchDestination(destinationId, {
      credentials: held,
      callsBack,
      askFailures: 0,
      ...(deadAlready ? { clockOffsetMs: null } : {}),
    });
    return;
  }
  const { fault } = outcome;
  const { credentials } = destination;
  if (!timeMends(fault) && credentials.kind === 'asking' && credentials.changed === true) {
    ask(turn, destinationId, true);
    return;
  }
  const mended = timeMends(fault);
  const wait = Math.max(
    fault.retryAfterMs ?? 0,
    500 + backoff(destination.askFailures + 1, turn.random(), 30_000),
  );
  const retryAt = mended ? turn.at + wait : null;
  const askFailures = destination.askFailures + 1;
  if (destination.credentials.kind === 'held' && usableGeneration(destination, turn.at) !== null && mended) {
    // The old ones still serve: asked again a little later, nothing stops.
    const credentials = { ...destination.credentials, renewing: true, renewAt: retryAt ?? Infinity };
    turn.patchDestination(destinationId, { credentials, askFailures });
  } else {
    turn.patchDestination(destinationId, { credentials: { kind: 'waiting', fault, retryAt }, askFailures });
    if (fault.code === 'token-server-silent') doubtNetwork(turn, destinationId);
  }
  armDestination(turn, destinationId);
}

/** A failed renewal is due again, while the old credentials still serve. */
export function renewalDue(turn: Transition, destinationId: DestinationId): void {
  const { credentials } = turn.destination(destinationId);
  if (credentials.kind !== 'held' || !credentials.renewing || credentials.renewAt > turn.at) return;
  turn.patchDestination(destinationId, { credentials: { ...credentials, renewAt: Infinity } });
  turn.emit({ kind: 'ask-credentials', destinationId, fresh: false });
}

/** A failed renewal is `renewing` too, but waits for its time: nothing is on its way then. */
const isOnItsWay = (held: Held): boolean => held.renewing && held.renewAt === Infinity;

/** The server refused generation `refused`: past every cache new ones are asked for, once. */
export function credentialsRefused(
  turn: Transition,
  destinationId: DestinationId,
  refused: number,
  fault: Waiting['fault'],
): void {
  const destination = turn.destination(destinationId);
  const { credentials } = destination;
  if (credentials.kind !== 'held' || credentials.generation !== refused) return;
  const tokenRefusals = destination.tokenRefusals + 1;
  if (tokenRefusals <= MOST_TOKEN_REFUSALS) {
    turn.patchDestination(destinationId, { credentials: { kind: 'asking' }, tokenRefusals });
    // A renewal that is on its way already brings the new ones: one request, not two.
    if (!isOnItsWay(credentials)) turn.emit({ kind: 'ask-credentials', destinationId, fresh: true });
    return;
  }
  const retryAt = turn.at + 1_000 + backoff(tokenRefusals, turn.random(), 30_000);
  turn.patchDestination(destinationId, { credentials: { kind: 'waiting', fault, retryAt }, tokenRefusals });
  if (fault.code === 'token-server-silent') doubtNetwork(turn, destinationId);
  armDestination(turn, destinationId);
}
type Waiting = Extract<CredentialsState, { kind: 'waiting' }>;

/** The network is back: who could not be asked without it is asked now, not in a while. */
export function askAfterSilence(turn: Transition, destinationId: DestinationId): void {
  const { credentials } = turn.destination(destinationId);
  if (credentials.kind === 'waiting' && credentials.fault.code === 'token-server-silent')
    ask(turn, destinationId, true);
}

/** The user signed in, or gave new credentials. */
export function credentialsChanged(turn: Transition, destinationId: DestinationId): void {
  const { credentials } = turn.destination(destinationId);
  turn.patchDestination(destinationId, { tokenRefusals: 0, askFailures: 0 });
  if (credentials.kind === 'asking' || (credentials.kind === 'held' && isOnItsWay(credentials)))
    turn.patchDestination(destinationId, { credentials: { kind: 'asking', changed: true } });
  else ask(turn, destinationId, true);
}
