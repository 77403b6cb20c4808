import { aliOss, setFaults, stsClient, temporaryKeys } from './cloud';
import { send, signedBy } from './raw-request';
import {
  codeOf,
  describeChecks,
  onMovedClock,
  session,
  thrownCode,
  type Attack,
  type Check,
} from './removed-checks';
import { AssumeRoleRequest } from '@alicloud/sts20150401';

const HOUR_MS = 3_600_000;

const putWrongSecret =
  (authorizationV4: boolean): Attack =>
  (sandbox) =>
    thrownCode(aliOss(sandbox, { authorizationV4, accessKeySecret: 'wrong' }).put('a', Buffer.from('x')));

const V4 = 'oss/authenticate.ts';
const CHECKS: Check[] = [
  {
    name: 'the V1 signature',
    patch: { file: V4, find: 'if (!isSameSecret(signature, claim.signature))', replace: 'if (false)' },
    attack: putWrongSecret(false),
    refusal: 'SignatureDoesNotMatch',
  },
  {
    name: 'the V4 signature',
    patch: { file: V4, find: 'if (!isSameSecret(signed.signature, claim.signature))', replace: 'if (false)' },
    attack: putWrongSecret(true),
    refusal: 'SignatureDoesNotMatch',
  },
  {
    name: 'the clock',
    patch: { file: V4, find: 'if (Math.abs(nowMs - sentAt) <= MAX_SKEW_MS) return;', replace: 'return;' },
    attack: onMovedClock(HOUR_MS, (sandbox) =>
      Promise.resolve(() => thrownCode(aliOss(sandbox).put('a', Buffer.from('x')))),
    ),
    refusal: 'RequestTimeTooSkewed',
  },
  {
    name: 'the end of a token',
    patch: { file: V4, find: 'if (sessions.isExpired(owner, nowMs))', replace: 'if (false)' },
    attack: async (sandbox) => {
      await setFaults(sandbox, [{ operation: 'AssumeRole', fault: 'short-token', ms: 1 }]);
      const keys = await temporaryKeys(sandbox);
      return thrownCode(aliOss(sandbox, keys).put('a', Buffer.from('x')));
    },
    refusal: 'SecurityTokenExpired',
  },
  {
    name: 'that a token belongs to its key',
    patch: { file: V4, find: 'if (owner.accessKeyId !== claim.accessKeyId)', replace: 'if (false)' },
    // Signed with the secret that goes with the token, so that nothing but this check stands in the way.
    attack: async (sandbox) => {
      const [one, other] = [await temporaryKeys(sandbox), await temporaryKeys(sandbox)];
      const keys = { ...other, accessKeyId: one.accessKeyId };
      return thrownCode(aliOss(sandbox, keys).put('a', Buffer.from('x')));
    },
    refusal: 'AccessKeyIdAndSecurityTokenNotMatch',
  },
  {
    name: 'the end of a signed URL, V1',
    patch: { file: V4, find: 'Number(date) * 1000 < exchange.nowMs', replace: 'false' },
    attack: onMovedClock(HOUR_MS, (sandbox) => {
      const url = aliOss(sandbox, { authorizationV4: false }).signatureUrl('a', {
        expires: 60,
        method: 'PUT',
      });
      return Promise.resolve(async () => codeOf(await send({ url, method: 'PUT', headers: {}, body: 'x' })));
    }),
    refusal: 'AccessDenied',
  },
  {
    name: 'the end of a signed URL, V4',
    patch: { file: V4, find: 'if (signedAt + life * 1000 < nowMs)', replace: 'if (false)' },
    attack: onMovedClock(HOUR_MS, async (sandbox) => {
      const client = aliOss(sandbox) as unknown as {
        signatureUrlV4(method: string, expires: number, request: object, key: string): Promise<string>;
      };
      const url = await client.signatureUrlV4('PUT', 60, {}, 'a');
      return async () => codeOf(await send({ url, method: 'PUT', headers: {}, body: 'x' }));
    }),
    refusal: 'AccessDenied',
  },
  {
    name: 'the rights of a session',
    patch: { file: 'oss/authorize.ts', find: 'if (!isPermitted)', replace: 'if (false)' },
    attack: async (sandbox) => {
      const keys = await temporaryKeys(sandbox, { policy: session('acs:oss:*:*:sandbox/uploads/*') });
      return thrownCode(aliOss(sandbox, keys).put('elsewhere', Buffer.from('x')));
    },
    refusal: 'AccessDenied',
  },
  {
    name: "the session's own policy, beside the role's",
    patch: {
      file: 'identity/directory.ts',
      find: 'policy ? [rolePolicy, policy]',
      replace: 'policy ? [rolePolicy]',
    },
    attack: async (sandbox) => {
      const keys = await temporaryKeys(sandbox, { policy: session('*', 'oss:GetObject') });
      return thrownCode(aliOss(sandbox, keys).put('a', Buffer.from('x')));
    },
    refusal: 'AccessDenied',
  },
  {
    name: "the role's policy, beside the session's",
    patch: {
      file: 'identity/directory.ts',
      find: 'policy ? [rolePolicy, policy]',
      replace: 'policy ? [policy]',
    },
    options: { rolePolicy: JSON.stringify(session('acs:oss:*:*:sandbox/*', 'oss:PutObject')) },
    attack: async (sandbox) => {
      const keys = await temporaryKeys(sandbox, { policy: session('*', '*') });
      return thrownCode(aliOss(sandbox, keys).listV2({ prefix: 'a', 'max-keys': '1' }, {}));
    },
    refusal: 'AccessDenied',
  },
  {
    name: 'the right to tag',
    patch: {
      file: 'oss/authorize.ts',
      find: "actions.push('oss:PutObjectTagging')",
      replace: "actions.push('oss:PutObject')",
    },
    attack: async (sandbox) => {
      const keys = await temporaryKeys(sandbox, { policy: session('*', 'oss:PutObject') });
      const headers = { 'x-oss-tagging': 'a=1' };
      return thrownCode(aliOss(sandbox, keys).put('a', Buffer.from('x'), { headers }));
    },
    refusal: 'AccessDenied',
  },
  {
    name: 'x-oss-forbid-overwrite',
    patch: {
      file: 'oss/upload-headers.ts',
      find: "if (value === 'true') return true;",
      replace: "if (value === 'true') return false;",
    },
    attack: async (sandbox) => {
      const client = aliOss(sandbox);
      const headers = { 'x-oss-forbid-overwrite': 'true' };
      await client.put('a', Buffer.from('1'));
      return thrownCode(client.put('a', Buffer.from('2'), { headers }));
    },
    refusal: 'FileAlreadyExists',
  },
  {
    name: 'x-oss-forbid-overwrite at the moment of the change',
    patch: {
      file: 'oss/objects.ts',
      find: '    checkMd5(md5, body.md5);\n    refuseOverwrite();',
      replace: '    checkMd5(md5, body.md5);',
    },
    attack: async (sandbox) => {
      const client = aliOss(sandbox);
      const headers = { 'x-oss-forbid-overwrite': 'true' };
      const race = [1, 2, 3, 4].map((seed) =>
        thrownCode(client.put('race', Buffer.alloc(400_000, seed), { headers })),
      );
      const codes = await Promise.all(race);
      return codes.filter((code) => code === null).length === 1 ? 'FileAlreadyExists' : null;
    },
    refusal: 'FileAlreadyExists',
  },
  {
    name: 'Content-MD5',
    patch: {
      file: 'oss/upload-headers.ts',
      find: 'if (expected === null || expected.equals(actual)) return;',
      replace: 'return;',
    },
    attack: async (sandbox) => {
      const request = signedBy(aliOss(sandbox), 'PUT', 'a', {
        body: 'hello',
        headers: { 'Content-MD5': 'XUFAKrxLKna5cZ2REBfFkg==' },
      });
      // The signature covers the digest, not the body: one byte changed on the way.
      return codeOf(await send({ ...request, body: 'hellp' }));
    },
    refusal: 'InvalidDigest',
  },
  {
    name: 'the least size of a part',
    patch: { file: 'oss/multipart.ts', find: 'if (!small) return;', replace: 'return;' },
    attack: async (sandbox) => {
      const client = aliOss(sandbox);
      const { uploadId } = await client.initMultipartUpload('a');
      const parts = [];
      for (const number of [1, 2]) {
        const answer = await send(
          signedBy(client, 'PUT', 'a', { subres: { partNumber: number, uploadId }, body: 'small' }),
        );
        parts.push({ number, etag: String(answer.headers.etag) });
      }
      return thrownCode(client.completeMultipartUpload('a', uploadId, parts));
    },
    refusal: 'EntityTooSmall',
  },
  {
    name: 'the signature of an STS call',
    patch: { file: 'sts/verify-acs3.ts', find: '!isSameSecret(expected, signature) || ', replace: '' },
    attack: (sandbox) =>
      thrownCode(
        stsClient(sandbox, { accessKeySecret: 'wrong' }).assumeRole(
          new AssumeRoleRequest({ roleArn: sandbox.roleArn, roleSessionName: 'alice' }),
        ),
      ),
    refusal: 'SignatureDoesNotMatch',
  },
];

describeChecks(CHECKS);
