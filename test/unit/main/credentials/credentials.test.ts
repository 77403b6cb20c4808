import { describe, expect, test } from 'vitest';
import {
  Credentials,
  type AskTokenServer,
  type CredentialSources,
} from '../../../../src/main/credentials/credentials';
import { Keychain } from '../../../../src/main/credentials/keychain';
import { Secrets } from '../../../../src/main/credentials/secrets';
import type { KeptSecret } from '../../../../src/main/settings/settings';
import type { FormGrant, TemporaryCredentials } from '../../../../src/shared/credentials';
import { failure, fault, success, type Outcome } from '../../../../src/shared/faults';
import type { DestinationId } from '../../../../src/shared/ids';
import { profileSchema, type ProfileInput } from '../../../../src/shared/profile';
import { fakeKeychain } from '../../../fakes/fake-keychain';

const SECRETS: TemporaryCredentials = {
  accessKeyId: 'STS.NUyMt9gxWlQv1sBc3kDzE2aQ',
  accessKeySecret: 'very-secret-words',
  securityToken: 'CAIS-very-secret-token',
  expiresAtServer: 1_800_000_000_000,
};
const PAIR = { accessKeyId: 'LTAI5tPlantedKeyId99', accessKeySecret: 'very-secret-30-characters-xxxx' };
const PASTED = `${SECRETS.accessKeyId} ${SECRETS.accessKeySecret} ${SECRETS.securityToken}`;

const destination = (authorization: ProfileInput['authorization'], id = 'one') => ({
  destinationId: id as DestinationId,
  profile: profileSchema.parse({ name: 'Media', region: 'cn-hangzhou', bucket: 'team-media', authorization }),
});
const BY_SERVER = destination({ kind: 'token-server', url: 'https://tokens.example.com/get_sts_token' });
const role = {
  kind: 'assume-role',
  roleArn: 'acs:ram::1:role/uploader',
  roleSessionName: 'oss-ferry',
  durationSeconds: 900,
} as const;
const BY_ROLE = destination(role);
const BY_PASTE = destination({ kind: 'temporary' });

const FORM: FormGrant = {
  kind: 'post-policy',
  host: 'https://team-media.oss-cn-hangzhou.aliyuncs.com',
  directory: 'in/',
  fields: [['signature', 'very-secret-signature']],
  expiresAtServer: 1_800_000_000_000,
};

function credentialsThat(outcome: Outcome<TemporaryCredentials>) {
  const asked: Parameters<AskTokenServer>[0][] = [];
  const callers: unknown[] = [];
  const notices: Parameters<CredentialSources['sendNotice']>[0][] = [];
  let changes = 0;
  let kept: readonly KeptSecret[] = [];
  const fake = fakeKeychain();
  const notes = { keptSecrets: () => kept, noteSecrets: (next: readonly KeptSecret[]) => (kept = next) };
  const credentials = new Credentials(
    {
      askTokenServer: (question) => {
        asked.push(question);
        return Promise.resolve(outcome);
      },
      askPostPolicy: (question) => {
        asked.push(question);
        return Promise.resolve(success(FORM));
      },
      sendNotice: (question) => {
        notices.push(question);
        return Promise.resolve(success(undefined));
      },
      assumeRole: (_profile, caller) => {
        callers.push(caller);
        return Promise.resolve(outcome);
      },
      aliyunProfile: (name) => Promise.resolve(success({ accessKeyId: name, accessKeySecret: 'of-the-cli' })),
    },
    new Secrets(new Keychain(fake.ports), notes),
    () => (changes += 1),
  );
  return { credentials, asked, callers, notices, fake, changes: () => changes };
}
const MISSING = { ok: false, fault: { code: 'credentials-missing' } };

