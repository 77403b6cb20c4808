/** The certificate of a host, looked at even where it is not trusted; nothing is sent over the connection. */
import { isIP, type LookupFunction } from 'node:net';
import * as tls from 'node:tls';
import type { CancelSignal } from '../../engine/ports';
import type { Origin } from '../../oss/object/address';
import { networkFault } from '../../oss/wire/network-fault';
import { failure, fault, success, type Outcome } from '../../shared/faults';

interface Problem {
  readonly kind: 'expired' | 'early' | 'name' | 'self-signed' | 'authority' | 'other';
  /** Of OpenSSL or Node. */
  readonly code: string;
  readonly words: string;
}

export interface CertificateView {
  /** `TLSv1.3` */
  readonly protocol: string;
  /** Who issued the last certificate of the chain that was sent. */
  readonly issuer: string;
  /** The host names that the certificate is for. */
  readonly names: string;
  readonly validFrom: number;
  readonly validTo: number;
  /** Null: it is trusted. */
  readonly problem: Problem | null;
}

export interface LookOptions {
  readonly lookup: LookupFunction;
  readonly cancel?: CancelSignal;
  readonly certificateAuthorities?: string;
}

const TIMEOUT_MS = 10_000;
const MOST_NAMES = 5;

/** Faults as of a connection: dns, network-offline, connection-lost, tls (no handshake at all), canceled. */
export function lookAtCertificate(
  { hostname, port, host }: Origin,
  { lookup, cancel, certificateAuthorities }: LookOptions,
): Promise<Outcome<CertificateView>> {
  return new Promise((resolve) => {
    const socket = tls.connect({
      host: hostname,
      port,
      lookup,
      ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
      // What is wrong with it is the question, and Node gives no certificate that it has refused. Nothing is ever sent here.
      rejectUnauthorized: false,
      ...(certificateAuthorities === undefined ? {} : { ca: certificateAuthorities }),
    });
    const settle = (outcome: Outcome<CertificateView>): void => {
      socket.destroy();
      resolve(outcome);
    };
    socket.setTimeout(TIMEOUT_MS, () =>
      settle(failure(fault('network-offline', `${host} did not take the connection in time.`))),
    );
    cancel?.onCancel(() => settle(failure(fault('canceled', 'The check was stopped.'))));
    socket.once('error', (error) => settle(failure(networkFault(error, host, false))));
    socket.once('secureConnect', () => settle(success(viewOf(socket))));
  });
}

function viewOf(socket: tls.TLSSocket): CertificateView {
  const leaf = socket.getPeerCertificate(true);
  const { O: organisation, CN: name } = lastOf(leaf).issuer as Partial<tls.Certificate>;
  const names = (leaf.subjectaltname ?? String(leaf.subject.CN))
    .split(/,\s*/)
    .map((entry) => entry.replace(/^(DNS|IP Address):/, ''))
    .filter((entry) => entry !== '');
  return {
    protocol: socket.getProtocol() ?? '',
    issuer: [organisation, name].filter((part) => part !== undefined && part !== '').join(', ') || '?',
    names: names.slice(0, MOST_NAMES).join(', '),
    validFrom: Date.parse(leaf.valid_from),
    validTo: Date.parse(leaf.valid_to),
    problem: socket.authorized ? null : problemOf(codeOf(socket.authorizationError)),
  };
}

function lastOf(leaf: tls.DetailedPeerCertificate): tls.DetailedPeerCertificate {
  let last = leaf;
  // A root is its own issuer; a chain that was cut off has none at its end.
  for (let step = 0; step < 10; step += 1) {
    const above = last.issuerCertificate as tls.DetailedPeerCertificate | undefined;
    if (above === undefined || above.fingerprint256 === last.fingerprint256) break;
    last = above;
  }
  return last;
}

/** Typed as an Error, and a code in fact. */
function codeOf(error: unknown): string {
  if (typeof error === 'string') return error;
  if (error instanceof Error && 'code' in error) return String(error.code);
  return 'unknown';
}

function problemOf(code: string): Problem {
  if (code === 'CERT_HAS_EXPIRED') return { kind: 'expired', code, words: 'the certificate has expired' };
  if (code === 'CERT_NOT_YET_VALID')
    return { kind: 'early', code, words: 'the certificate is not valid yet' };
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return { kind: 'name', code, words: 'the certificate is for another name' };
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT')
    return { kind: 'self-signed', code, words: 'the certificate was signed by itself' };
  if (/^SELF_SIGNED_CERT_IN_CHAIN|^UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)/.test(code))
    return { kind: 'authority', code, words: 'the authority that issued the certificate is not known' };
  return { kind: 'other', code, words: 'the certificate is not trusted' };
}
