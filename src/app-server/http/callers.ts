import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { hostWithoutPort, isLoopbackHost } from '../loopback';
import { problem, refuse, type Answer } from '../problem';

/** The caller of a server that asks for no token: this machine. */
const THIS_MACHINE = 'loopback';

/** Who asks, as a name that is safe to log; or 401, or 403. */
export type Callers = (headers: IncomingHttpHeaders) => Answer<string>;

/** With hashes, each bearer token is a caller of its own. Without, everyone on this machine is one caller. */
export function createCallers(bearerTokenHashes: readonly Buffer[]): Callers {
  return bearerTokenHashes.length === 0
    ? callerOnThisMachine
    : (headers) => bearer(headers, bearerTokenHashes);
}

function bearer(headers: IncomingHttpHeaders, hashes: readonly Buffer[]): Answer<string> {
  const token = /^Bearer +([\w.~+/=-]+)$/i.exec(headers.authorization ?? '')?.[1];
  if (token === undefined)
    return refuse(problem('Unauthorized', 'Send a bearer token in the Authorization header.'));
  const asked = createHash('sha256').update(token).digest();
  // Every hash is compared, and each in constant time: the time taken says nothing about which one is near.
  const isKnown = hashes.map((hash) => timingSafeEqual(hash, asked)).includes(true);
  if (!isKnown) return refuse(problem('Unauthorized', 'The bearer token is not one that this server knows.'));
  return { ok: true, value: asked.toString('hex').slice(0, 12) };
}

/**
 * Without bearer tokens the Host header must be a name of this machine. Else a page in a browser could ask under
 * a name of its own that it points at 127.0.0.1, and a reverse proxy could open the server to the world unnoticed.
 */
function callerOnThisMachine(headers: IncomingHttpHeaders): Answer<string> {
  if (isLoopbackHost(hostWithoutPort(headers.host ?? ''))) return { ok: true, value: THIS_MACHINE };
  return refuse(
    problem('Forbidden', 'Without bearer tokens this server answers only under a name of its own machine.'),
  );
}
