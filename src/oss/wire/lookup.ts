import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

const LOOPBACK: LookupAddress = { address: '127.0.0.1', family: 4 };

/** Resolves `localhost` and every name below it to 127.0.0.1 (RFC 6761), all others as the system does. */
export const lookup: LookupFunction = (hostname, options, callback) => {
  if (hostname !== 'localhost' && !hostname.endsWith('.localhost')) {
    systemLookup(hostname, options, callback);
    return;
  }
  // Node 20 asks for all addresses, older callers for one.
  const answer = (): void =>
    options.all === true ? callback(null, [LOOPBACK]) : callback(null, LOOPBACK.address, LOOPBACK.family);
  process.nextTick(answer);
};
