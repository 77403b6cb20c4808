import type { EngineState } from './state';
import type { Fault } from '../shared/faults';

export interface Waiting {
  readonly reason: 'offline' | 'credentials' | 'disk';
  readonly fault: Fault;
  /** False: time alone does not end this, someone must act. */
  readonly passes: boolean;
}

/** Why nothing goes on. A queue with another destination that still moves does not wait. */
export function waitingOf(state: EngineState): Waiting | null {
  if (state.storeTrouble !== null) return { reason: 'disk', fault: state.storeTrouble, passes: true };
  let found: Waiting | null = null;
  for (const { network, credentials, live, leftovers } of state.destinations.values()) {
    if (live === 0 && leftovers.length === 0) continue;
    if (network.kind === 'offline') found = { reason: 'offline', fault: network.fault, passes: true };
    else if (network.doubted === true) return null;
    else if (credentials.kind === 'waiting')
      found = { reason: 'credentials', fault: credentials.fault, passes: credentials.retryAt !== null };
    else return null;
  }
  return found;
}
