import { AssumeRoleRequest } from '@alicloud/sts20150401';
import { createVerify } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RunningSandbox } from '../../../src/sandbox/start-sandbox';
import { aliOss, stsClient } from './cloud';
import { send } from './raw-request';
import { codeOf, describeChecks, session, thrownCode, type Attack, type Check } from './removed-checks';

/** An application server for one callback: what it makes of the call decides what it answers. */
async function withServer<T>(
  answers: (request: http.IncomingMessage, body: string) => Promise<{ status: number; text: string }>,
  act: (url: string) => Promise<T>,
): Promise<T> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void answers(request, Buffer.concat(chunks).toString()).then(({ status, text }) => {
        response.writeHead(status, { 'Content-Length': Buffer.byteLength(text) });
        response.end(text);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await act(`http://127.0.0.1:${(server.address() as AddressInfo).port}/said`);
  } finally {
    server.close();
  }
}

const putWithCallback = (sandbox: RunningSandbox, url: string): Promise<string | null> =>
  thrownCode(aliOss(sandbox).put('a', Buffer.from('x'), { callback: { url, body: 'key=${object}' } }));

const calledBack =
  (status: number, text: string): Attack =>
  (sandbox) =>
    withServer(
      () => Promise.resolve({ status, text }),
      (url) => putWithCallback(sandbox, url),
    );

/** A server that verifies as the documents tell it to, and refuses what OSS did not sign. */
const verified: Attack = (sandbox) =>
  withServer(
    async ({ headers, url = '' }, body) => {
      const keyUrl = Buffer.from(String(headers['x-oss-pub-key-url']), 'base64').toString();
      const key = await (await fetch(keyUrl)).text();
      const isGood = createVerify('RSA-MD5')
        .update(`${url}\n${body}`)
        .verify(key, String(headers.authorization), 'base64');
      return { status: isGood ? 200 : 403, text: '{}' };
    },
    async (url) => ((await putWithCallback(sandbox, url)) === null ? 'verified' : null),
  );

const preflight =
  (headers: Record<string, string>): Attack =>
  async (sandbox) => {
    const url = `${sandbox.oss.replace('//', `//${sandbox.bucket}.`)}/a`;
    return codeOf(await send({ url, method: 'OPTIONS', headers }));
  };
const CORS = 'wire/cors.ts';
const RULES = [
  { allowedOrigins: ['http://a.test'], allowedMethods: ['PUT'], allowedHeaders: ['x-oss-date'] },
];
const underRules =
  (attack: Attack): Attack =>
  async (sandbox) => {
    await fetch(`${sandbox.admin}/cors`, { method: 'PUT', body: JSON.stringify(RULES) });
    return attack(sandbox);
  };
const ASKED = {
  Origin: 'http://a.test',
  'Access-Control-Request-Method': 'PUT',
  'Access-Control-Request-Headers': 'x-oss-date',
};

const ALICE = { accessKeyId: 'LTAI5tAlice', accessKeySecret: 'secret-of-alice' };
const trust = (principal: string, more: object = {}) => ({
  Version: '1',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: principal }, ...more }],
});
const identities = (userPolicy: object, roleTrust: object) => ({
  users: JSON.stringify([{ name: 'alice', ...ALICE, policy: userPolicy }]),
  roles: JSON.stringify([
    { name: 'uploader', trust: roleTrust, policy: session('acs:oss:*:*:sandbox/up/*') },
  ]),
});
const MAY_ASSUME = session('*', 'sts:AssumeRole');

const assumes =
  (more: object = {}): Attack =>
  (sandbox) => {
    const roleArn = sandbox.roleArn.replace(/[^/]+$/, 'uploader');
    const asked = new AssumeRoleRequest({ roleArn, roleSessionName: 'alice', ...more });
    return thrownCode(stsClient(sandbox, ALICE).assumeRole(asked));
  };

const putsInRole: Attack = async (sandbox) => {
  const roleArn = sandbox.roleArn.replace(/[^/]+$/, 'uploader');
  const asked = new AssumeRoleRequest({ roleArn, roleSessionName: 'alice' });
  const credentials = (await stsClient(sandbox, ALICE).assumeRole(asked)).body?.credentials;
  const { accessKeyId = '', accessKeySecret = '', securityToken: stsToken = '' } = credentials ?? {};
  const client = aliOss(sandbox, { accessKeyId, accessKeySecret, stsToken });
  return thrownCode(client.put('elsewhere', Buffer.from('x')));
};

