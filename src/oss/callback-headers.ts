import type { Profile } from '../shared/profile';

const base64 = (value: object): string => Buffer.from(JSON.stringify(value), 'utf8').toString('base64');

/**
 * `x-oss-callback` and `x-oss-callback-var` for the callback of a profile, as OSS's documents on Callback name the
 * fields. The `${…}` of the body are filled in by OSS.
 */
export function callbackHeaders(callback: NonNullable<Profile['callback']>): Record<string, string> {
  const { url, host, body, bodyType, sni, variables = {} } = callback;
  const asked = {
    callbackUrl: url,
    ...(host === undefined ? {} : { callbackHost: host }),
    callbackBody: body,
    ...(bodyType === undefined ? {} : { callbackBodyType: bodyType }),
    ...(sni === undefined ? {} : { callbackSNI: sni }),
  };
  return {
    'x-oss-callback': base64(asked),
    ...(Object.keys(variables).length === 0 ? {} : { 'x-oss-callback-var': base64(variables) }),
  };
}
