import { fault, type Fault, type FaultCode } from '../../shared/faults';

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  'EACCES',
  'EPERM',
  'ETIMEDOUT',
]);
const NO_SUCH_NAME = /^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL)/;
const TLS =
  /^(CERT_|ERR_TLS|ERR_SSL|EPROTO|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|CRL_|INVALID_CA)/;
const NOT_HTTP = /^HPE_/;

/**
 * The fault of a failed connection. Once a connection stood, whatever breaks it is `connection-lost`, for then
 * the request may have been carried out; before, it was surely not. The message names the host and nothing else.
 */
export function networkFault(error: unknown, host: string, wasConnected: boolean): Fault {
  const code = codeOf(error);
  if (NOT_HTTP.test(code)) return fault('captive-portal', `What answered for ${host} does not speak HTTP.`);
  if (wasConnected) return fault('connection-lost', `The connection to ${host} was lost${said(code)}.`);
  if (NO_SUCH_NAME.test(code)) return fault('dns', `The name ${host} could not be resolved${said(code)}.`);
  if (TLS.test(code)) return fault('tls', `No secure connection to ${host}${said(code)}.`);
  const kind: FaultCode = UNREACHABLE.has(code) ? 'network-offline' : 'connection-lost';
  return fault(kind, `${host} could not be reached${said(code)}.`);
}

const said = (code: string): string => (code === '' ? '' : ` (${code})`);

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Several addresses were tried: the first one's reason stands for all.
  if ('errors' in error && Array.isArray(error.errors)) return codeOf(error.errors[0]);
  return '';
}
