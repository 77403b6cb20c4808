/** What the command and the report say of a check, in English; the window has words of its own (`doctor` in its files). */
import type { Check, CheckId, Hint, HintCode } from '../../shared/doctor';
import type { FaultCode } from '../../shared/faults';

const TITLES: Readonly<Record<CheckId, string>> = {
  dns: 'Name of the bucket',
  'dns-server': 'Name of the sign-in server',
  'dns-imm': 'Name of IMM',
  proxy: 'Proxy',
  tls: 'Secure connection',
  portal: 'OSS answers',
  clock: 'Clock',
  credentials: 'Credentials',
  signature: 'Signature',
  bucket: 'Bucket and region',
  put: 'Upload a small file',
  'forbid-overwrite': 'Protection from overwriting',
  head: 'Read what was uploaded',
  tagging: 'Set tags',
  acl: 'Set the ACL',
  callback: 'Callback',
  imm: 'Ask IMM for faces',
  initiate: 'Begin a large file',
  'upload-part': 'Upload a part',
  throughput: 'Speed',
  'list-parts': 'List parts',
  abort: 'Abort an upload',
  delete: 'Take the probe away',
};

type Values = Hint['values'];
const day = (at: string | number | undefined): string => new Date(Number(at)).toISOString().slice(0, 10);
const megabytes = (bytes: string | number | undefined): string => (Number(bytes) / 1e6).toFixed(1);

function span(seconds: string | number | undefined): string {
  const all = Number(seconds);
  if (all < 120) return `${all} s`;
  return all < 7200 ? `${Math.round(all / 60)} min` : `${(all / 3600).toFixed(1)} h`;
}

const HINTS: Readonly<Record<HintCode, (values: Values) => string>> = {
  resolved: ({ host, count }) => `${host ?? ''}, ${count ?? 0} ${count === 1 ? 'address' : 'addresses'}.`,
  trusted: ({ protocol, at }) => `${protocol ?? ''}, the certificate is valid until ${day(at)}.`,
  'clock-close': ({ seconds }) => `${span(seconds)} from the server's; corrected for.`,
  token: ({ key, minutes }) => `A token for ${minutes ?? 0} min (${key ?? ''}), renewed before it ends.`,
  'token-endless': ({ key }) => `${key ?? ''}; when they end is not told.`,
  'urls-signed': () => 'The server signs each request; nothing is held here.',
  form: ({ minutes }) => `A post policy for ${minutes ?? 0} min.`,
  stored: ({ bytes }) => `${bytes ?? 0} bytes; the CRC-64 is that of what was sent.`,
  'callback-told': ({ host }) => `${host ?? ''} took the call.`,
  'imm-works': ({ project }) => `Project ${project ?? ''}.`,
  speed: ({ speed, bytes }) =>
    `About ${megabytes(speed)} MB/s on one connection (measured with ${megabytes(bytes)} MB; uploads use several).`,
  'proxy-environment': ({ variable, proxy }) =>
    `${variable ?? ''} names the proxy ${proxy ?? ''}, and OSS Ferry does not use proxies: have the administrator allow the way to OSS without it, and name the host in NO_PROXY.`,
  'proxy-system': ({ proxy }) =>
    `The system's settings name the proxy ${proxy ?? ''}, and OSS Ferry does not use proxies: have the administrator allow the way to OSS without it.`,
  'authority-unknown': ({ issuer }) =>
    `The last certificate was issued by "${issuer ?? ''}", which is not known here. It may be a proxy that reads connections: ask the administrator to except OSS from it.`,
  'self-signed': ({ issuer }) =>
    `The server signed its certificate itself ("${issuer ?? ''}"). Check the endpoint, or ask its operator for a certificate of a known authority.`,
  'certificate-expired': ({ at, issuer }) =>
    `The certificate of "${issuer ?? ''}" ended on ${day(at)}. Check the clock of this computer, then ask the operator to renew it.`,
  'certificate-early': ({ at, issuer }) =>
    `The certificate of "${issuer ?? ''}" begins on ${day(at)}. Check the clock of this computer.`,
  'certificate-name': ({ host, names }) =>
    `The certificate is for ${names ?? ''} and not for ${host ?? ''}. Check the endpoint; a custom domain needs its certificate at OSS.`,
  'certificate-refused': ({ issuer }) =>
    `The last certificate was issued by "${issuer ?? ''}". Show this to the administrator.`,
  'clock-ahead': ({ seconds }) =>
    `It is ${span(seconds)} ahead of the server's. Uploads are corrected for; IMM is not: set the clock.`,
  'clock-behind': ({ seconds }) =>
    `It is ${span(seconds)} behind the server's. Uploads are corrected for; IMM is not: set the clock.`,
  'endpoint-is': ({ endpoint }) =>
    `The bucket is at ${endpoint ?? ''}: enter that as endpoint, and its region.`,
  'ask-right': ({ action }) => `Ask the administrator to allow ${action ?? ''}; the statement is below.`,
  'overwrite-allowed': () =>
    'Files may be replaced unasked. Ask whether versioning is on for the bucket (then OSS ignores the wish, and keeps the versions before), or whether a gateway leaves x-oss-forbid-overwrite away.',
  'no-head': () =>
    'Uploads work. Without reading, skip-identical acts as never-overwrite, and verify and faces do not work.',
  'no-list-parts': () => 'Uploads work. After a crash the record on this computer is used alone.',
  'no-abort': () =>
    'Uploads work. Parts of uploads that are canceled stay in the bucket and cost money: add a lifecycle rule that deletes parts after a few days.',
  'upload-left': ({ key }) =>
    `An unfinished upload of ${key ?? ''} stays in the bucket: abort it by hand, or add a lifecycle rule that deletes parts.`,
  'probe-left': ({ key }) =>
    `The probe ${key ?? ''} stays in the bucket; it may be deleted by hand. Uploads need no right to delete.`,
  'callback-refused': ({ host }) =>
    `The file is stored, but ${host ?? ''} did not take the call of OSS. Tell its operator: it must be reachable from the internet and answer 200 with JSON within 5 s.`,
  'not-encrypted': ({ host }) => `${host ?? ''} is spoken to over plain http; nothing is encrypted.`,
  'waits-for': ({ check }) => `Not tried, because of "${check ?? ''}".`,
  'not-by-way': ({ way }) => `${way ?? ''} has no such call.`,
  'nothing-left': () => 'There is nothing to take away.',
  stopped: () => 'Not tried: the run was stopped.',
};

