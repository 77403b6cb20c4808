import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCallers } from '../../../../src/app-server/http/callers';

const sha256 = (token: string) => createHash('sha256').update(token).digest();
const outcome = (callers: ReturnType<typeof createCallers>, headers: Record<string, string>) => {
  const answer = callers(headers);
  return answer.ok ? answer.value : answer.problem.code;
};

describe('with bearer tokens', () => {
  const callers = createCallers([sha256('token-of-alice'), sha256('token-of-bob')]);
  const caller = (authorization: string) => outcome(callers, { authorization });

  it('gives each token a name of its own that does not tell the token', () => {
    const names = [caller('Bearer token-of-alice'), caller('bearer token-of-bob')];
    expect(names).toEqual(
      [sha256('token-of-alice'), sha256('token-of-bob')].map((h) => h.toString('hex').slice(0, 12)),
    );
  });

  it.each([
    '',
    'token-of-alice',
    'Basic token-of-alice',
    'Bearer ',
    'Bearer token-of-carol',
    'Bearer token-of-alice x',
  ])('refuses %j', (authorization) => {
    expect(caller(authorization)).toBe('Unauthorized');
  });

  it('is not content with the host', () => {
    expect(outcome(callers, { host: '127.0.0.1:80' })).toBe('Unauthorized');
  });
});

describe('without bearer tokens', () => {
  const callers = createCallers([]);
  it.each(['127.0.0.1:8080', 'localhost', '[::1]:80'])('knows this machine as %s', (host) => {
    expect(outcome(callers, { host })).toBe('loopback');
  });
  it.each(['rebound.example:8080', '10.0.0.7', ''])('refuses a request that was sent to %j', (host) => {
    expect(outcome(callers, { host })).toBe('Forbidden');
  });
});
