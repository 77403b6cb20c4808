import { expect, test } from 'vitest';
import { Keychain } from '../../../../src/main/credentials/keychain';
import { Secrets, type LastingSecret } from '../../../../src/main/credentials/secrets';
import type { KeptSecret } from '../../../../src/main/settings/settings';
import type { DestinationId } from '../../../../src/shared/ids';
import { fakeKeychain, type FakeKeychain } from '../../../fakes/fake-keychain';

const ONE = 'one' as DestinationId;
const TWO = 'two' as DestinationId;
const PAIR: LastingSecret = {
  kind: 'access-key',
  accessKeyId: 'LTAI5tPlantedKeyId99',
  accessKeySecret: 'planted-secret-30-characters-xx',
};
const OTHER: LastingSecret = { ...PAIR, accessKeySecret: 'another-secret-of-30-characters' };
const BEARER: LastingSecret = { kind: 'bearer', bearer: 'planted-bearer', origin: 'https://a.example' };

/** A run of the app on a keychain and notes that outlive it. */
function run(fake: FakeKeychain, notes: { kept: readonly KeptSecret[] } = { kept: [] }) {
  const keychain = new Keychain(fake.ports);
  const secrets = new Secrets(keychain, {
    keptSecrets: () => notes.kept,
    noteSecrets: (kept) => (notes.kept = kept),
  });
  return { keychain, secrets, notes };
}

test('what is kept in the keychain is there in the next run; the notes hold no secret', async () => {
  const fake = fakeKeychain();
  const { secrets, notes } = run(fake);
  await secrets.set(ONE, PAIR);
  await secrets.set(ONE, BEARER);
  expect(secrets.known(ONE, 'access-key')).toMatchObject({ keptIn: 'keychain', hint: '…Id99' });
  expect([...fake.entries.keys()].sort()).toEqual(['one access-key', 'one bearer']);
  expect(JSON.stringify(notes)).not.toContain('planted');
  const next = run(fake, notes).secrets;
  expect(next.known(ONE, 'access-key')?.keptIn).toBe('keychain');
  expect(await next.get(ONE, 'access-key')).toEqual({ ok: true, value: PAIR });
  expect(await next.get(ONE, 'bearer')).toEqual({ ok: true, value: BEARER });
  expect(await next.get(TWO, 'bearer')).toEqual({ ok: true, value: null });
});

test('where nothing was kept the keychain is not even looked at', async () => {
  const fake = fakeKeychain('locked');
  expect(await run(fake).secrets.get(ONE, 'bearer')).toEqual({ ok: true, value: null });
  expect(fake.forks).toEqual([]);
});

test('without a keychain it is kept for this run, and goes into the keychain when that opens', async () => {
  const fake = fakeKeychain('absent');
  const { secrets, notes, keychain } = run(fake);
  await secrets.set(ONE, PAIR);
  expect(secrets.known(ONE, 'access-key')).toMatchObject({ keptIn: 'memory', hint: '…Id99' });
  expect(await secrets.get(ONE, 'access-key')).toEqual({ ok: true, value: PAIR });
  expect(notes.kept).toEqual([]);
  expect(await run(fake, notes).secrets.get(ONE, 'access-key')).toEqual({ ok: true, value: null });
  fake.mood = 'open';
  await keychain.retry();
  await secrets.settle();
  expect(secrets.known(ONE, 'access-key')?.keptIn).toBe('keychain');
  expect(fake.entries.size).toBe(1);
});

test('what a locked keychain holds is a fault in words, and is there once it is unlocked', async () => {
  const fake = fakeKeychain();
  const { secrets: first, notes } = run(fake);
  await first.set(ONE, PAIR);
  fake.mood = 'locked';
  const { secrets, keychain } = run(fake, notes);
  const asked = secrets.get(ONE, 'access-key');
  await fake.pass(3_000);
  expect(await asked).toMatchObject({ ok: false, fault: { code: 'credentials-missing' } });
  expect(JSON.stringify(await asked)).not.toContain('planted');
  fake.mood = 'open';
  await keychain.retry();
  expect(await secrets.get(ONE, 'access-key')).toEqual({ ok: true, value: PAIR });
});

