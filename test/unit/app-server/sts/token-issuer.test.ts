import { describe, expect, it } from 'vitest';
import { tokenLifeMs } from '../../../../src/app-server/sts/token-issuer';

describe('tokenLifeMs', () => {
  it('is Expiration minus the Date of the same answer, whatever the clock here says', () => {
    expect(tokenLifeMs('1999-01-01T01:00:00Z', 'Fri, 01 Jan 1999 00:30:00 GMT', 3600)).toBe(1_800_000);
    expect(tokenLifeMs('2099-01-01T00:00:04Z', 'Thu, 01 Jan 2099 00:00:00 GMT', 3600)).toBe(4000);
    // Less than a second, which neither of the two can say: never to be handed out again.
    expect(tokenLifeMs('1999-01-01T01:00:00Z', 'Fri, 01 Jan 1999 01:00:00 GMT', 3600)).toBe(0);
  });

  it.each([
    ['no Date', undefined],
    ['a Date that is none', 'yesterday'],
    ['a Date after Expiration', 'Thu, 01 Jan 2099 00:00:00 GMT'],
    ['a Date so early that STS would have given too much', 'Thu, 31 Dec 1998 00:00:00 GMT'],
  ])('is what was asked for with %s', (_name, date) => {
    expect(tokenLifeMs('1999-01-01T01:00:00Z', date, 3600)).toBe(3_600_000);
  });
});
