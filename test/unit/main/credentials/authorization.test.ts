import { expect, test } from 'vitest';
import { joinAuthorization } from '../../../../src/main/credentials/authorization';
import type { KeptSecret } from '../../../../src/main/settings/settings';
import { failure, fault } from '../../../../src/shared/faults';
import type { DestinationId } from '../../../../src/shared/ids';
import { profileSchema } from '../../../../src/shared/profile';
import { fakeKeychain, settle, type FakeKeychain } from '../../../fakes/fake-keychain';

const BY_ROLE = {
  destinationId: 'one' as DestinationId,
  profile: profileSchema.parse({
    name: 'Media',
    region: 'cn-hangzhou',
    bucket: 'team-media',
    authorization: {
      kind: 'assume-role',
      roleArn: 'acs:ram::1:role/uploader',
      roleSessionName: 'oss-ferry',
      durationSeconds: 900,
    },
  }),
};
const PAIR = {
  kind: 'access-key',
  accessKeyId: 'LTAI5tPlantedKeyId99',
  accessKeySecret: 'planted-secret',
} as const;

function run(fake: FakeKeychain, notes: { kept: readonly KeptSecret[] }) {
  const changed: DestinationId[] = [];
  const published: string[] = [];
  const refuse = () => Promise.resolve(failure(fault('role-refused', 'not here')));
  const joined = joinAuthorization({
    ...fake.ports,
    notes: { keptSecrets: () => notes.kept, noteSecrets: (kept) => (notes.kept = kept) },
    destinations: () => [BY_ROLE],
    publish: (stream, value) => void published.push(`${stream} ${JSON.stringify(value)}`),
    credentialsChanged: (id) => changed.push(id),
    sources: {
      askTokenServer: refuse,
      askPostPolicy: refuse,
      sendNotice: refuse,
      assumeRole: refuse,
      aliyunProfile: refuse,
    },
  });
  return { ...joined, changed, published };
}

test('a keychain that opens at once asks nobody anew; one that was locked asks who waited for it', async () => {
  const fake = fakeKeychain();
  const notes = { kept: [] as readonly KeptSecret[] };
  const first = run(fake, notes);
  await first.credentials.set(BY_ROLE, PAIR);
  await settle();
  expect(first.changed).toEqual([]);
  fake.mood = 'locked';
  const second = run(fake, notes);
  const asked = second.credentials.ask(BY_ROLE, false);
  await fake.pass(3_000);
  expect(await asked).toMatchObject({ fault: { code: 'credentials-missing' } });
  expect(second.published).toContain('keychain.changed {"keychain":"memory"}');
  fake.mood = 'open';
  await second.keychain.retry();
  await settle();
  expect(second.changed).toEqual(['one']);
  expect(await second.credentials.ask(BY_ROLE, false)).toMatchObject({ fault: { code: 'role-refused' } });
  expect(second.published.join()).not.toContain('planted');
});

test('what an earlier run could not delete is deleted at the next start', async () => {
  const fake = fakeKeychain();
  const notes = { kept: [] as readonly KeptSecret[] };
  await run(fake, notes).credentials.set(BY_ROLE, PAIR);
  notes.kept = notes.kept.map((note) => ({ ...note, isForgotten: true }));
  run(fake, notes);
  await expect.poll(() => [fake.entries.size, notes.kept.length]).toEqual([0, 0]);
});