/** What to do about a fault that has no hint of its own. */
const NEXT: Readonly<Partial<Record<FaultCode, string>>> = {
  dns: 'Check endpoint, region and VPN.',
  'network-offline': 'Check the network and whether a firewall lets this port through.',
  'connection-lost': 'Check the network; a gateway may cut connections off.',
  stalled: 'Check the network; a gateway may swallow what is sent.',
  'captive-portal': 'Open a web page in a browser and sign in to the network; else check the endpoint.',
  tls: 'Check the endpoint; a proxy may stand in between.',
  proxy: 'OSS Ferry does not use proxies; have the administrator allow the way to OSS without one.',
  'token-server': 'Tell the operator of the server.',
  'token-server-silent': 'Check its address; then tell the operator of the server.',
  'token-refused': 'Sign in again (OSS_FERRY_TOKEN for the command), or ask the operator for access.',
  'token-expired': 'Get new credentials.',
  'credentials-missing': 'Hand in credentials for this destination.',
  'key-unknown': 'The AccessKey does not exist or is disabled: use another.',
  'role-refused': 'The administrator must let this user assume the role, and the role trust it.',
  signature: 'Check the AccessKey secret and the region.',
  'signature-v1-off': 'Set "signature" to "v4".',
  'bucket-missing': 'Check the name of the bucket and the region.',
  'wrong-endpoint': 'Check region and endpoint.',
  'own-domain-needed':
    'New accounts need a domain of their own here: bind one to the bucket and enter it as endpoint with "addressing": "cname".',
  'path-style-refused': 'Leave "addressing" away: OSS takes the bucket as a part of the host name.',
  'crc-mismatch': 'Something on the way changes what is sent or leaves headers away: tell the administrator.',
  'bad-answer': 'A gateway may change answers: tell the administrator.',
  'imm-project-missing':
    'Check the name of the project; the administrator can create it and bind the bucket.',
  'imm-region': "Name a project in the bucket's region.",
  'imm-unreachable': 'Check the IMM endpoint.',
  'clock-skew': 'Set the clock of this computer.',
  'server-busy': 'Try again in a few minutes.',
  throttled: 'Try again in a few minutes.',
  'server-refused': 'Show the request id to the administrator.',
  'invalid-input': 'Mend the destination as described.',
};

export const titleOf = (id: CheckId): string => TITLES[id];

/** What was found or what to do; null: there is nothing to say. */
export function hintSentence({ hint, fault }: Pick<Check, 'hint' | 'fault'>): string | null {
  if (hint !== undefined) return HINTS[hint.code](hint.values);
  return fault === undefined ? null : (NEXT[fault.code] ?? null);
}
