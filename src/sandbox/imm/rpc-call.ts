import { createHmac } from 'node:crypto';
import type { Caller, Directory } from '../identity/directory';
import type { Sessions } from '../identity/sessions';
import { isSameSecret } from '../signatures/compare';
import { checkAcsDate, identifyCaller, type Nonces } from '../sts/acs-caller';
import type { Exchange } from '../wire/exchange';
import { percentEncode } from '../wire/percent-encoding';
import { Refusal } from '../wire/refusal';

/** The parameters of a call, decoded, in no order: of its query and, where it is a form, of its body. */
export type CallParameters = readonly (readonly [name: string, value: string])[];

/** The first value of that name; null where it is absent. */
export const parameterOf = (parameters: CallParameters, name: string): string | null =>
  parameters.find(([known]) => known === name)?.[1] ?? null;

/**
 * The signature of the older RPC form, HMAC-SHA1 in base64: over the method, the path `/` and all parameters but the
 * signature itself, encoded, sorted and encoded again.
 */
export function signRpc(method: string, parameters: CallParameters, accessKeySecret: string): string {
  const query = parameters
    .filter(([name]) => name !== 'Signature')
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const stringToSign = `${method}&${percentEncode('/')}&${percentEncode(query)}`;
  return createHmac('sha1', `${accessKeySecret}&`).update(stringToSign, 'utf8').digest('base64');
}

/** Proves who sent a call of the RPC form, or refuses it with the gateway's own code. */
export function verifyRpc(
  exchange: Exchange,
  parameters: CallParameters,
  registry: { readonly directory: Directory; readonly sessions: Sessions; readonly nonces: Nonces },
  checksDate: boolean,
): Caller {
  const names = parameters.map(([name]) => name);
  // Of two values the signer may have meant one and the reader takes the other.
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new Refusal(400, 'InvalidParameter', `The parameter ${twice} stands there twice.`);
  const mandatory = (name: string): string => {
    const value = parameterOf(parameters, name);
    if (value === null || value === '')
      throw new Refusal(400, `Missing${name}`, `${name} is mandatory for this action.`);
    return value;
  };
  const accessKeyId = mandatory('AccessKeyId');
  if (mandatory('SignatureMethod') !== 'HMAC-SHA1' || mandatory('SignatureVersion') !== '1.0')
    throw new Refusal(400, 'InvalidParameter.SignatureMethod', 'Only HMAC-SHA1 of version 1.0 is known.');
  const securityToken = parameterOf(parameters, 'SecurityToken');
  const { caller, secret } = identifyCaller(registry, { accessKeyId, securityToken }, exchange.nowMs);
  const timestamp = mandatory('Timestamp');
  if (checksDate) checkAcsDate(timestamp, exchange.nowMs);
  const nonce = mandatory('SignatureNonce');
  if (!isSameSecret(signRpc(exchange.method, parameters, secret), mandatory('Signature')))
    throw new Refusal(
      400,
      'SignatureDoesNotMatch',
      'Specified signature does not match our calculation. Check your key and signing method.',
    );
  registry.nonces.use(nonce, exchange.receivedAt);
  return caller;
}
