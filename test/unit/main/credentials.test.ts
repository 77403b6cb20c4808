import { expect, test } from 'vitest';
import { Credentials, type AskTokenServer } from '../../../src/main/credentials';
import type { TemporaryCredentials } from '../../../src/shared/credentials';
import { failure, fault, success, type Outcome } from '../../../src/shared/faults';
import type { DestinationId } from '../../../src/shared/ids';
import { profileSchema, type ProfileInput } from '../../../src/shared/profile';

const SECRETS: TemporaryCredentials = {
  accessKeyId: 'STS.NUyMt9gxWlQv1sBc3kDzE2aQ',
  accessKeySecret: 'very-secret-words',
  securityToken: 'CAIS-very-secret-token',
  expiresAtServer: 1_800_000_000_000,
};

const destination = (authorization: ProfileInput['authorization']) => ({
  destinationId: 'one' as DestinationId,
  profile: profileSchema.parse({ name: 'Media', region: 'cn-hangzhou', bucket: 'team-media', authorization }),
});
const BY_SERVER = destination({ kind: 'token-server', url: 'https://tokens.example.com/get_sts_token' });

function credentialsThat(outcome: Outcome<TemporaryCredentials>) {
  const asked: Parameters<AskTokenServer>[0][] = [];
  let changes = 0;
  const credentials = new Credentials(
    (question) => {
      asked.push(question);
      return Promise.resolve(outcome);
    },
    () => (changes += 1),
  );
  return { credentials, asked, changes: () => changes };
}

test('the engine gets the credentials, the window a hint and the expiry', async () => {
  const { credentials, asked, changes } = credentialsThat(success(SECRETS));
  expect(credentials.view(BY_SERVER).credentials).toEqual({
    configured: true,
    expiresAt: null,
    accessKeyIdHint: null,
  });
  expect(await credentials.ask(BY_SERVER, true)).toEqual(success(SECRETS));
  expect(asked).toEqual([
    { url: 'https://tokens.example.com/get_sts_token', fresh: true, allowInsecure: false },
  ]);
  expect(changes()).toBe(1);
  const view = credentials.view(BY_SERVER);
  expect(view.credentials).toEqual({
    configured: true,
    expiresAt: 1_800_000_000_000,
    accessKeyIdHint: '…E2aQ',
  });
  for (const secret of [SECRETS.accessKeyId, SECRETS.accessKeySecret, SECRETS.securityToken])
    expect(JSON.stringify(view)).not.toContain(secret);
});

test('a refusal is passed on and changes nothing for the window', async () => {
  const refusal = failure(fault('token-server', 'no answer'));
  const { credentials, changes } = credentialsThat(refusal);
  expect(await credentials.ask(BY_SERVER, false)).toEqual(refusal);
  expect(changes()).toBe(0);
});

test('a destination that is gone, or is authorized in another way, waits for credentials', async () => {
  const { credentials, asked } = credentialsThat(success(SECRETS));
  const pasted = destination({ kind: 'temporary' });
  for (const unknown of [undefined, pasted])
    expect(await credentials.ask(unknown, false)).toMatchObject({
      ok: false,
      fault: { code: 'credentials-missing' },
    });
  expect(asked).toEqual([]);
  expect(credentials.view(pasted).credentials.configured).toBe(false);
});
