import { expect, it } from 'vitest';
import { credentialsFromEnvironment } from '../../../../src/oss/grants/environment-credentials';

const ALL = { OSS_ACCESS_KEY_ID: 'STS.a', OSS_ACCESS_KEY_SECRET: 'secret ', OSS_SESSION_TOKEN: 'token' };

it('reads the three variables', () => {
  expect(credentialsFromEnvironment(ALL)).toEqual({
    ok: true,
    value: { accessKeyId: 'STS.a', accessKeySecret: 'secret', securityToken: 'token', expiresAtServer: null },
  });
});

it('takes an AccessKey pair without a token, but no temporary key without one', () => {
  const pair = { OSS_ACCESS_KEY_ID: 'LTAI', OSS_ACCESS_KEY_SECRET: 'secret', OSS_SESSION_TOKEN: '' };
  expect(credentialsFromEnvironment(pair)).toMatchObject({ ok: true, value: { securityToken: null } });
  expect(credentialsFromEnvironment({ ...ALL, OSS_SESSION_TOKEN: undefined })).toMatchObject({
    fault: { code: 'credentials-missing', message: 'The environment does not give OSS_SESSION_TOKEN.' },
  });
});

it('names what is missing and nothing that is there', () => {
  expect(credentialsFromEnvironment({})).toMatchObject({
    fault: { message: 'The environment does not give OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET.' },
  });
  const outcome = credentialsFromEnvironment({ OSS_ACCESS_KEY_SECRET: 'hidden' });
  expect(JSON.stringify(outcome)).not.toContain('hidden');
});
