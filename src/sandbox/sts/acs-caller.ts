import type { Caller, Directory } from '../identity/directory';
import type { Sessions } from '../identity/sessions';
import { Refusal } from '../wire/refusal';

const MAX_SKEW_MS = 900_000;

/** Whose key a call names, and the secret to check its signature with; refuses keys and tokens that do not fit. */
export function identifyCaller(
  { directory, sessions }: { readonly directory: Directory; readonly sessions: Sessions },
  { accessKeyId, securityToken }: { readonly accessKeyId: string; readonly securityToken: string | null },
  nowMs: number,
): { readonly caller: Caller; readonly secret: string } {
  const user = directory.userByKey(accessKeyId);
  if (user && securityToken === null) return { caller: { kind: 'user', user }, secret: user.accessKeySecret };
  const session = sessions.byAccessKeyId(accessKeyId);
  if (!session && !user) {
    throw new Refusal(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.');
  }
  if (securityToken === null) {
    throw new Refusal(400, 'MissingSecurityToken', 'SecurityToken is mandatory for this action.');
  }
  const owner = sessions.byToken(securityToken);
  if (!session || owner?.accessKeyId !== accessKeyId) {
    throw new Refusal(400, 'InvalidSecurityToken.Malformed', 'Specified SecurityToken is malformed.');
  }
  if (sessions.isExpired(session, nowMs)) {
    throw new Refusal(400, 'InvalidSecurityToken.Expired', 'Specified SecurityToken is expired.');
  }
  return { caller: { kind: 'session', session }, secret: session.accessKeySecret };
}

/** The nonces that were used, so that none is played twice. */
export class Nonces {
  readonly #seen = new Map<string, number>();

  /** A nonce is kept as long as its request's date would be accepted, on either side of now. */
  use(nonce: string, receivedAt: number): void {
    for (const [known, seenAt] of this.#seen) {
      if (seenAt > receivedAt - 2 * MAX_SKEW_MS) break;
      this.#seen.delete(known);
    }
    if (this.#seen.has(nonce)) {
      throw new Refusal(400, 'SignatureNonceUsed', 'Specified signature nonce was used already.');
    }
    this.#seen.set(nonce, receivedAt);
  }
}

/** Refuses a date that is not written as `YYYY-MM-DDTHH:mm:ssZ`, or more than 15 minutes off. */
export function checkAcsDate(date: string, nowMs: number): void {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(date) || Number.isNaN(Date.parse(date))) {
    throw new Refusal(
      400,
      'InvalidTimeStamp.Format',
      'Specified time stamp or date value is not well formatted.',
    );
  }
  if (Math.abs(Date.parse(date) - nowMs) > MAX_SKEW_MS) {
    throw new Refusal(400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.');
  }
}
