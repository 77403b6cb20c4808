import type { FastifyInstance } from 'fastify';
import { callbackParameter } from '../callback/callback-parameter';
import { callerOf } from '../http/create-http-server';
import { sendProblem } from '../http/send-problem';
import { calculatePostSignature, signPostObjectPolicyV4, signUtils } from '../oss/ali-oss-signing.js';
import { bucketHost } from '../oss/bucket-address';
import { ossDate, type SigningTime } from '../oss/sign-url';
import { endOf, signingTime } from '../oss/signing-time';
import { problem } from '../problem';
import type { Settings } from '../settings';
import type { StsToken } from '../sts/token-issuer';
import type { TokenCache } from '../tokens/token-cache';
import { asksAnew, sendDated } from './get-sts-token';

/** OSS: one PostObject carries at most 5 GB. */
const MAX_POST_BYTES = 5 * 1024 ** 3;
const V4 = 'OSS4-HMAC-SHA256';

/**
 * `GET /get_post_policy[?version=v4]`: what a form needs to be taken by OSS, as in Alibaba's "Obtain signature
 * information from the application server". Signed with the caller's temporary credentials: the server's own user may
 * only assume the role.
 */
export function addGetPostPolicy(app: FastifyInstance, settings: Settings, tokens: TokenCache): void {
  app.get<{ Querystring: Record<string, unknown> }>('/get_post_policy', async (request, reply) => {
    const { version } = request.query;
    if (version !== undefined && version !== 'v1' && version !== 'v4')
      return sendProblem(reply, problem('InvalidArgument', 'The version of a policy is v1 or v4.'));
    const caller = callerOf(request);
    const answer = await tokens.tokenFor(caller, { anew: asksAnew(request.headers['cache-control']) });
    if (!answer.ok) return sendProblem(reply, answer.problem);
    const { token, stsTimeMs } = answer.value;
    const time = signingTime(answer.value, settings.signedSeconds);
    const formOf = version === 'v4' ? formV4 : formV1;
    return sendDated(reply, stsTimeMs).send(formOf(settings, token, time, caller.prefix));
  });
}

function formV1(settings: Settings, token: StsToken, time: SigningTime, dir: string) {
  const signed = calculatePostSignature.call(
    signingClient(settings, token),
    policyOf(settings, time, dir, []),
  );
  return {
    accessid: signed.OSSAccessKeyId,
    host: bucketHost(settings),
    policy: signed.policy,
    signature: signed.Signature,
    expire: endOf(time) / 1000,
    dir,
    ...callbackField(settings),
    'x-oss-security-token': token.SecurityToken,
  };
}

function formV4(settings: Settings, token: StsToken, time: SigningTime, dir: string) {
  const date = ossDate(time.nowMs);
  const credential = signUtils.getCredential(date.slice(0, 8), settings.region, token.AccessKeyId);
  // OSS: the signature of version 4 covers the policy alone, so its own fields must be conditions of it.
  const policy = policyOf(settings, time, dir, [
    { 'x-oss-signature-version': V4 },
    { 'x-oss-credential': credential },
    { 'x-oss-date': date },
    { 'x-oss-security-token': token.SecurityToken },
  ]);
  const signature = signPostObjectPolicyV4.call(signingClient(settings, token), policy, new Date(time.nowMs));
  return {
    version: V4,
    host: bucketHost(settings),
    policy: Buffer.from(JSON.stringify(policy)).toString('base64'),
    x_oss_credential: credential,
    x_oss_date: date,
    signature,
    security_token: token.SecurityToken,
    dir,
    expire: endOf(time) / 1000,
    ...callbackField(settings),
  };
}

function policyOf(settings: Settings, time: SigningTime, dir: string, more: readonly object[]): object {
  return {
    expiration: new Date(endOf(time)).toISOString(),
    conditions: [
      { bucket: settings.bucket },
      ['starts-with', '$key', dir],
      ['content-length-range', 0, MAX_POST_BYTES],
      ['in', '$success_action_status', ['200']],
      ['in', '$x-oss-forbid-overwrite', ['true', 'false']],
      ...more,
    ],
  };
}

function callbackField({ callback }: Settings): { readonly callback?: string } {
  return callback.url === null ? {} : { callback: callbackParameter(callback.url) };
}

/** ali-oss's functions read these members of its client and no more. */
function signingClient({ region }: Settings, { AccessKeyId, AccessKeySecret }: StsToken) {
  return { options: { accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret, region } };
}
