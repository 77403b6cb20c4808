/** What OSS is to tell: the body of Alibaba's document "Obtain signature information from the application server". */
const CALLBACK_BODY =
  'filename=${object}&size=${size}&mimeType=${mimeType}&height=${imageInfo.height}&width=${imageInfo.width}';

/** The `callback` field of a form, or the value of `x-oss-callback`: JSON in Base64. */
export function callbackParameter(callbackUrl: string): string {
  const parameter = {
    callbackUrl,
    callbackBody: CALLBACK_BODY,
    callbackBodyType: 'application/x-www-form-urlencoded',
  };
  return Buffer.from(JSON.stringify(parameter)).toString('base64');
}