test('the engine gets the credentials, the window a hint and the expiry', async () => {
  const { credentials, asked, changes } = credentialsThat(success(SECRETS));
  const unasked = { configured: true, expiresAt: null, accessKeyIdHint: null, keptIn: 'nowhere' };
  expect(credentials.view(BY_SERVER).credentials).toEqual(unasked);
  expect(await credentials.ask(BY_SERVER, true)).toEqual(success(SECRETS));
  expect(asked).toEqual([
    { url: 'https://tokens.example.com/get_sts_token', bearer: null, fresh: true, allowInsecure: false },
  ]);
  expect(changes()).toBe(1);
  const view = credentials.view(BY_SERVER);
  expect(view.credentials).toEqual({
    ...unasked,
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

test('a destination that is gone waits for credentials', async () => {
  const { credentials, asked } = credentialsThat(success(SECRETS));
  expect(await credentials.ask(undefined, false)).toMatchObject(MISSING);
  expect(asked).toEqual([]);
});

describe('a bearer', () => {
  const bearer = { kind: 'bearer', bearer: 'very-secret-bearer' } as const;

  test('goes to the server it was entered for, also in the next asking', async () => {
    const { credentials, asked } = credentialsThat(success(SECRETS));
    expect(await credentials.set(BY_SERVER, bearer)).toEqual(
      success({ configured: true, expiresAt: null, accessKeyIdHint: null, keptIn: 'keychain' }),
    );
    await credentials.ask(BY_SERVER, false);
    const otherPath = destination({ kind: 'token-server', url: 'https://tokens.example.com/v2' });
    await credentials.ask(otherPath, false);
    expect(asked.map((question) => question.bearer)).toEqual(['very-secret-bearer', 'very-secret-bearer']);
  });

  test.each([
    'https://evil.example/get_sts_token',
    'https://tokens.example.com:8443/get_sts_token',
    'http://tokens.example.com/get_sts_token',
    'https://tokens.example.com@evil.example/get_sts_token',
  ])('never goes to %s', async (url) => {
    const { credentials, asked } = credentialsThat(success(SECRETS));
    await credentials.set(BY_SERVER, bearer);
    const elsewhere = {
      ...BY_SERVER,
      profile: { ...BY_SERVER.profile, authorization: { kind: 'token-server', url } as const },
    };
    await credentials.ask(elsewhere, false);
    expect(asked.map((question) => question.bearer)).toEqual([null]);
    expect(credentials.view(elsewhere).credentials.keptIn).toBe('nowhere');
  });

  test('is forgotten when the address is changed to another server by hand', async () => {
    const { credentials, fake } = credentialsThat(success(SECRETS));
    await credentials.set(BY_SERVER, bearer);
    const samePlace = destination({ kind: 'token-server', url: 'https://tokens.example.com/other' });
    await credentials.follow(BY_SERVER, samePlace);
    expect(fake.entries.size).toBe(1);
    await credentials.follow(samePlace, destination({ kind: 'token-server', url: 'https://b.example/' }));
    expect(fake.entries.size).toBe(0);
  });

  test('is not taken for a way that has none', async () => {
    const { credentials, fake } = credentialsThat(success(SECRETS));
    expect(await credentials.set(BY_ROLE, bearer)).toMatchObject({ fault: { code: 'invalid-input' } });
    expect(fake.entries.size).toBe(0);
  });
});

describe('a role', () => {
  test('is assumed with the pair that was entered; the window sees the hint of that', async () => {
    const { credentials, callers } = credentialsThat(success(SECRETS));
    expect(credentials.view(BY_ROLE).credentials.configured).toBe(false);
    expect(await credentials.ask(BY_ROLE, false)).toMatchObject(MISSING);
    expect(await credentials.set(BY_ROLE, { kind: 'access-key', ...PAIR })).toEqual(
      success({ configured: true, expiresAt: null, accessKeyIdHint: '…Id99', keptIn: 'keychain' }),
    );
    expect(await credentials.ask(BY_ROLE, false)).toEqual(success(SECRETS));
    expect(callers).toEqual([PAIR]);
    expect(credentials.view(BY_ROLE).credentials).toEqual({
      configured: true,
      expiresAt: 1_800_000_000_000,
      accessKeyIdHint: '…Id99',
      keptIn: 'keychain',
    });
  });

  test('is assumed with the aliyun profile that was named, and no other', async () => {
    const { credentials, callers, fake } = credentialsThat(success(SECRETS));
    const byProfile = destination({ ...role, aliyunProfile: 'work' });
    expect(credentials.view(byProfile).credentials.configured).toBe(true);
    await credentials.ask(byProfile, false);
    expect(callers).toEqual([{ accessKeyId: 'work', accessKeySecret: 'of-the-cli' }]);
    expect(fake.forks).toEqual([]);
  });

  test('the pair goes along to another id, and is gone with the destination or its way', async () => {
    const { credentials, fake } = credentialsThat(success(SECRETS));
    await credentials.set(BY_ROLE, { kind: 'access-key', ...PAIR });
    const moved = destination(role, 'two');
    await credentials.follow(BY_ROLE, moved);
    expect([...fake.entries.keys()]).toEqual(['two access-key']);
    await credentials.follow(moved, destination({ kind: 'temporary' }, 'two'));
    expect([...fake.entries.keys()]).toEqual([]);
    await credentials.set(BY_ROLE, { kind: 'access-key', ...PAIR });
    await credentials.forget(BY_ROLE.destinationId);
    expect([...fake.entries.keys()]).toEqual([]);
    expect(credentials.view(BY_ROLE).credentials).toEqual({
      configured: false,
      expiresAt: null,
      accessKeyIdHint: null,
      keptIn: 'nowhere',
    });
  });
});

describe('pasted credentials', () => {
  const paste = { kind: 'temporary', text: PASTED } as const;

  test('are in memory alone, given until OSS has refused them, and asked for anew then', async () => {
    const { credentials, fake } = credentialsThat(success(SECRETS));
    expect(await credentials.ask(BY_PASTE, false)).toMatchObject(MISSING);
    expect(await credentials.set(BY_PASTE, paste)).toEqual(
      success({ configured: true, expiresAt: null, accessKeyIdHint: '…E2aQ', keptIn: 'memory' }),
    );
    expect(fake.forks).toEqual([]);
    const given = success({ ...SECRETS, expiresAtServer: null });
    // The engine asks past every cache as soon as it hears of new ones.
    expect(await credentials.ask(BY_PASTE, true)).toEqual(given);
    expect(await credentials.ask(BY_PASTE, false)).toEqual(given);
    const refused = await credentials.ask(BY_PASTE, true);
    expect(refused).toMatchObject({ ok: false, fault: { code: 'token-expired' } });
    expect(JSON.stringify(refused)).not.toContain('very-secret');
    await credentials.set(BY_PASTE, paste);
    expect(await credentials.ask(BY_PASTE, true)).toEqual(given);
  });

  test('that cannot be read are refused in words and leave the ones before', async () => {
    const { credentials } = credentialsThat(success(SECRETS));
    await credentials.set(BY_PASTE, paste);
    const wrong = await credentials.set(BY_PASTE, { kind: 'temporary', text: '{"very-secret' });
    expect(wrong).toMatchObject({ ok: false, fault: { code: 'invalid-input' } });
    expect(JSON.stringify(wrong)).not.toContain('very-secret');
    expect((await credentials.ask(BY_PASTE, false)).ok).toBe(true);
  });

  test('go along to another id, and are forgotten with it', async () => {
    const { credentials } = credentialsThat(success(SECRETS));
    await credentials.set(BY_PASTE, paste);
    const moved = destination({ kind: 'temporary' }, 'two');
    await credentials.follow(BY_PASTE, moved);
    expect((await credentials.ask(moved, false)).ok).toBe(true);
    expect(await credentials.ask(BY_PASTE, false)).toMatchObject(MISSING);
    await credentials.forget(moved.destinationId);
    expect(await credentials.ask(moved, false)).toMatchObject(MISSING);
  });
});

test('a form is asked for with the bearer of its server; the window sees when it ends and nothing of it', async () => {
  const { credentials, asked } = credentialsThat(failure(fault('internal', 'nobody asks for a token')));
  const byForm = destination({ kind: 'post-policy', url: 'https://forms.example.com/get_post_policy' });
  await credentials.set(byForm, { kind: 'bearer', bearer: 'very-secret-bearer' });
  expect(await credentials.ask(byForm, false)).toEqual(success(FORM));
  expect(asked).toMatchObject([{ bearer: 'very-secret-bearer', fresh: false }]);
  const view = credentials.view(byForm).credentials;
  expect(view).toMatchObject({ expiresAt: FORM.expiresAtServer, accessKeyIdHint: null });
  expect(JSON.stringify(view)).not.toContain('very-secret');
});

test('who signs elsewhere is no secret to be fetched: the engine may begin at once', async () => {
  const { credentials, asked } = credentialsThat(failure(fault('internal', 'nobody asks for a token')));
  const signed = destination({ kind: 'signed-url', url: 'https://sign.example.com/sign_upload_url' });
  expect(await credentials.ask(signed, true)).toEqual(
    success({ kind: 'signed-url', fresh: true, expiresAtServer: null }),
  );
  expect(asked).toEqual([]);
  const question = { operation: 'AbortMultipartUpload', key: 'a', uploadId: 'u' } as const;
  expect(await credentials.uploadUrls(BY_ROLE, question, false)).toMatchObject(MISSING);
});

test('a notice goes out with the bearer, to the server that it was given for and to no other', async () => {
  const { credentials, notices } = credentialsThat(success(SECRETS));
  const notice = { bucket: 'b', key: 'uploads/a', size: 1, crc64: '1', etag: 'E' };
  const url = 'https://tokens.example.com/get_sts_token';
  const of = (noticeUrl: string) => {
    const known = destination({ kind: 'token-server', url });
    const callback = { url: 'https://tokens.example.com/callback', body: 'x', noticeUrl };
    return { ...known, profile: profileSchema.parse({ ...known.profile, callback }) };
  };
  const same = of('https://tokens.example.com/notice');
  await credentials.set(same, { kind: 'bearer', bearer: 'hush' });
  expect(await credentials.sendNotice(same, notice)).toEqual(success(undefined));
  expect(await credentials.sendNotice(of('https://elsewhere.example.com/notice'), notice)).toEqual(
    success(undefined),
  );
  expect(notices).toMatchObject([
    { url: 'https://tokens.example.com/notice', bearer: 'hush', notice },
    { url: 'https://elsewhere.example.com/notice', bearer: null, notice },
  ]);
  const without = destination({ kind: 'token-server', url });
  expect(await credentials.sendNotice(without, notice)).toMatchObject({ fault: { code: 'invalid-input' } });
  expect(await credentials.sendNotice(undefined, notice)).toMatchObject({ ok: false });
  expect(notices).toHaveLength(2);
});
