import { createHmac } from 'node:crypto';
import { isSameSecret } from '../../signatures/compare';
import { signPolicyV4, type V4Scope } from '../../signatures/oss-v4';
import { invalidArgument, Refusal } from '../../wire/refusal';
import { checkScope, wrongSignature } from '../authenticate';
import { parseCredential } from '../claim';
import { invalidPolicy, type PostPolicy } from './post-policy';

/** Who a form says it comes from, and the signature over its policy that is to prove it. */
export type FormClaim = {
  readonly accessKeyId: string;
  readonly securityToken: string | null;
  readonly signature: string;
  /** In Base64, as it was signed. */
  readonly policy: string;
} & ({ readonly kind: 'v1' } | { readonly kind: 'v4'; readonly scope: V4Scope; readonly timestamp: string });

const MAX_AHEAD_MS = 900_000;
const MAX_AGE_MS = 7 * 24 * 3_600_000;
// OSS: a V4 policy must fix these three, or a signature could be moved to another day or version.
const FIXED_BY_V4 = ['x-oss-signature-version', 'x-oss-credential', 'x-oss-date'];

/** Reads the claim of a form; throws OSS's refusals where a part of it is missing, or all of it is. */
export function formClaimOf(fields: ReadonlyMap<string, string>): FormClaim {
  const isV4 = fields.has('x-oss-signature-version') || fields.has('x-oss-signature');
  const isV1 = fields.has('signature') || fields.has('ossaccesskeyid');
  if (!isV4 && !isV1 && !fields.has('policy')) {
    throw new Refusal(403, 'AccessDenied', 'You have no right to access this object because of bucket acl.', {
      ec: '0003-00000001',
    });
  }
  const policy = required(fields, 'policy', { missing: '0002-00000702', empty: '0002-00000702' });
  const signature = required(fields, isV4 ? 'x-oss-signature' : 'signature', {
    missing: '0002-00000703',
    empty: '0002-00000704',
  });
  const securityToken = fields.get('x-oss-security-token') ?? null;
  if (!isV4) {
    const ecs = { missing: '0002-00000706', empty: '0002-00000707' };
    const accessKeyId = required(fields, 'ossaccesskeyid', ecs);
    return { kind: 'v1', accessKeyId, securityToken, signature, policy };
  }
  if (fields.get('x-oss-signature-version') !== 'OSS4-HMAC-SHA256') {
    throw invalidArgument('The form field x-oss-signature-version must be OSS4-HMAC-SHA256.');
  }
  const credential = fields.get('x-oss-credential') ?? '';
  const { accessKeyId, scope } = parseCredential(credential, '0002-00000710');
  const timestamp = fields.get('x-oss-date') ?? '';
  return { kind: 'v4', accessKeyId, securityToken, signature, policy, scope, timestamp };
}

/** Refuses a form whose signature is not the one that the secret gives over its policy. */
export function verifyFormSignature(claim: FormClaim, secret: string, region: string, nowMs: number): void {
  if (claim.kind === 'v4') checkDate(claim, region, nowMs);
  const expected =
    claim.kind === 'v4'
      ? signPolicyV4(claim.policy, claim.scope, secret)
      : createHmac('sha1', secret).update(claim.policy, 'utf8').digest('base64');
  if (isSameSecret(expected, claim.signature)) return;
  throw wrongSignature(claim, { StringToSign: claim.policy });
}

/** Refuses a V4 policy that leaves open what it must fix; the values themselves are tested as any condition. */
export function checkFixedByV4(claim: FormClaim, policy: PostPolicy): void {
  if (claim.kind !== 'v4') return;
  const wanted = claim.securityToken === null ? FIXED_BY_V4 : [...FIXED_BY_V4, 'x-oss-security-token'];
  const open = wanted.find(
    (name) => !policy.conditions.some(({ kind, field }) => kind === 'eq' && field === name),
  );
  if (open !== undefined) throw invalidPolicy(`conditions must have ${open}.`, '0006-00000201');
}

function checkDate(claim: Extract<FormClaim, { kind: 'v4' }>, region: string, nowMs: number): void {
  const signedAt = checkScope(claim.scope, claim.timestamp, region);
  if (signedAt - MAX_AHEAD_MS > nowMs || signedAt + MAX_AGE_MS < nowMs) {
    throw new Refusal(403, 'AccessDenied', 'The x-oss-date of the form is not of the last seven days.');
  }
}

function required(
  fields: ReadonlyMap<string, string>,
  name: string,
  ecs: { readonly missing: string; readonly empty: string },
): string {
  const value = fields.get(name);
  if (value !== undefined && value !== '') return value;
  throw invalidArgument(`Bucket POST must contain a field named '${name}'.`, {
    ec: value === undefined ? ecs.missing : ecs.empty,
    fields: { ArgumentName: name, ArgumentValue: '' },
  });
}
