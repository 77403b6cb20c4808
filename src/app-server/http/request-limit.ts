import { elapsedMs, momentOf, type Clock, type Moment } from '../clock';

/** A client needs a token every half hour; a thousand of them starting at once must still pass. */
export const BURST_REQUESTS = 2000;
export const REQUESTS_PER_SECOND = 200;

export interface RequestLimit {
  /** Null: go ahead. Else the whole seconds after which this caller may come again. */
  retryAfterSeconds(caller: string): number | null;
}

/** A token bucket for each caller, so that one client in a loop cannot take the server from the others. */
export function createRequestLimit(clock: Clock): RequestLimit {
  const buckets = new Map<string, { left: number; at: Moment }>();
  return {
    retryAfterSeconds(caller) {
      const bucket = buckets.get(caller) ?? { left: BURST_REQUESTS, at: momentOf(clock) };
      const refilled = bucket.left + (elapsedMs(clock, bucket.at) / 1000) * REQUESTS_PER_SECOND;
      const left = Math.min(BURST_REQUESTS, refilled);
      buckets.set(caller, { left: left >= 1 ? left - 1 : left, at: momentOf(clock) });
      return left >= 1 ? null : 1;
    },
  };
}
