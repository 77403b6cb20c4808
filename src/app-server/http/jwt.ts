import { createHash } from 'node:crypto';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose';
import { problem, refuse, type Answer, type Problem } from '../problem';
import type { JwtSettings } from '../settings';
import { USER_PLACE } from '../settings-values';
import type { JwtVerifier, Principal } from './principal';

/** What a user may be called to have a folder of their own: no slash, and nothing that a policy takes for a wildcard. */
const USER = /^(?!\.{1,2}$)[\w.@:|+=,-]{1,128}$/;
const CLOCK_TOLERANCE_SECONDS = 30;
const KEYS_TIMEOUT_MS = 4000;
const RETRY_AFTER_SECONDS = 5;

/**
 * Verifies signature (by the allowed algorithms alone), issuer, audience, `nbf` and `exp`; a token without `exp` or
 * `sub` is refused. `{user}` in the prefix becomes `sub`.
 */
export function createJwtVerifier(settings: JwtSettings, prefixTemplate: string): JwtVerifier {
  const { algorithms, issuer, audience, keys } = settings;
  const options = {
    algorithms: [...algorithms],
    issuer,
    audience,
    requiredClaims: ['sub', 'exp'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
  };
  // It keeps the keys, asks again for a key that it does not know, and for that at most every half minute.
  const remote =
    keys.kind === 'jwks' ? createRemoteJWKSet(keys.url, { timeoutDuration: KEYS_TIMEOUT_MS }) : null;
  const verify = async (token: string): Promise<JWTPayload> => {
    if (keys.kind === 'public-key') return (await jwtVerify(token, keys.key, options)).payload;
    if (remote === null) throw new errors.JWKSInvalid();
    return (await jwtVerify(token, remote, options)).payload;
  };
  return async (token) => {
    try {
      return callerOf(await verify(token), prefixTemplate);
    } catch (error) {
      const isTokenWrong = keys.kind === 'public-key' || isAboutToken(error);
      return refuse(isTokenWrong ? wrongToken(error) : keysUnavailable());
    }
  };
}

function callerOf({ sub }: JWTPayload, prefixTemplate: string): Answer<Principal> {
  if (typeof sub !== 'string' || !USER.test(sub))
    return refuse(problem('Forbidden', 'The "sub" of the token cannot be the name of a folder.'));
  const name = `jwt-${createHash('sha256').update(sub).digest('hex').slice(0, 12)}`;
  // A function, because a replacement text has a meaning of its own for $.
  return { ok: true, value: { name, prefix: prefixTemplate.replaceAll(USER_PLACE, () => sub) } };
}

/** Else it is about a key set: its address is silent, gives an error, or no key set. */
function isAboutToken(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return false;
  // jose: the key set answered, but not with 200 and JSON, is a plain JOSEError.
  return error instanceof errors.JOSEError && error.code !== errors.JOSEError.code;
}

function wrongToken(error: unknown): Problem {
  if (error instanceof errors.JWTExpired)
    return problem('Unauthorized', 'The bearer token has expired; sign in again.');
  return problem('Unauthorized', 'The bearer token is not one that this server knows.');
}

function keysUnavailable(): Problem {
  const words = 'The keys that verify tokens cannot be had; is JWT_JWKS_URL right?';
  return problem('KeysUnavailable', words, { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
