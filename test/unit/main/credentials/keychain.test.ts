import { expect, test } from 'vitest';
import { Keychain } from '../../../../src/main/credentials/keychain';
import type { KeychainStatus } from '../../../../src/shared/ipc/contract';
import { fakeKeychain, settle, type Mood } from '../../../fakes/fake-keychain';

function keychainThat(mood: Mood) {
  const fake = fakeKeychain(mood);
  const keychain = new Keychain(fake.ports);
  const told: KeychainStatus[] = [];
  keychain.onStatus((status) => told.push(status));
  return { fake, keychain, told };
}
const gives = (value: string | null) => ({ isThere: true, value });
const NOT_THERE = { isThere: false };

test('nothing is started before it is used; then it is probed, and the probe leaves nothing behind', async () => {
  const { fake, keychain, told } = keychainThat('open');
  expect([fake.forks.length, keychain.status()]).toEqual([0, 'checking']);
  expect(await keychain.set('a', 'secret')).toEqual(gives(null));
  expect(told).toEqual(['available']);
  expect([...fake.entries]).toEqual([['a', 'secret']]);
  expect(await keychain.get('a')).toEqual(gives('secret'));
  expect(await keychain.get('b')).toEqual(gives(null));
  expect(await keychain.delete('a')).toEqual(gives(null));
  expect(await keychain.get('a')).toEqual(gives(null));
  expect(fake.forks).toHaveLength(1);
});

test('no keychain: everything is answered at once, the process is gone, the log has the reason', async () => {
  const { fake, keychain, told } = keychainThat('absent');
  expect(await keychain.set('a', 'secret')).toEqual(NOT_THERE);
  expect(await keychain.get('a')).toEqual(NOT_THERE);
  expect(told).toEqual(['memory']);
  expect(fake.forks.map(({ isAlive }) => isAlive)).toEqual([false]);
  expect(JSON.stringify(fake.logged)).toContain('Cannot autolaunch');
});

test('a locked one is given up after three seconds and killed', async () => {
  const { fake, keychain, told } = keychainThat('locked');
  const asked = keychain.get('a');
  await fake.pass(2_999);
  expect([fake.forks[0]?.isAlive, told]).toEqual([true, []]);
  await fake.pass(1);
  expect(await asked).toEqual(NOT_THERE);
  expect([fake.forks[0]?.isAlive, told]).toEqual([false, ['memory']]);
});

test('try again waits a minute for the person who unlocks it', async () => {
  const { fake, keychain, told } = keychainThat('locked');
  const looked = keychain.look();
  await fake.pass(3_000);
  await looked;
  const again = keychain.retry();
  await fake.pass(59_000);
  expect(told).toEqual(['memory', 'checking']);
  await fake.pass(1_000);
  await again;
  expect(told).toEqual(['memory', 'checking', 'memory']);
  fake.mood = 'open';
  await keychain.retry();
  expect(told).toEqual(['memory', 'checking', 'memory', 'checking', 'available']);
  expect(await keychain.get('a')).toEqual(gives(null));
});

test('a process that dies is started again, and asked again what was under way', async () => {
  const { fake, keychain } = keychainThat('open');
  await keychain.set('a', 'secret');
  fake.forks[0]?.die();
  expect(await keychain.get('a')).toEqual(gives('secret'));
  expect(fake.forks).toHaveLength(2);
  fake.mood = 'locked';
  const asked = keychain.get('a');
  await settle();
  fake.mood = 'open';
  fake.forks[1]?.die();
  expect(await asked).toEqual(gives('secret'));
  expect(fake.forks).toHaveLength(3);
});

test('death while it is probed is no keychain', async () => {
  const { fake, keychain, told } = keychainThat('locked');
  const asked = keychain.get('a');
  await settle();
  fake.forks[0]?.die();
  expect(await asked).toEqual(NOT_THERE);
  expect(told).toEqual(['memory']);
});

test('one that locks itself later does not hold what waits for ever', async () => {
  const { fake, keychain, told } = keychainThat('open');
  await keychain.look();
  fake.mood = 'locked';
  const first = keychain.get('a');
  const second = keychain.get('b');
  await fake.pass(60_000);
  expect([await first, await second]).toEqual([NOT_THERE, NOT_THERE]);
  expect(told).toEqual(['available', 'memory']);
});

test('an idle process is let go without a word, and comes back', async () => {
  const { fake, keychain, told } = keychainThat('open');
  await keychain.set('a', 'secret');
  await fake.pass(60_000);
  expect(fake.forks.map(({ isAlive }) => isAlive)).toEqual([false]);
  expect(await keychain.get('a')).toEqual(gives('secret'));
  expect(told).toEqual(['available']);
});

test('questions are carried out in their order', async () => {
  const { fake, keychain } = keychainThat('open');
  await keychain.look();
  await Promise.all([keychain.set('a', '1'), keychain.delete('a'), keychain.set('a', '2')]);
  expect(fake.entries.get('a')).toBe('2');
});

test('close ends it, also while it hangs', async () => {
  const { fake, keychain } = keychainThat('locked');
  void keychain.get('a');
  await settle();
  keychain.close();
  expect(fake.forks[0]?.isAlive).toBe(false);
});
