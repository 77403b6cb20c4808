import { elapsedMs, momentOf, type Clock, type Moment } from '../clock';

/** A client needs a token every half hour; a thousand of them starting at once must still pass. */
export const BURST_SECONDS = 10;
/** Beyond this many callers, those whose bucket is full again are forgotten: a full bucket is where they start anew. */
const REMEMBERED_CALLERS = 10_000;

export interface RequestLimit {
  /** Null: go ahead. Else the whole seconds after which this caller may come again. */
  retryAfterSeconds(caller: string): number | null;
}

/**
 * A token bucket for each caller, so that one client in a loop cannot take the server from the others. It holds what
 * comes in ten seconds.
 */
export function createRequestLimit(clock: Clock, requestsPerSecond: number): RequestLimit {
  const burst = requestsPerSecond * BURST_SECONDS;
  const buckets = new Map<string, { readonly left: number; readonly at: Moment }>();
  const leftOf = (bucket: { readonly left: number; readonly at: Moment }): number =>
    Math.min(burst, bucket.left + (elapsedMs(clock, bucket.at) / 1000) * requestsPerSecond);

  const forgetFull = (): void => {
    for (const [caller, bucket] of buckets) if (leftOf(bucket) >= burst) buckets.delete(caller);
  };

  return {
    retryAfterSeconds(caller) {
      const bucket = buckets.get(caller);
      const left = bucket === undefined ? burst : leftOf(bucket);
      if (bucket === undefined && buckets.size >= REMEMBERED_CALLERS) forgetFull();
      buckets.set(caller, { left: left >= 1 ? left - 1 : left, at: momentOf(clock) });
      return left >= 1 ? null : 1;
    },
  };
}
