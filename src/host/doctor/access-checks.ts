/** Whether OSS lets us in: credentials, signature, the bucket, and the first object. */
import type { Answer, StoredObject } from '../../engine/ports';
import { fault, type Fault, type FaultCode, type Outcome } from '../../shared/faults';
import type { Grant } from '../../shared/credentials';
import { hintOf } from '../../shared/secrets';
import { objectRights } from '../../shared/ram-statement';
import { PROBE_TEXT, wholeBody } from './probe-bodies';
import { bad, good, hint, holdsKeys, isLost, untried, type Finding, type Step, type Visit } from './visit';

/** What the first signed request may say of who asks. */
const REFUSES_CALLER: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'token-expired',
  'token-refused',
  'token-server',
  'token-server-silent',
  'credentials-missing',
  'key-unknown',
  'signature',
  'signature-v1-off',
  'clock-skew',
]);
/** And of where it went. */
const REFUSES_PLACE: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'bucket-missing',
  'wrong-endpoint',
  'own-domain-needed',
  'path-style-refused',
]);

async function obtains(visit: Visit): Promise<Finding> {
  const { cloud, options } = visit;
  // What was pasted is all there is.
  const isRenewable = options.profile.authorization.kind !== 'temporary';
  let grant = await cloud.obtain(false);
  // A cache on the way, or the server's own, may hold what has just expired: the engine would ask past it, too.
  while (isRenewable && grant.ok && hasExpired(grant.value, visit)) {
    const renewed = await cloud.renew();
    if (renewed === null) break;
    grant = renewed;
  }
  if (!grant.ok) return bad(grant.fault);
  if (hasExpired(grant.value, visit)) {
    const ended = new Date(grant.value.expiresAtServer ?? 0).toISOString();
    return bad(fault('token-expired', `The credentials expired at ${ended}.`));
  }
  if (options.profile.authorization.kind !== 'signed-url') return good(...grantWords(grant.value, visit));
  const signed: Outcome<unknown> = await cloud.signsPut();
  return signed.ok ? good('urls-signed') : bad(signed.fault, rightsOf(visit, signed.fault));
}

const hasExpired = ({ expiresAtServer }: Grant, { cloud }: Visit): boolean =>
  expiresAtServer !== null && expiresAtServer <= cloud.serverNow();

function grantWords(grant: Grant, { cloud }: Visit): Parameters<typeof good> {
  const minutes =
    grant.expiresAtServer === null ? 0 : Math.floor((grant.expiresAtServer - cloud.serverNow()) / 60_000);
  if (!('accessKeyId' in grant)) return ['form', { minutes }];
  const key = hintOf(grant.accessKeyId) ?? '…';
  return grant.expiresAtServer === null ? ['token-endless', { key }] : ['token', { key, minutes }];
}

/** The first request that is signed tells of signature, bucket and right at once. Its key is new, so it replaces nothing. */
async function firstPut(visit: Visit): Promise<Answer<StoredObject>> {
  visit.firstPut ??= visit.cloud.put(PROBE_TEXT, { forbidOverwrite: true });
  const answer = await visit.firstPut;
  visit.isStored = answer.ok || isLost(answer.fault);
  return answer;
}

async function signatureCounts(visit: Visit): Promise<Finding> {
  const answer = await firstPut(visit);
  if (answer.ok || (answer.fault.ossCode !== undefined && !REFUSES_CALLER.has(answer.fault.code)))
    return good();
  return REFUSES_CALLER.has(answer.fault.code) ? bad(answer.fault) : untried('waits-for', { check: 'put' });
}

async function bucketIsThere(visit: Visit): Promise<Finding> {
  const answer = await firstPut(visit);
  if (answer.ok) return good();
  const { code, ossCode, endpoint } = answer.fault;
  if (REFUSES_PLACE.has(code))
    return bad(answer.fault, endpoint === undefined ? {} : { hint: hint('endpoint-is', { endpoint }) });
  return ossCode === undefined ? untried('waits-for', { check: 'put' }) : good();
}

async function stores(visit: Visit): Promise<Finding> {
  const answer = await firstPut(visit);
  if (!answer.ok) return bad(answer.fault, rightsOf(visit, answer.fault));
  const { crc64 } = await wholeBody(PROBE_TEXT);
  if (answer.value.crc64 === crc64) return good('stored', { bytes: PROBE_TEXT.length });
  const sentence =
    answer.value.crc64 === null
      ? 'The answer to PutObject carries no CRC-64, so nothing that is uploaded can be proven.'
      : 'The CRC-64 in the answer to PutObject is not that of the bytes that were sent.';
  return bad(fault('crc-mismatch', sentence));
}

/** What has to be allowed where a right is missing. */
export function rightsOf(
  { profile }: Visit,
  why: Fault,
  ...actions: readonly string[]
): Pick<Finding, 'hint' | 'rights'> {
  if (why.code !== 'no-permission') return {};
  const rights = actions.length === 0 ? objectRights(profile) : objectRights(profile, actions);
  return { rights, hint: hint('ask-right', { action: rights[0]?.action ?? '' }) };
}

async function refusesToReplace(visit: Visit): Promise<Finding> {
  const answer = await visit.cloud.put(PROBE_TEXT, { forbidOverwrite: true });
  if (!answer.ok) return answer.fault.code === 'object-exists' ? good() : bad(answer.fault);
  const sentence = 'The server replaced the probe although x-oss-forbid-overwrite told it not to.';
  // Who replaces anyway loses nothing by it.
  const optional = visit.profile.conflict === 'overwrite';
  return bad(fault('overwrite-allowed', sentence), { hint: hint('overwrite-allowed'), optional });
}

async function reads(visit: Visit): Promise<Finding> {
  const answer = await visit.cloud.head();
  if (!answer.ok) {
    const missing = rightsOf(visit, answer.fault, 'oss:GetObject');
    return bad(answer.fault, { ...missing, hint: hint('no-head') });
  }
  const { crc64 } = await wholeBody(PROBE_TEXT);
  const isProbe = answer.value.kind === 'present' && answer.value.crc64 === crc64;
  return isProbe
    ? good()
    : bad(fault('bad-answer', 'HeadObject does not tell of the probe that was just stored.'));
}

export const ACCESS_CHECKS: readonly Step[] = [
  { id: 'credentials', needs: ['dns-server'], run: obtains },
  { id: 'signature', needs: ['portal', 'credentials'], run: signatureCounts },
  { id: 'bucket', needs: ['signature'], run: bucketIsThere },
  { id: 'put', needs: ['signature', 'bucket'], run: stores },
  { id: 'forbid-overwrite', needs: ['put'], run: refusesToReplace },
  { id: 'head', optional: true, needs: ['put'], hasWay: holdsKeys, run: reads },
];
