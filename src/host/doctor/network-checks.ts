/** Whether the network leads to OSS: names, proxies, certificates, who answers, and by which clock. */
import { isIP } from 'node:net';
import { bucketOrigin } from '../../oss/object/address';
import { immEndpointOf } from '../../oss/imm/imm';
import { lookup as lookupWithLoopback } from '../../oss/wire/lookup';
import { networkFault } from '../../oss/wire/network-fault';
import { fault } from '../../shared/faults';
import { endpointOf, type Profile } from '../../shared/profile';
import { lookAtCertificate, type CertificateView } from './certificates';
import { proxyInEnvironment, proxyOfSystem, type NamedProxy } from './proxies';
import { bad, good, hint, untried, type Finding, type Step, type Visit } from './visit';

/** OSS refuses requests that are further off than this; ours are signed by its own clock. */
const CLOCK_TOLERANCE_MS = 15 * 60_000;

/** The server that uploading is authorized by; null where none is asked. */
function serverUrl({ authorization, region }: Profile): URL | null {
  if ('url' in authorization) return new URL(authorization.url);
  if (authorization.kind !== 'assume-role') return null;
  return new URL(authorization.stsEndpoint ?? `https://sts.${region}.aliyuncs.com`);
}

const immUrl = (profile: Profile): URL | null =>
  profile.imm === undefined ? null : new URL(immEndpointOf(profile));

async function resolves(visit: Visit, hostname: string): Promise<Finding> {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return good('resolved', { host, count: 1 });
  const lookup = visit.options.lookup ?? lookupWithLoopback;
  return new Promise((resolve) => {
    lookup(host, { all: true }, (error, addresses) => {
      if (error !== null) resolve(bad(networkFault(error, host, false)));
      else resolve(good('resolved', { host, count: Array.isArray(addresses) ? addresses.length : 1 }));
    });
  });
}

async function namesProxy({ profile, options }: Visit): Promise<Finding> {
  const { secure, host } = bucketOrigin(profile);
  const url = new URL(`${secure ? 'https' : 'http'}://${host}`);
  const named =
    proxyInEnvironment(url, options.environment) ??
    (options.proxyOfSystem === undefined ? null : proxyOfSystem(await options.proxyOfSystem(url.href)));
  return named === null ? good() : bad(proxyFault(named, host), { hint: proxyHint(named) });
}

const proxyFault = ({ proxy }: NamedProxy, host: string) =>
  fault('proxy', `The proxy ${proxy} is named for ${host}, and OSS Ferry does not use proxies.`);
const proxyHint = ({ variable, proxy }: NamedProxy) =>
  variable === null ? hint('proxy-system', { proxy }) : hint('proxy-environment', { variable, proxy });

async function trusts({ profile, options }: Visit): Promise<Finding> {
  const origin = bucketOrigin(profile);
  if (!origin.secure) return untried('not-encrypted', { host: origin.host });
  const seen = await lookAtCertificate(origin, {
    lookup: options.lookup ?? lookupWithLoopback,
    ...(options.cancel === undefined ? {} : { cancel: options.cancel }),
    ...(options.certificateAuthorities === undefined
      ? {}
      : { certificateAuthorities: options.certificateAuthorities }),
  });
  if (!seen.ok) return bad(seen.fault);
  const { protocol, validTo, problem } = seen.value;
  if (problem === null) return good('trusted', { protocol, at: validTo });
  const sentence = `No secure connection to ${origin.host}: ${problem.words} (${problem.code}).`;
  return bad(fault('tls', sentence), { hint: certificateHint(seen.value, origin.hostname) });
}

function certificateHint({ problem, issuer, names, validFrom, validTo }: CertificateView, host: string) {
  switch (problem?.kind) {
    case 'expired':
      return hint('certificate-expired', { issuer, at: validTo });
    case 'early':
      return hint('certificate-early', { issuer, at: validFrom });
    case 'name':
      return hint('certificate-name', { host, names });
    case 'self-signed':
      return hint('self-signed', { issuer });
    case 'authority':
      return hint('authority-unknown', { issuer });
    default:
      return hint('certificate-refused', { issuer });
  }
}

async function answers(visit: Visit): Promise<Finding> {
  const answer = await visit.cloud.greet();
  visit.clockOffsetMs = answer.clockOffsetMs;
  return answer.ok ? good() : bad(answer.fault);
}

/** The engine signs by the server's clock, so a wrong one is told and hinders no upload. */
function clockIs({ clockOffsetMs }: Visit): Promise<Finding> {
  if (clockOffsetMs === null) return Promise.resolve(untried('waits-for', { check: 'portal' }));
  const seconds = Math.round(Math.abs(clockOffsetMs) / 1000);
  if (Math.abs(clockOffsetMs) <= CLOCK_TOLERANCE_MS) return Promise.resolve(good('clock-close', { seconds }));
  const side = clockOffsetMs > 0 ? 'behind' : 'ahead';
  const sentence = `The clock of this computer is ${seconds} s ${side === 'behind' ? 'behind' : 'ahead of'} that of OSS.`;
  return Promise.resolve(bad(fault('clock-skew', sentence), { hint: hint(`clock-${side}`, { seconds }) }));
}

export const NETWORK_CHECKS: readonly Step[] = [
  { id: 'dns', needs: [], run: (visit) => resolves(visit, bucketOrigin(visit.profile).hostname) },
  {
    id: 'dns-server',
    needs: [],
    applies: (profile) => serverUrl(profile) !== null,
    run: (visit) => resolves(visit, serverUrl(visit.profile)?.hostname ?? ''),
  },
  {
    id: 'dns-imm',
    needs: [],
    applies: (profile) => immUrl(profile) !== null,
    run: (visit) =>
      resolves(visit, immUrl(visit.profile)?.hostname ?? new URL(endpointOf(visit.profile)).hostname),
  },
  // Whether the way without it leads to OSS, the next checks find out.
  { id: 'proxy', optional: true, needs: [], run: namesProxy },
  { id: 'tls', needs: ['dns'], run: trusts },
  { id: 'portal', needs: ['dns', 'tls'], run: answers },
  { id: 'clock', optional: true, needs: ['portal'], run: clockIs },
];
