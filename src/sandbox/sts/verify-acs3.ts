import type { Account } from '../identity/account';
import { Directory, type Caller } from '../identity/directory';
import type { Sessions } from '../identity/sessions';
import { parseAcs3, sha256Hex, signAcs3, unsignedHeaders } from '../signatures/acs3';
import { isSameSecret } from '../signatures/compare';
import type { Exchange } from '../wire/exchange';
import { Refusal } from '../wire/refusal';

const MAX_SKEW_MS = 900_000;

/** Verifies ACS3-HMAC-SHA256 calls; remembers nonces, so that none is played twice. */
export class Acs3Verifier {
  readonly #directory: Directory;
  readonly #sessions: Sessions;
  readonly #nonces = new Map<string, number>();

  /** Without a directory it knows the account's own user alone. */
  constructor(account: Account, sessions: Sessions, directory = new Directory(account)) {
    this.#directory = directory;
    this.#sessions = sessions;
  }

  /** Proves who sent the call, or refuses it with the gateway's own code. */
  verify(exchange: Exchange, body: Buffer, checksDate: boolean): Caller {
    const { headers, method, query } = exchange;
    const authorization = parseAcs3(headers.get('authorization') ?? '');
    if (!authorization) throw incomplete('The Authorization header is missing or not of ACS3-HMAC-SHA256.');
    const { accessKeyId, signedHeaders, signature } = authorization;
    const { caller, secret } = this.#identify(
      accessKeyId,
      headers.get('x-acs-security-token') ?? null,
      exchange.nowMs,
    );
    const unsigned = unsignedHeaders(headers, signedHeaders);
    if (unsigned.length > 0) throw incomplete(`These headers must be signed: ${unsigned.join(', ')}.`);
    if (checksDate) checkDate(headers.get('x-acs-date') ?? '', exchange.nowMs);
    const expected = signAcs3({ method, query, headers, signedHeaders, body }, secret);
    // The canonical request ends in the hash of the body that came; the header must say the same.
    const isBodyNamed = headers.get('x-acs-content-sha256') === sha256Hex(body);
    if (!isSameSecret(expected, signature) || !isBodyNamed) {
      throw new Refusal(
        400,
        'SignatureDoesNotMatch',
        'Specified signature does not match our calculation. Check your key and signing method.',
      );
    }
    this.#useNonce(headers.get('x-acs-signature-nonce') ?? '', exchange.receivedAt);
    return caller;
  }

  #identify(
    accessKeyId: string,
    securityToken: string | null,
    nowMs: number,
  ): { readonly caller: Caller; readonly secret: string } {
    const user = this.#directory.userByKey(accessKeyId);
    if (user && securityToken === null)
      return { caller: { kind: 'user', user }, secret: user.accessKeySecret };
    const session = this.#sessions.byAccessKeyId(accessKeyId);
    if (!session && !user) {
      throw new Refusal(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.');
    }
    if (securityToken === null) {
      throw new Refusal(400, 'MissingSecurityToken', 'SecurityToken is mandatory for this action.');
    }
    const owner = this.#sessions.byToken(securityToken);
    if (!session || owner?.accessKeyId !== accessKeyId) {
      throw new Refusal(400, 'InvalidSecurityToken.Malformed', 'Specified SecurityToken is malformed.');
    }
    if (this.#sessions.isExpired(session, nowMs)) {
      throw new Refusal(400, 'InvalidSecurityToken.Expired', 'Specified SecurityToken is expired.');
    }
    return { caller: { kind: 'session', session }, secret: session.accessKeySecret };
  }

  // A nonce is kept as long as its request's date would be accepted, on either side of now.
  #useNonce(nonce: string, receivedAt: number): void {
    if (nonce === '') throw incomplete('The header x-acs-signature-nonce is missing.');
    for (const [known, seenAt] of this.#nonces) {
      if (seenAt > receivedAt - 2 * MAX_SKEW_MS) break;
      this.#nonces.delete(known);
    }
    if (this.#nonces.has(nonce)) {
      throw new Refusal(400, 'SignatureNonceUsed', 'Specified signature nonce was used already.');
    }
    this.#nonces.set(nonce, receivedAt);
  }
}

function checkDate(date: string, nowMs: number): void {
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

function incomplete(message: string): Refusal {
  return new Refusal(400, 'IncompleteSignature', message);
}