test('forgotten is gone from the keychain, at once or when it opens, even by a later run', async () => {
  const fake = fakeKeychain();
  const { secrets, notes } = run(fake);
  await secrets.set(ONE, PAIR);
  await secrets.set(TWO, PAIR);
  await secrets.forget(ONE);
  expect([...fake.entries.keys()]).toEqual(['two access-key']);
  fake.mood = 'locked';
  const locked = run(fake, notes);
  const forgotten = locked.secrets.forget(TWO);
  await fake.pass(3_000);
  await forgotten;
  expect(locked.secrets.known(TWO, 'access-key')).toBeNull();
  expect(await locked.secrets.get(TWO, 'access-key')).toEqual({ ok: true, value: null });
  expect([...fake.entries.keys()]).toEqual(['two access-key']);
  fake.mood = 'open';
  const later = run(fake, notes).secrets;
  expect(later.hasForgotten()).toBe(true);
  await later.settle();
  expect([fake.entries.size, notes.kept]).toEqual([0, []]);
});

test('one that replaces another while the keychain is locked does not leave the old one', async () => {
  const fake = fakeKeychain();
  const { secrets: first, notes } = run(fake);
  await first.set(ONE, PAIR);
  fake.mood = 'locked';
  const { secrets, keychain } = run(fake, notes);
  const set = secrets.set(ONE, OTHER);
  await fake.pass(3_000);
  await set;
  expect(secrets.known(ONE, 'access-key')?.keptIn).toBe('memory');
  expect(await secrets.get(ONE, 'access-key')).toEqual({ ok: true, value: OTHER });
  fake.mood = 'open';
  await keychain.retry();
  await secrets.settle();
  expect(fake.entries.get('one access-key')).toContain('another-secret');
  expect(notes.kept).toHaveLength(1);
});

test('a destination that gets another id takes its secrets along', async () => {
  const fake = fakeKeychain();
  const { secrets } = run(fake);
  await secrets.set(ONE, PAIR);
  await secrets.move(ONE, TWO);
  expect([...fake.entries.keys()]).toEqual(['two access-key']);
  expect(await secrets.get(TWO, 'access-key')).toEqual({ ok: true, value: PAIR });
  expect(secrets.known(ONE, 'access-key')).toBeNull();
});

test('a secret handed in after one was forgotten stays', async () => {
  const fake = fakeKeychain();
  const { secrets } = run(fake);
  await secrets.set(ONE, PAIR);
  await Promise.all([secrets.forget(ONE), secrets.set(ONE, OTHER)]);
  expect(fake.entries.get('one access-key')).toContain('another-secret');
  expect(secrets.known(ONE, 'access-key')?.keptIn).toBe('keychain');
});

test('one that comes while others of the destination are being deleted stays, too', async () => {
  const fake = fakeKeychain();
  const { secrets } = run(fake);
  await secrets.set(ONE, PAIR);
  await secrets.set(ONE, BEARER);
  const forgotten = secrets.forget(ONE);
  await secrets.set(ONE, { ...BEARER, bearer: 'newer' });
  await forgotten;
  expect([...fake.entries.keys()]).toEqual(['one bearer']);
  expect(await secrets.get(ONE, 'bearer')).toMatchObject({ value: { bearer: 'newer' } });
});

test.each(['', 'not JSON planted', '{"kind":"access-key"}'])(
  'what stands in the keychain and is not ours (%j) is as if it were not there',
  async (text) => {
    const fake = fakeKeychain();
    const { secrets: first, notes } = run(fake);
    await first.set(ONE, PAIR);
    fake.entries.set('one access-key', text);
    const { secrets } = run(fake, notes);
    expect(await secrets.get(ONE, 'access-key')).toEqual({ ok: true, value: null });
    expect(secrets.known(ONE, 'access-key')).toBeNull();
  },
);
