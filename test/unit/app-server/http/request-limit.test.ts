import { describe, expect, it } from 'vitest';
import { BURST_SECONDS, createRequestLimit } from '../../../../src/app-server/http/request-limit';
import { fakeClock } from '../fake-clock';

const REQUESTS_PER_SECOND = 200;
const BURST_REQUESTS = REQUESTS_PER_SECOND * BURST_SECONDS;

describe('createRequestLimit', () => {
  it('lets a burst pass, then a steady rate, for each caller on its own', () => {
    const clock = fakeClock();
    const limit = createRequestLimit(clock, REQUESTS_PER_SECOND);
    const passing = (caller: string, tries: number) =>
      Array.from({ length: tries }, () => limit.retryAfterSeconds(caller)).filter((wait) => wait === null)
        .length;

    expect(passing('a', BURST_REQUESTS + 10)).toBe(BURST_REQUESTS);
    expect(limit.retryAfterSeconds('a')).toBe(1);
    expect(limit.retryAfterSeconds('b')).toBeNull();
    clock.pass(1000);
    expect(passing('a', REQUESTS_PER_SECOND * 2)).toBe(REQUESTS_PER_SECOND);
    clock.pass(3_600_000);
    expect(passing('a', BURST_REQUESTS * 2)).toBe(BURST_REQUESTS);
  });
});
