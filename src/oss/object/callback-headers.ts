import type { Profile } from '../../shared/profile';

const base64 = (value: object): string => Buffer.from(JSON.stringify(value), 'utf8').toString('base64');

/**
 * `x-oss-callback` and `x-oss-callback-var`, for PutObject and CompleteMultipartUpload
 * (https://www.alibabacloud.com/help/en/oss/developer-reference/callback). Empty where the profile asks for no callback.
 */
export function callbackHeaders(callback: Profile['callback']): Record<string, string> {
  const parameter = callbackParameter(callback);
  if (parameter === null) return {};
  const { variables = {} } = callback ?? {};
  return {
    'x-oss-callback': parameter,
    ...(Object.keys(variables).length === 0 ? {} : { 'x-oss-callback-var': base64(variables) }),
  };
}

/** The fields of a form: `callback`, and each variable by its own name. */
export function callbackFields(callback: Profile['callback']): readonly (readonly [string, string])[] {
  const parameter = callbackParameter(callback);
  if (parameter === null) return [];
  return [['callback', parameter], ...Object.entries(callback?.variables ?? {})];
}

/** The callback itself, in Base64; null: none is asked for. */
function callbackParameter(callback: Profile['callback']): string | null {
  if (callback?.url === undefined) return null;
  const { url, host, body, bodyType, sni } = callback;
  return base64({
    callbackUrl: url,
    ...(host === undefined ? {} : { callbackHost: host }),
    callbackBody: body,
    ...(bodyType === undefined ? {} : { callbackBodyType: bodyType }),
    ...(sni === undefined ? {} : { callbackSNI: sni }),
  });
}
