import type { Caller, Directory } from '../identity/directory';
import type { Sessions } from '../identity/sessions';
import { parseAcs3, sha256Hex, signAcs3, unsignedHeaders } from '../signatures/acs3';
import { isSameSecret } from '../signatures/compare';
import type { Exchange } from '../wire/exchange';
import { Refusal } from '../wire/refusal';
import { checkAcsDate, identifyCaller, Nonces } from './acs-caller';

/** Verifies ACS3-HMAC-SHA256 calls; remembers nonces, so that none is played twice. */
export class Acs3Verifier {
  readonly #directory: Directory;
  readonly #sessions: Sessions;
  readonly #nonces: Nonces;

  constructor(directory: Directory, sessions: Sessions, nonces = new Nonces()) {
    this.#directory = directory;
    this.#sessions = sessions;
    this.#nonces = nonces;
  }

  /** Proves who sent the call, or refuses it with the gateway's own code. */
  verify(exchange: Exchange, body: Buffer, checksDate: boolean): Caller {
    const { headers, method, query } = exchange;
    const authorization = parseAcs3(headers.get('authorization') ?? '');
    if (!authorization) throw incomplete('The Authorization header is missing or not of ACS3-HMAC-SHA256.');
    const { accessKeyId, signedHeaders, signature } = authorization;
    const { caller, secret } = identifyCaller(
      { directory: this.#directory, sessions: this.#sessions },
      { accessKeyId, securityToken: headers.get('x-acs-security-token') ?? null },
      exchange.nowMs,
    );
    const unsigned = unsignedHeaders(headers, signedHeaders);
    if (unsigned.length > 0) throw incomplete(`These headers must be signed: ${unsigned.join(', ')}.`);
    if (checksDate) checkAcsDate(headers.get('x-acs-date') ?? '', exchange.nowMs);
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
    const nonce = headers.get('x-acs-signature-nonce') ?? '';
    if (nonce === '') throw incomplete('The header x-acs-signature-nonce is missing.');
    this.#nonces.use(nonce, exchange.receivedAt);
    return caller;
  }
}

function incomplete(message: string): Refusal {
  return new Refusal(400, 'IncompleteSignature', message);
}
