import { describe, expect, it } from 'vitest';
import { asksAnew } from '../../../../src/app-server/routes/get-sts-token';

describe('asksAnew', () => {
  it.each(['no-cache', 'No-Cache', 'max-age=0, no-cache', 'no-cache,no-store'])('hears %s', (header) => {
    expect(asksAnew(header)).toBe(true);
  });
  it.each([undefined, '', 'max-age=0', 'no-store', 'x-no-cache'])('hears no wish in %s', (header) => {
    expect(asksAnew(header)).toBe(false);
  });
});