const CHECKS: Check[] = [
  {
    name: 'the status of the server that is called back',
    patch: { file: 'callback/call-back.ts', find: 'if (status !== 200)', replace: 'if (false)' },
    attack: calledBack(500, '{}'),
    refusal: 'CallbackFailed',
  },
  {
    name: 'that a called server answers JSON',
    patch: { file: 'callback/call-back.ts', find: "JSON.parse(answer.toString('utf8'));", replace: '' },
    attack: calledBack(200, 'OK'),
    refusal: 'CallbackFailed',
  },
  {
    name: 'nothing, but signs its callbacks over path and body',
    patch: { file: 'callback/call-back.ts', find: '${url.search}\\n${body}', replace: '${url.search}\\n' },
    attack: verified,
    refusal: 'verified',
  },
  {
    name: 'the origin of a preflight',
    patch: {
      file: CORS,
      find: 'rule.allowedOrigins.some((pattern) => matchesPattern(pattern, origin))',
      replace: 'true',
    },
    attack: underRules(preflight({ ...ASKED, Origin: 'http://b.test' })),
    refusal: 'AccessForbidden',
  },
  {
    name: 'the method of a preflight',
    patch: { file: CORS, find: 'rule.allowedMethods.includes(method)', replace: 'true' },
    attack: underRules(preflight({ ...ASKED, 'Access-Control-Request-Method': 'DELETE' })),
    refusal: 'AccessForbidden',
  },
  {
    name: 'the headers of a preflight',
    patch: {
      file: CORS,
      find: 'headers.every((name) => rule.allowedHeaders.some((pattern) => matchesPattern(pattern, name)))',
      replace: 'true',
    },
    attack: underRules(preflight({ ...ASKED, 'Access-Control-Request-Headers': 'authorization' })),
    refusal: 'AccessForbidden',
  },
  {
    name: 'the policy of a user on OSS',
    patch: {
      file: 'identity/directory.ts',
      find: 'caller.user.policy ? [caller.user.policy] : []',
      replace: '[]',
    },
    options: identities(session('acs:oss:*:*:sandbox/alice/*'), trust('*')),
    attack: (sandbox) => thrownCode(aliOss(sandbox, ALICE).put('elsewhere', Buffer.from('x'))),
    refusal: 'AccessDenied',
  },
  {
    name: 'that a user may assume a role',
    patch: { file: 'sts/assume-role.ts', find: '!isPermitted || ', replace: '' },
    options: identities(session('*', 'oss:*'), trust('acs:ram::*:root')),
    attack: assumes(),
    refusal: 'NoPermission',
  },
  {
    name: 'that a role trusts who assumes it',
    patch: { file: 'sts/assume-role.ts', find: '!isTrusted || ', replace: '' },
    options: identities(MAY_ASSUME, trust('acs:ram::*:user/bob')),
    attack: assumes(),
    refusal: 'NoPermission',
  },
  {
    name: 'the ExternalId of a trust policy',
    patch: {
      file: 'identity/trust.ts',
      find: 'context: assumer.context }',
      replace: "context: new Map([['sts:externalid', 'ext-1']]) }",
    },
    options: identities(
      MAY_ASSUME,
      trust('*', { Condition: { StringEquals: { 'sts:ExternalId': 'ext-1' } } }),
    ),
    attack: assumes({ externalId: 'ext-2' }),
    refusal: 'NoPermission',
  },
  {
    name: 'the longest session of a role',
    patch: { file: 'sts/assume-role.ts', find: 'role.maxSessionSeconds)', replace: '43_200)' },
    options: identities(MAY_ASSUME, trust('acs:ram::*:root')),
    attack: assumes({ durationSeconds: 7_200 }),
    refusal: 'InvalidParameter.DurationSeconds',
  },
  {
    name: 'the rights of the very role that was assumed',
    patch: {
      file: 'identity/directory.ts',
      find: 'roleName ?? this.account.roleName',
      replace: 'this.account.roleName',
    },
    options: identities(MAY_ASSUME, trust('acs:ram::*:root')),
    attack: putsInRole,
    refusal: 'AccessDenied',
  },
  {
    name: 'that a custom domain is bound',
    patch: {
      file: 'oss/address.ts',
      find: 'if (!isService && !isBucketHost(label, suffix, book))',
      replace: 'if (false)',
    },
    attack: (sandbox) => {
      const { port } = new URL(sandbox.oss);
      const client = aliOss(sandbox, { endpoint: `http://nobody.example.test:${port}`, cname: true });
      return thrownCode(client.put('a', Buffer.from('x')));
    },
    refusal: 'NoSuchBucket',
  },
];

describeChecks(CHECKS);
