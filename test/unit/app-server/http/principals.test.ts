import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createPrincipals, type Principals } from '../../../../src/app-server/http/principals';

const sha256 = (token: string) => createHash('sha256').update(token).digest();
const callersWith = (staticTokens: { hash: Buffer; prefix: string | null }[]) =>
  createPrincipals({ staticTokens, verifyJwt: null, prefix: 'uploads/' });
const outcome = async (callers: Principals, headers: Record<string, string>) => {
  const answer = await callers(headers);
  return answer.ok ? answer.value : answer.problem.code;
};

describe('with bearer tokens', () => {
  const callers = callersWith([
    { hash: sha256('token-of-alice'), prefix: null },
    { hash: sha256('token-of-bob'), prefix: 'uploads/bob/' },
  ]);
  const caller = (authorization: string) => outcome(callers, { authorization });

  it('gives each token a name of its own that does not tell the token, and its prefix', async () => {
    const nameOf = (token: string) => sha256(token).toString('hex').slice(0, 12);
    expect(await caller('Bearer token-of-alice')).toEqual({
      name: nameOf('token-of-alice'),
      prefix: 'uploads/',
    });
    expect(await caller('bearer token-of-bob')).toEqual({
      name: nameOf('token-of-bob'),
      prefix: 'uploads/bob/',
    });
  });

  it.each([
    '',
    'token-of-alice',
    'Basic token-of-alice',
    'Bearer ',
    'Bearer token-of-carol',
    'Bearer token-of-alice x',
  ])('refuses %j', async (authorization) => {
    expect(await caller(authorization)).toBe('Unauthorized');
  });

  it('is not content with the host', async () => {
    expect(await outcome(callers, { host: '127.0.0.1:80' })).toBe('Unauthorized');
  });
});

describe('without bearer tokens', () => {
  const callers = callersWith([]);
  it.each(['127.0.0.1:8080', 'localhost', '[::1]:80'])('knows this machine as %s', async (host) => {
    expect(await outcome(callers, { host })).toEqual({ name: 'loopback', prefix: 'uploads/' });
  });
  it.each(['rebound.example:8080', '10.0.0.7', ''])('refuses a request that was sent to %j', async (host) => {
    expect(await outcome(callers, { host })).toBe('Forbidden');
  });
});
