/** What the destination asks for beside the bytes: tags, ACL, a callback, faces. Each is tried on the probe. */
import { callbackHeaders } from '../../oss/object/callback-headers';
import { detectImageFaces } from '../../oss/imm/imm';
import { keysOf } from '../../shared/credentials';
import { failure, fault, type FaultCode } from '../../shared/faults';
import type { Profile } from '../../shared/profile';
import { immRight } from '../../shared/ram-statement';
import { rightsOf } from './access-checks';
import { PROBE_PICTURE, PROBE_TEXT } from './probe-bodies';
import { bad, good, hint, holdsKeys, type Finding, type Step, type Visit } from './visit';

/** `x-oss-tagging` of the probe: the destination's own tags, and that of its rule for faces. */
function taggingOf({ object, faces }: Profile): string {
  const tags = Object.entries(object?.tags ?? {});
  if (faces?.ingest?.tag === true) tags.push(['faces', '0']);
  return tags.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join('&');
}

async function tags(visit: Visit): Promise<Finding> {
  const answer = await visit.cloud.put(PROBE_TEXT, {
    forbidOverwrite: false,
    tagging: taggingOf(visit.profile),
  });
  return answer.ok ? good() : bad(answer.fault, rightsOf(visit, answer.fault, 'oss:PutObjectTagging'));
}

async function setsAcl(visit: Visit): Promise<Finding> {
  const headers = { 'x-oss-object-acl': visit.profile.object?.acl ?? 'default' };
  const answer = await visit.cloud.putWith(PROBE_TEXT, { action: 'PutObjectAcl', headers });
  return answer.ok ? good() : bad(answer.fault, rightsOf(visit, answer.fault, 'oss:PutObjectAcl'));
}

async function callsBack(visit: Visit): Promise<Finding> {
  const { callback } = visit.profile;
  if (callback?.url === undefined) return bad(fault('internal', 'The destination has no callback.'));
  const headers = callbackHeaders(callback);
  const answer = await visit.cloud.putWith(PROBE_TEXT, { action: 'PutObject', headers });
  const { host } = new URL(callback.url);
  if (!answer.ok) return bad(answer.fault);
  const { callbackFault } = answer.value;
  return callbackFault === null
    ? good('callback-told', { host })
    : bad(callbackFault, { hint: hint('callback-refused', { host }) });
}

/** IMM looked at the probe or said why it cannot: project and right are there. */
const LOOKED_AT: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'picture-format',
  'picture-unreadable',
  'picture-too-large',
]);

async function asksImm(visit: Visit): Promise<Finding> {
  const { profile, cloud, key } = visit;
  const { grant } = cloud;
  const keys =
    grant === null
      ? failure(fault('credentials-missing', 'There are no credentials.'))
      : keysOf({ ok: true, value: grant });
  if (!keys.ok) return bad(keys.fault);
  const put = await cloud.put(PROBE_PICTURE, { forbidOverwrite: false });
  if (!put.ok) return bad(put.fault);
  const asked = await detectImageFaces(profile, keys.value, key);
  if (asked.ok || LOOKED_AT.has(asked.fault.code))
    return good('imm-works', { project: profile.imm?.project ?? '' });
  if (asked.fault.code !== 'imm-no-permission') return bad(asked.fault);
  const right = immRight(profile);
  return bad(asked.fault, { rights: [right], hint: hint('ask-right', { action: right.action }) });
}

export const PROFILE_CHECKS: readonly Step[] = [
  { id: 'tagging', needs: ['put'], applies: (profile) => taggingOf(profile) !== '', run: tags },
  {
    id: 'acl',
    needs: ['put'],
    applies: ({ object }) => object?.acl !== undefined,
    hasWay: holdsKeys,
    run: setsAcl,
  },
  {
    id: 'callback',
    needs: ['put'],
    applies: ({ callback }) => callback?.url !== undefined,
    hasWay: holdsKeys,
    run: callsBack,
  },
  {
    id: 'imm',
    needs: ['put', 'dns-imm'],
    applies: ({ imm }) => imm !== undefined,
    hasWay: holdsKeys,
    run: asksImm,
  },
];
