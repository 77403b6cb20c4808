import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { hostWithoutPort, isLoopbackHost } from '../loopback';
import { problem, refuse, type Answer } from '../problem';
import type { JwtVerifier, Principal } from './principal';
import type { StaticToken } from '../settings-values';

/** Who asks; or 401, or 403. */
export type Principals = (headers: IncomingHttpHeaders) => Answer<Principal> | Promise<Answer<Principal>>;

export interface PrincipalsOptions {
  readonly staticTokens: readonly StaticToken[];
  readonly verifyJwt: JwtVerifier | null;
  /** For callers that have no prefix of their own. */
  readonly prefix: string;
}

/**
 * Each static token is a caller of its own, and each user of a JWT. Where there is neither, everyone on this machine
 * is one caller.
 */
export function createPrincipals({ staticTokens, verifyJwt, prefix }: PrincipalsOptions): Principals {
  if (staticTokens.length === 0 && verifyJwt === null) return (headers) => localPrincipal(headers, prefix);
  return (headers) => {
    const token = bearerToken(headers);
    if (token === null)
      return refuse(problem('Unauthorized', 'Send a bearer token in the Authorization header.'));
    const asked = hashOf(token);
    // Every hash is compared, and each in constant time: the time taken says nothing about which one is near.
    const known = staticTokens.filter(({ hash }) => timingSafeEqual(hash, asked))[0];
    if (known !== undefined)
      return {
        ok: true,
        value: { name: asked.toString('hex').slice(0, 12), prefix: known.prefix ?? prefix },
      };
    if (verifyJwt !== null && token.split('.').length === 3) return verifyJwt(token);
    return refuse(problem('Unauthorized', 'The bearer token is not one that this server knows.'));
  };
}

/** The token of `Authorization: Bearer …`, or null. */
export function bearerToken(headers: IncomingHttpHeaders): string | null {
  return /^Bearer +([\w.~+/=-]+)$/i.exec(headers.authorization ?? '')?.[1] ?? null;
}

/** True where `token` is the one with this hash. Takes the same time for all that are not. */
export function isTokenOf(hash: Buffer, token: string): boolean {
  return timingSafeEqual(hash, hashOf(token));
}

/**
 * Without bearer tokens the Host header must be a name of this machine. Else a page in a browser could ask under
 * a name of its own that it points at 127.0.0.1, and a reverse proxy could open the server to the world unnoticed.
 */
export function localPrincipal(headers: IncomingHttpHeaders, prefix: string): Answer<Principal> {
  if (isLoopbackHost(hostWithoutPort(headers.host ?? '')))
    return { ok: true, value: { name: 'loopback', prefix } };
  return refuse(
    problem('Forbidden', 'Without bearer tokens this server answers only under a name of its own machine.'),
  );
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
