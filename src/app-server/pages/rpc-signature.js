// The RPC form in which Alibaba's documents sign a call from a browser: HMAC-SHA1 over the sorted query. The hash is
// jsSHA's, because WebCrypto is missing on pages that come by plain http.
import JsSha from '/pages/sha1.js';

/** RFC 3986. */
const encode = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

function nonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The query of a POST, signed for the instant `now` in milliseconds. */
export function signedQuery(action, credentials, now) {
  const parameters = {
    ...action,
    AccessKeyId: credentials.AccessKeyId,
    Format: 'JSON',
    SecureTransport: 'true',
    SecurityToken: credentials.SecurityToken,
    SignatureMethod: 'HMAC-SHA1',
    SignatureNonce: nonce(),
    SignatureVersion: '1.0',
    Timestamp: new Date(now).toISOString().replace(/\.\d{3}Z$/, 'Z'),
  };
  const query = Object.keys(parameters)
    .sort()
    .map((name) => `${encode(name)}=${encode(parameters[name])}`)
    .join('&');
  const hmac = new JsSha('SHA-1', 'TEXT', {
    hmacKey: { value: `${credentials.AccessKeySecret}&`, format: 'TEXT' },
  });
  hmac.update(`POST&%2F&${encode(query)}`);
  return `${query}&Signature=${encode(hmac.getHash('B64'))}`;
}
